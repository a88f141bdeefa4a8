/** Runs one job as its user and says what became of it. */

import { originWithin } from '../audit/index.ts'
import type { Tenant } from '../access/index.ts'
import { AppError } from '../errors.ts'
import { type callMethod, type Log, settle } from '../rpc/index.ts'
import type { JobCall } from './call.ts'

/**
 * `failed`: try again later. `deadletter`: it would fail each time; keep it where somebody sees it. `waiting`: its tenant
 * is out of service; no try is counted.
 */
export interface Outcome {
  readonly status: 'completed' | 'failed' | 'deadletter' | 'waiting'
  readonly output?: JobFailure
}

/** Why a job failed, in words that an administrator of its tenant may read. */
export interface JobFailure {
  readonly code: string
  readonly message: string
  readonly reference: string | null
}

/** Tenants by the key that stands in their jobs, which a rename does not change. */
export interface JobDirectory {
  /**
   * The tenant, awake; `null` when it is gone for good.
   * @throws UnavailableError ERR_TENANT_SUSPENDED while it is out of service
   */
  byKey(key: string): Promise<Tenant | null>
}

export interface RunOptions {
  readonly directory: JobDirectory
  readonly call: typeof callMethod
  readonly log: Log
}

/** Never throws: every end of a job is an outcome. */
export async function runJob(
  job: JobCall,
  signal: AbortSignal,
  { directory, call, log }: RunOptions,
): Promise<Outcome> {
  try {
    const tenant = await directory.byKey(job.tenant)
    // Nobody is left who could want it.
    if (tenant === null) return { status: 'completed' }
    const kwargs = { ...job.kwargs, context: { ...job.context } }
    await call(tenant, job.uid, job.model, job.method, job.args, kwargs, { signal, origin: originWithin('job') })
    return { status: 'completed' }
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'ERR_TENANT_SUSPENDED') return { status: 'waiting' }
    const { error, reference } = settle(thrown, log, { job: `${job.model}.${job.method}`, tenant: job.tenant })
    return {
      status: mayPass(thrown) ? 'failed' : 'deadletter',
      output: { code: error.code, message: error.message, reference },
    }
  }
}

// Conflicts, limits, outages and our own faults may be gone at the next try; a refusal or a wrong value will not.
function mayPass(thrown: unknown): boolean {
  return !(thrown instanceof AppError) || thrown.status === 409 || thrown.status === 429 || thrown.status >= 500
}

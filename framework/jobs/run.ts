/** Runs one job as its user and says what became of it. */

import { AppError } from '../errors.ts'
import { type callMethod, type Log, settle, type TenantDirectory } from '../rpc/index.ts'
import type { JobCall } from './call.ts'

/** `failed`: try again later. `deadletter`: it would fail each time; keep it where somebody sees it. */
export interface Outcome {
  readonly status: 'completed' | 'failed' | 'deadletter'
  readonly output?: JobFailure
}

/** Why a job failed, in words that an administrator of its tenant may read. */
export interface JobFailure {
  readonly code: string
  readonly message: string
  readonly reference: string | null
}

export interface RunOptions {
  readonly directory: Pick<TenantDirectory, 'byName'>
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
    const tenant = await directory.byName(job.tenant)
    if (tenant === null)
      return {
        status: 'failed',
        output: { code: 'ERR_JOB_TENANT', message: 'The database is not there or is suspended.', reference: null },
      }
    const kwargs = { ...job.kwargs, context: { ...job.context } }
    await call(tenant, job.uid, job.model, job.method, job.args, kwargs, { signal })
    return { status: 'completed' }
  } catch (thrown) {
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

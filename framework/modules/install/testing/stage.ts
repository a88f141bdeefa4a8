/** A process's view of the applications, as a thread of its own: tests load two versions of one application side by side. */

import { createHash } from 'node:crypto'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { type Tenant, withSystemEnv } from '../../../access/index.ts'
import { type DatabaseAddress, openPool, type Pool } from '../../../sql/index.ts'
import { initTenant, openTenant } from '../../tenant/open-tenant.ts'
import { uninstallApps, planUninstall } from '../uninstall/uninstall.ts'
import { planUpgrade, upgradeTenant } from '../upgrade/upgrade.ts'

/** What the thread does with the database. */
export interface Task {
  readonly address: DatabaseAddress
  /** The folder of the applications of this version. */
  readonly apps: string
  readonly do: 'init' | 'plan' | 'upgrade' | 'drop' | 'uninstall' | 'plan-uninstall' | 'read' | 'write'
  /** Applications to install or uninstall. */
  readonly names?: readonly string[]
  /** Model to read or write, with its values; to write: of the records of these ids. */
  readonly model?: string
  readonly fields?: readonly string[]
  readonly ids?: readonly number[]
  readonly values?: Readonly<Record<string, unknown>>
}

/** An error as it comes out of the thread. */
export class StageError extends Error {
  readonly code: string
  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** Runs one task in a thread that has loaded nothing yet. @throws StageError */
export async function stage<T>(task: Task): Promise<T> {
  const worker = new Worker(import.meta.filename, {
    workerData: task,
    env: { ...process.env, HOLDFAST_APPS: task.apps },
  })
  const answer = await new Promise<{ result: T } | { code: string; message: string }>((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
  await worker.terminate()
  if ('code' in answer) throw new StageError(answer.code, answer.message)
  return answer.result
}

function memoryFiles(): Tenant['files'] {
  const files = new Map<string, Uint8Array>()
  return {
    put: async (bytes) => {
      const name = createHash('sha256').update(bytes).digest('hex')
      files.set(name, bytes)
      return name
    },
    get: async (name) => files.get(name) ?? null,
  }
}

async function perform(pool: Pool, task: Task): Promise<unknown> {
  const options = { name: 'stage', pool, files: memoryFiles() }
  if (task.do === 'init') {
    await initTenant(options, { apps: task.names ?? [], demo: false })
    return null
  }
  const tenant = await openTenant(options)
  if (task.do === 'plan') return planUpgrade(tenant)
  if (task.do === 'upgrade') return upgradeTenant(tenant)
  if (task.do === 'drop') return upgradeTenant(tenant, { dropRemoved: true })
  if (task.do === 'uninstall') return uninstallApps(tenant, task.names ?? [])
  if (task.do === 'plan-uninstall') return planUninstall(tenant, task.names ?? [])
  return withSystemEnv(tenant, 'test.stage', {}, async (env) => {
    const model = task.model ?? ''
    if (task.do === 'write' && task.ids) return env.model(model, task.ids).write(task.values ?? {})
    if (task.do === 'write') return (await env.model(model).create(task.values ?? {})).id
    return (await env.model(model).search_read([], task.fields ?? [], 0, null, 'id')).parse()
  })
}

if (!isMainThread && workerData !== null) {
  const task = workerData as Task
  const pool = openPool(task.address)
  try {
    parentPort?.postMessage({ result: await perform(pool, task) })
  } catch (error) {
    const { code, message, stack, cause } = error as Error & { code?: string }
    const isOurs = code !== undefined && code !== 'ERR_SQL'
    parentPort?.postMessage({
      code: code ?? 'NONE',
      message: isOurs ? message : `${message}\n${String(cause)}\n${stack}`,
    })
  } finally {
    await pool.close()
  }
}

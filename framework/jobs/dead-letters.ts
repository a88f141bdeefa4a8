/** Jobs that failed for good: seen, tried again or thrown away by a person. */

import type { PgBoss } from 'pg-boss'
import type { JobCall } from './call.ts'
import { queues } from './queues.ts'
import type { JobFailure } from './run.ts'

export interface DeadLetter {
  readonly id: string
  readonly call: JobCall
  readonly failure: JobFailure | null
  readonly askedAt: Date
  readonly failedAt: Date
}

export interface DeadLetters {
  /** The dead letters of a tenant, newest first. */
  deadLetters(tenant: string): Promise<DeadLetter[]>
  /** Puts one back into the queue; `false` when the tenant has none of this id. */
  retryDeadLetter(tenant: string, id: string): Promise<boolean>
  discardDeadLetter(tenant: string, id: string): Promise<boolean>
  forget(tenant: string): Promise<void>
}

export function deadLetters(boss: PgBoss): DeadLetters {
  const list = async (tenant: string): Promise<DeadLetter[]> => {
    const jobs = await boss.findJobs<JobCall>(queues.dead, { data: { tenant }, queued: true })
    return jobs
      .map((job) => ({
        id: job.id,
        call: job.data,
        failure: failureIn(job.output),
        askedAt: job.sourceCreatedOn ?? job.createdOn,
        failedAt: job.createdOn,
      }))
      .sort((a, b) => b.failedAt.getTime() - a.failedAt.getTime())
  }
  // By tenant and id, so that an id of another tenant reaches nothing.
  const find = async (tenant: string, id: string): Promise<DeadLetter | null> =>
    (await list(tenant)).find((letter) => letter.id === id) ?? null
  const discard = async (tenant: string, id: string): Promise<boolean> => {
    if ((await find(tenant, id)) === null) return false
    await boss.deleteJob(queues.dead, id)
    return true
  }
  return {
    deadLetters: list,
    discardDeadLetter: discard,
    retryDeadLetter: async (tenant, id) => {
      const letter = await find(tenant, id)
      if (letter === null) return false
      await boss.send(queues.calls, letter.call, { group: { id: tenant } })
      return await discard(tenant, id)
    },
    forget: async (tenant) => {
      for (const { id } of await list(tenant)) await boss.deleteJob(queues.dead, id)
    },
  }
}

function failureIn(output: unknown): JobFailure | null {
  const failure = output as Partial<JobFailure> | null
  if (typeof failure?.code !== 'string') return null
  return { code: failure.code, message: failure.message ?? '', reference: failure.reference ?? null }
}

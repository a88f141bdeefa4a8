/** The queue and the clock, on PostgreSQL by pg-boss, in the control plane's database: a tenant's own one may be asleep. */

import { type Job, type JobResult, type JobWithMetadata, PgBoss } from 'pg-boss'
import { InvalidRequestError } from '../errors.ts'
import type { DatabaseAddress } from '../sql/index.ts'
import { checkCall, type JobCall } from './call.ts'
import { type ClockOptions, findTenants, lookAt, type TenantJob } from './clock/clock.ts'
import { type DeadLetters, deadLetters } from './dead-letters.ts'
import { queues } from './queues.ts'
import { runJob } from './run.ts'

export interface JobsOptions extends ClockOptions {
  /** The control plane's database. */
  readonly database: DatabaseAddress
  /** Schema for the queue's tables; it has to exist and belong to the role. Default `app`. */
  readonly schema?: string
  /** Jobs that this process runs at once; default 4. 0: it only enqueues. */
  readonly atOnce?: number
  /** Jobs of one tenant that this process runs at once, so that one tenant's pile does not hold up the others; default 2. */
  readonly perTenant?: number
  /** Seconds between looks at the queue, at least 0.5; default 2. The queue is asked, it does not call: no LISTEN. */
  readonly pollSeconds?: number
  /** Seconds between looks at whether the clock has to beat, which it does once a minute; default 30. */
  readonly clockSeconds?: number
  /** Seconds before the first retry; each further one waits twice as long, at most an hour. Default 10. */
  readonly retrySeconds?: number
  /** Seconds after which a job of a tenant that is out of service asks again; default 600. */
  readonly waitSeconds?: number
}

export interface EnqueueOptions {
  /** Not before this moment. */
  readonly startAfter?: Date
  /** Higher runs earlier; default 0. */
  readonly priority?: number
}

export interface Jobs extends Omit<DeadLetters, 'forget'> {
  /**
   * Puts a call into the queue; it runs at least once, so a method that is called this way bears a repetition.
   * @returns the job's id
   * @throws InvalidRequestError ERR_JOB_CALL
   */
  enqueue(call: JobCall, options?: EnqueueOptions): Promise<string>
  /** Removes everything of a tenant that is gone. */
  forgetTenant(tenant: string): Promise<void>
  /** One beat of the clock now; by itself it beats once a minute. */
  beat(): Promise<void>
  /** Lets running jobs finish (at most `graceMs`, default 10 000), then stops; what was not finished runs again later. */
  close(graceMs?: number): Promise<void>
}

const triesAfterFailure = 5
const longestRetrySeconds = 3600
/** A tenant with many entries may take long; a process that dies is noticed by its heartbeat. */
const longestLookSeconds = 6 * 3600

/** Starts the queue, making its tables at the first start, and this process's workers. */
export async function startJobs(options: JobsOptions): Promise<Jobs> {
  const boss = await startBoss(options)
  const workers: string[] = []
  try {
    await createQueues(boss, options.retrySeconds ?? 10)
    if ((options.atOnce ?? 4) > 0) {
      workers.push(await workOnCalls(boss, options), await workOnTenants(boss, options))
      await startClock(boss, options)
    }
  } catch (error) {
    await boss.stop({ graceful: false })
    throw error
  }
  const dead = deadLetters(boss)
  // The workers of this process need not wait for their next look.
  const notify = (): void => {
    for (const worker of workers) boss.notifyWorker(worker)
  }
  return {
    ...dead,
    enqueue: async (call, { startAfter, priority } = {}) => {
      const checked = checkCall(call)
      const sent = {
        group: { id: checked.tenant },
        ...(startAfter === undefined ? {} : { startAfter }),
        ...(priority === undefined ? {} : { priority }),
      }
      const id = await boss.send(queues.calls, checked, sent)
      if (id === null) throw new InvalidRequestError('ERR_JOB_CALL', 'The queue did not take the job.')
      notify()
      return id
    },
    forgetTenant: async (tenant) => {
      await options.alarms.forget(tenant)
      await dead.forget(tenant)
      for (const queue of [queues.calls, queues.tenants]) {
        for (const job of await boss.findJobs(queue, { data: { tenant } })) await boss.deleteJob(queue, job.id)
      }
    },
    beat: async () => {
      await findTenants(boss, options)
      notify()
    },
    close: async (graceMs = 10_000) => {
      await boss.stop({ graceful: true, timeout: graceMs })
    },
  }
}

async function startBoss({ database, schema, log, clockSeconds }: JobsOptions): Promise<PgBoss> {
  const { password } = database
  const boss = new PgBoss({
    host: database.host,
    port: database.port,
    database: database.database,
    user: database.user,
    password,
    ...(database.ssl === undefined ? {} : { ssl: database.ssl }),
    max: 3,
    application_name: 'holdfast-jobs',
    schema: schema ?? 'app',
    // The role owns nothing but its schema and cannot make one.
    createSchema: false,
    useListenNotify: false,
    cronMonitorIntervalSeconds: clockSeconds ?? 30,
    cronWorkerIntervalSeconds: Math.min(5, clockSeconds ?? 5),
  })
  boss.on('error', (cause) => log({ level: 'error', event: 'job queue failed', cause }))
  boss.on('warning', (warning) =>
    log({ level: 'warn', event: 'job queue warns', detail: { message: warning.message } }),
  )
  await boss.start()
  return boss
}

async function createQueues(boss: PgBoss, retrySeconds: number): Promise<void> {
  const monthSeconds = 30 * 86_400
  await boss.createQueue(queues.dead, {
    retentionSeconds: 3 * monthSeconds,
    deleteAfterSeconds: 3 * monthSeconds,
    retryLimit: 0,
  })
  const common = {
    deadLetter: queues.dead,
    retryLimit: triesAfterFailure,
    retryDelay: retrySeconds,
    retryBackoff: true,
    retryDelayMax: longestRetrySeconds,
    expireInSeconds: 900,
    // A process that dies says nothing; this is how soon its job is taken up again.
    heartbeatSeconds: 60,
    retentionSeconds: monthSeconds,
    deleteAfterSeconds: 86_400,
  }
  await boss.createQueue(queues.calls, common)
  // What fails is looked at again by its alarm, not by the queue. Exclusive: a tenant waits or runs once.
  const retried = { retryLimit: 0, heartbeatSeconds: 60, retentionSeconds: 3600, deleteAfterSeconds: 3600 }
  await boss.createQueue(queues.tenants, { ...retried, policy: 'exclusive', expireInSeconds: longestLookSeconds })
  await boss.createQueue(queues.clock, { ...retried, policy: 'exclusive' })
}

async function workOnCalls(boss: PgBoss, options: JobsOptions): Promise<string> {
  const work = async (job: JobWithMetadata<JobCall>): Promise<Omit<JobResult, 'id'>> => {
    const outcome = await runJob(job.data, job.signal, options)
    if (outcome.status !== 'waiting') return { ...outcome, status: outcome.status }
    // Asked again later as a job of its own, so that waiting uses up no try.
    const { tenant } = job.data
    await boss.send(queues.calls, job.data, { group: { id: tenant }, startAfter: options.waitSeconds ?? 600 })
    return { status: 'completed' }
  }
  return await boss.work(
    queues.calls,
    { perJobResults: true, includeMetadata: true, ...workOptions(options) },
    async (jobs: JobWithMetadata<JobCall>[]) =>
      await Promise.all(jobs.map(async (job) => ({ id: job.id, ...(await work(job)) }))),
  )
}

async function workOnTenants(boss: PgBoss, options: JobsOptions): Promise<string> {
  return await boss.work(queues.tenants, workOptions(options), async (jobs: Job<TenantJob>[]) => {
    for (const job of jobs) await lookAt(job.data.tenant, job.signal, options)
  })
}

async function startClock(boss: PgBoss, options: JobsOptions): Promise<void> {
  await boss.schedule(queues.clock, '* * * * *', null, { singletonKey: 'beat' })
  await boss.work(queues.clock, { pollingIntervalSeconds: options.pollSeconds ?? 2 }, async () => {
    try {
      await findTenants(boss, options)
    } catch (cause) {
      options.log({
        level: 'error',
        event: 'the clock could not look at the tenants; it does so again in a minute',
        cause,
      })
    }
  })
}

function workOptions(options: JobsOptions) {
  const atOnce = options.atOnce ?? 4
  return {
    batchSize: 1,
    localConcurrency: atOnce,
    localGroupConcurrency: Math.min(options.perTenant ?? 2, atOnce),
    pollingIntervalSeconds: options.pollSeconds ?? 2,
  }
}

/** Something whose commit can be waited for; every `Env` and `Transaction` is one. */
export interface Committing {
  afterCommit(work: () => void | Promise<void>): void
}

/** Enqueues when the request has committed, and never when it is rolled back. A crash between the two loses the job. */
export function enqueueAfterCommit(
  env: Committing,
  jobs: Pick<Jobs, 'enqueue'>,
  call: JobCall,
  options?: EnqueueOptions,
): void {
  const checked = checkCall(call)
  env.afterCommit(async () => void (await jobs.enqueue(checked, options)))
}

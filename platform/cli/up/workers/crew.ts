/** The processes that share the load: started, told what happens to tenants, started again when they end, stopped in order. */

import { randomBytes } from 'node:crypto'
import cluster, { type Worker } from 'node:cluster'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { TenantEvent } from '../../../tenants/index.ts'
import { handOver } from '../../../tenants/index.ts'
import type { Hosting } from '../../hosting/hosting.ts'
import { backupsOf } from '../listen.ts'
import type { UpLog } from '../log.ts'
import { type Channel, openChannel } from './channel.ts'
import type { KnownTenant, Listening, OwnerAsks, WorkerAsks } from './messages.ts'

export interface Crew {
  readonly listening: Listening
  /** No new requests; those inside are served, at most `graceMs`. */
  close(graceMs: number): Promise<void>
}

interface Member {
  readonly worker: Worker
  readonly channel: Channel<OwnerAsks, WorkerAsks>
  readonly startedMs: number
}

const FIRST_BACKOFF_MS = 100
const LONGEST_BACKOFF_MS = 10_000
/** A run of this length counts as healthy. */
const STABLE_MS = 60_000
/** A worker that does not let go of a tenant in time must not keep it from being stopped. */
const EVENT_PATIENCE_MS = 6_000
/** What a worker needs to end after its requests have. */
const END_PATIENCE_MS = 8_000
const TICKET_KEY_BYTES = 48

/** Starts them, the first one alone: it makes what all of them need. @throws whatever keeps that one from listening */
export async function startCrew(hosting: Hosting, processes: number, log: UpLog): Promise<Crew> {
  const { home, alarms } = hosting
  const members = new Set<Member>()
  const ticketKeys = randomBytes(TICKET_KEY_BYTES)
  const closing = new AbortController()
  let failures = 0

  const known = (): KnownTenant[] => home.tenants.list().map(({ id, name, state }) => ({ id, name, state }))

  const hire = (): Promise<Listening> => {
    cluster.setupPrimary({ exec: join(import.meta.dirname, 'worker.ts'), args: [], serialization: 'advanced' })
    return new Promise((resolve, reject) => {
      const worker = cluster.fork()
      const channel = openChannel<OwnerAsks, WorkerAsks>(
        {
          send: (message) => void (worker.isConnected() && worker.send(message, () => {})),
          onMessage: (listener) => worker.on('message', listener),
        },
        async (question) => {
          switch (question.ask) {
            case 'begin':
              return { tenants: known(), processes, ticketKeys }
            case 'listening':
              resolve(question.at)
              return true
            case 'wake':
              return handOver(await home.tenants.wake(question.name))
            case 'used':
              for (const name of question.names) home.tenants.touch(name)
              return true
            case 'alarm':
              await alarms.advance(question.tenantId, question.at)
              return true
            case 'backups':
              return await backupsOf(home, question.tenant)
          }
        },
      )
      const member: Member = { worker, channel, startedMs: performance.now() }
      members.add(member)
      worker.on('message', (message: { readonly failed?: { readonly message: string } }) => {
        if (message.failed !== undefined) {
          reject(Object.assign(new Error(message.failed.message), message.failed))
          worker.process.kill('SIGKILL')
        }
      })
      worker.once('error', reject)
      worker.once('exit', (code, signal) => {
        members.delete(member)
        channel.close()
        reject(new Error(`A serving process ended with ${signal ?? code} before it served.`))
        if (!closing.signal.aborted) void replace(member, code, signal)
      })
    })
  }

  const replace = async ({ worker, startedMs }: Member, code: number | null, signal: string | null): Promise<void> => {
    // The very first one is the start's own matter.
    if (!isStarted) return
    const isPlanned = code === 0
    failures = isPlanned || performance.now() - startedMs > STABLE_MS ? 0 : failures + 1
    log.write({
      level: isPlanned ? 'info' : 'error',
      event: 'a serving process ended and is replaced',
      detail: { pid: worker.process.pid, code, signal, failures },
    })
    const pauseMs = failures === 0 ? 0 : Math.min(FIRST_BACKOFF_MS * 2 ** (failures - 1), LONGEST_BACKOFF_MS)
    await delay(pauseMs, undefined, { signal: closing.signal }).catch(() => {})
    if (closing.signal.aborted) return
    await hire().catch((cause: unknown) =>
      log.write({ level: 'error', event: 'a serving process did not start', cause }),
    )
  }

  const tell = async (event: TenantEvent): Promise<void> => {
    if (event.kind === 'superuser' || event.kind === 'swept') return
    const tenants = known()
    const told = [...members].map(({ channel }) => channel.ask({ ask: 'happened', event, tenants }))
    await within(Promise.allSettled(told), EVENT_PATIENCE_MS)
  }

  let isStarted = false
  const listening = await hire()
  isStarted = true
  const stopWatching = home.tenants.watch(tell)
  await Promise.all(Array.from({ length: processes - 1 }, hire))

  return {
    listening,
    close: async (graceMs) => {
      closing.abort()
      await Promise.all([...members].map((member) => end(member, graceMs)))
      stopWatching()
    },
  }
}

async function end({ worker, channel }: Member, graceMs: number): Promise<void> {
  const gone = new Promise<void>((resolve) => {
    if (worker.isDead()) resolve()
    else worker.once('exit', () => resolve())
  })
  const stopped = channel.ask({ ask: 'stop', graceMs }).catch(() => {}) // it is gone already
  await within(Promise.race([stopped, gone]), graceMs + END_PATIENCE_MS)
  if (worker.isConnected()) worker.process.disconnect()
  await within(gone, END_PATIENCE_MS)
  if (!worker.isDead()) worker.process.kill('SIGKILL')
  await gone
}

async function within(work: Promise<unknown>, ms: number): Promise<void> {
  const timer = new AbortController()
  await Promise.race([work, delay(ms, undefined, { signal: timer.signal }).catch(() => {})])
  timer.abort()
}

/**
 * Keeps the audit logs of all tenants of a home: seals what was committed within about a second, signs within a minute. Only
 * tenants that are awake are looked at, often while somebody uses them; who sleeps was sealed to the last entry before.
 */

import { hasLog, hasPending } from '../../framework/audit/index.ts'
import { MissingError, UnavailableError } from '../../framework/errors.ts'
import type { Home, TenantConnection, TenantEvent } from '../tenants/index.ts'
import { isPaused, onPause } from './pause.ts'
import { type CheckpointOutcome, openTenantLog, type TenantLog } from './tenant-log.ts'
import { openWitness, type Witness } from './witness/client.ts'

/** Something that a person has to see. */
export interface AuditNote {
  readonly level: 'info' | 'warn' | 'error'
  readonly event: string
  readonly detail?: Readonly<Record<string, unknown>>
  readonly cause?: unknown
}

export interface AuditKeeper {
  readonly witness: Witness
  /** Looks after the tenants by itself from now on. @param tell where the operator sees it at once */
  start(tell: (note: AuditNote) => void): void
  /** A tenant's log, its instance awake, sealed to the last entry. @throws as `home.tenants.wake` */
  open(name: string): Promise<TenantLog>
  /** Seals and signs now. @throws as `open` */
  checkpoint(name: string): Promise<CheckpointOutcome>
  /** Called when the home is closed: what ran was finished when its instance stopped. */
  close(): Promise<void>
}

interface Kept {
  readonly connection: TenantConnection
  readonly log: TenantLog
  /** One thing at a time. */
  turn: Promise<unknown>
  lookedMs: number
  signedMs: number
  /** Databases that wait for their upgrade have none. */
  hasLog: boolean
  /** Entries of the tree, and how many of them this process has signed; `null`: not looked yet. */
  size: number | null
  signedSize: number | null
  /** What is wrong, so that it is told once. */
  trouble: string | null
}

const LOOK_EVERY_MS = 1_000
/** A tenant counts as used for so long after its last request; a request may still be running. */
const USED_MS = 60_000
/** Others that are awake. */
const LOOK_SELDOM_MS = 20_000
const SIGN_EVERY_MS = 30_000
/** An instance that is to stop waits for its log no longer. */
const PATIENCE_MS = 8_000

export interface KeeperOptions {
  /** Milliseconds between two checkpoints of a log that grows; default 30 000. */
  readonly signEveryMs?: number
}

/** @param write notes what the operator has to know */
export function keepAudit(
  home: Home,
  write: (note: AuditNote) => void,
  { signEveryMs = SIGN_EVERY_MS }: KeeperOptions = {},
): AuditKeeper {
  const witness = openWitness(home.path)
  const kept = new Map<string, Kept>()
  let tell = write
  let timer: NodeJS.Timeout | undefined
  let round: Promise<unknown> = Promise.resolve()

  const keep = async (connection: TenantConnection): Promise<Kept> => {
    const known = kept.get(connection.id)
    if (known?.connection === connection) return known
    // Another generation, name or key: what was open is of the past.
    if (known !== undefined) void forget(known)
    const log = openTenantLog(connection, await home.tenants.auditSeed(connection.id), witness)
    const fresh: Kept = {
      connection,
      log,
      turn: Promise.resolve(),
      lookedMs: 0,
      signedMs: Number.NEGATIVE_INFINITY,
      hasLog: false,
      size: null,
      signedSize: null,
      trouble: null,
    }
    kept.set(connection.id, fresh)
    return fresh
  }
  const forget = async (one: Kept): Promise<void> => {
    if (kept.get(one.connection.id) === one) kept.delete(one.connection.id)
    await one.turn.catch(() => {})
    await one.log.close()
  }

  const seal = async (one: Kept): Promise<void> => {
    one.lookedMs = performance.now()
    one.hasLog ||= await hasLog(one.log.pool)
    if (!one.hasLog || isPaused(home, one.connection.id) || (one.size !== null && !(await hasPending(one.log.pool))))
      return
    one.size = (await one.log.seal()).size
  }
  const sign = async (one: Kept): Promise<CheckpointOutcome | null> => {
    if (isPaused(home, one.connection.id)) return null
    one.signedMs = performance.now()
    const outcome = await one.log.checkpoint()
    one.signedSize = outcome.size
    note(one, outcome)
    return outcome
  }
  const note = (one: Kept, { witness: { state, ...rest }, size, origin }: CheckpointOutcome): void => {
    const detail = { tenant: one.connection.id, size, origin, ...rest }
    const trouble = state === 'cosigned' ? null : state === 'refused' && 'reason' in rest ? rest.reason : state
    if (trouble === one.trouble) return
    one.trouble = trouble
    if (state === 'refused')
      tell({
        level: 'error',
        event: `THE AUDIT LOG OF ${one.connection.name} IS NOT WHAT IT WAS: the witness refuses it; run 'holdfast audit verify ${one.connection.name}'`,
        detail,
      })
    else if (state === 'absent')
      tell({ level: 'error', event: 'the witness of the audit logs does not answer', detail })
    else tell({ level: 'info', event: 'the witness has signed again', detail })
  }

  /** Runs after whatever else happens to the same log. */
  const inTurn = <T>(one: Kept, work: () => Promise<T>): Promise<T> => {
    const mine = one.turn.then(work, work)
    one.turn = mine.catch(() => {})
    return mine
  }
  const lookAfter = (one: Kept): Promise<void> =>
    inTurn(one, async () => {
      await seal(one)
      const isDue = performance.now() - one.signedMs >= signEveryMs
      if (isDue && one.signedSize !== one.size) await sign(one)
    })
  const fails = (one: Pick<Kept, 'connection'> & Partial<Kept>, cause: unknown): void => {
    // It fell asleep or stopped under our hands, and was sealed before that, or has no log yet.
    if (home.tenants.running().every(({ connection }) => connection !== one.connection)) return
    const trouble = String(cause)
    if (one.trouble === trouble) return
    if ('trouble' in one) one.trouble = trouble
    tell({
      level: 'error',
      event: `the audit log of ${one.connection.name} could not be sealed; it is tried again`,
      detail: { tenant: one.connection.id },
      cause,
    })
  }

  const look = async (): Promise<void> => {
    const now = performance.now()
    const due = home.tenants.running().filter(({ connection, idleMs }) => {
      const lookedMs = kept.get(connection.id)?.lookedMs ?? Number.NEGATIVE_INFINITY
      return idleMs <= USED_MS || now - lookedMs >= LOOK_SELDOM_MS
    })
    await Promise.all(
      due.map(async ({ connection }) => {
        let one: Kept | undefined
        try {
          one = await keep(connection)
          await lookAfter(one)
        } catch (cause) {
          fails(one ?? { connection }, cause)
        }
      }),
    )
  }

  /** Seals to the last entry and signs, while the instance still runs. */
  const finish = async ({ tenantId }: TenantEvent): Promise<void> => {
    const connection = home.tenants.running().find((one) => one.connection.id === tenantId)?.connection
    const known = tenantId === null ? undefined : kept.get(tenantId)
    if (connection === undefined) return known && forget(known)
    const one = await keep(connection)
    const work = inTurn(one, async () => {
      await seal(one)
      // A command that is over in a moment starts no witness: the next `up` signs when the tenant wakes.
      if (timer !== undefined && one.signedSize !== one.size) await sign(one)
    })
    await within(work, PATIENCE_MS).catch((cause: unknown) => fails(one, cause))
    await within(forget(one), PATIENCE_MS)
  }
  onPause(home, (tenantId) => kept.get(tenantId)?.turn ?? Promise.resolve())
  const stopWatching = home.tenants.watch(async (event) => {
    const { kind, tenantId } = event
    if (tenantId === null || kind === 'created' || kind === 'resumed' || kind === 'superuser' || kind === 'swept')
      return
    if (kind === 'crashed' || kind === 'deleted' || kind === 'renamed' || kind === 'rekeyed') {
      const known = kept.get(tenantId)
      // Not waited for: what runs there may wait for this very event.
      if (known !== undefined) void forget(known)
      return
    }
    await finish(event)
  })

  const open = async (name: string): Promise<Kept> => {
    const one = await keep(await home.tenants.wake(name))
    await inTurn(one, () => seal(one))
    if (!one.hasLog)
      throw new MissingError('ERR_AUDIT_NONE', 'This database has no audit log yet; it waits for its upgrade.')
    return one
  }
  return {
    witness,
    start: (louder) => {
      tell = louder
      timer ??= setInterval(() => {
        round = round
          .then(look)
          .catch((cause: unknown) => tell({ level: 'error', event: 'the audit logs could not be looked after', cause }))
      }, LOOK_EVERY_MS).unref()
    },
    open: async (name) => (await open(name)).log,
    checkpoint: async (name) => {
      const one = await open(name)
      return inTurn(one, async () => {
        const outcome = await sign(one)
        if (outcome === null)
          throw new UnavailableError(
            'ERR_AUDIT_PAUSED',
            'The database is being restored; its log stands still for now.',
          )
        return outcome
      })
    },
    close: async () => {
      clearInterval(timer)
      await round
      stopWatching()
      await Promise.all([...kept.values()].map(forget))
      await witness.close()
    },
  }
}

async function within<T>(work: Promise<T>, ms: number): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

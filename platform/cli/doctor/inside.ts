/** What only the owner of a home can tell of its health; asked by `holdfast doctor`, not typed by people. */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { originOf } from '../../../framework/audit/index.ts'
import { AppError } from '../../../framework/errors.ts'
import type { AuditKeeper } from '../../audit/index.ts'
import { listBackups, missingBackups } from '../../backups/index.ts'
import { sql } from '../../../framework/sql/index.ts'
import type { Home } from '../../tenants/index.ts'
import { homeVerb } from '../command/verb.ts'

export interface InsideFacts {
  readonly pid: number
  readonly isServing: boolean
  readonly postgresVersion: string
  /** Milliseconds that a query of the control plane took. */
  readonly controlMs: number
  /** PostgreSQL's clock minus ours, in milliseconds. */
  readonly clockDifferenceMs: number
  readonly tenants: readonly {
    readonly name: string
    readonly state: string
    readonly instance: string
    /** ISO 8601; null when there is none. */
    readonly lastBackupAt: string | null
    readonly createdAt: string
  }[]
  /** Null: there is no witness yet, for nothing was ever signed. */
  readonly witness: WitnessFacts | null
  readonly damagedBackups: readonly string[]
  /** Instances that the last start moved aside because the registry does not know them. */
  readonly setAside: readonly string[]
}

export interface WitnessFacts {
  readonly answers: boolean
  /** The user that it runs as; null: the same as Holdfast. */
  readonly uid: number | null
  /** How many logs it knows. */
  readonly logs: number
  /** Logs whose newest checkpoint it refuses. `tenant` is null for one that is no longer here. */
  readonly refused: readonly { readonly tenant: string | null; readonly reason: string; readonly since: string }[]
}

/** Gathers them. */
export const doctorInside = homeVerb<InsideFacts>({
  name: 'doctor inside',
  summary: 'What the owner of a home knows about its health',
  arguments: [],
  options: {},
  home: 'need',
  run: async ({ home, isServing, audit }) => {
    const started = performance.now()
    const [row] = await home.control.query<{ now_ms: number }>(
      sql`SELECT extract(epoch FROM clock_timestamp()) * 1000 AS now_ms`,
    )
    const controlMs = performance.now() - started
    const clockDifferenceMs = (row?.now_ms ?? Date.now()) - Date.now()
    const backups = await listBackups(home)
    // While it serves, requests find out what does not start; here nobody has asked yet.
    if (!isServing) await wakeSome(home)
    return {
      pid: process.pid,
      isServing,
      postgresVersion: home.postgresVersion,
      controlMs,
      clockDifferenceMs,
      tenants: home.tenants.list().map(({ id, name, state, instance, createdAt }) => ({
        name,
        state,
        instance,
        lastBackupAt: backups.find((backup) => backup.tenantId === id && backup.state !== 'damaged')?.takenAt ?? null,
        createdAt: createdAt.toISOString(),
      })),
      witness: isServing || existsSync(join(home.path, 'witness')) ? await witnessFacts(home, audit) : null,
      damagedBackups: [
        ...new Set([
          ...backups.filter(({ state }) => state === 'damaged').map(({ id }) => id),
          ...(await missingBackups(home)),
        ]),
      ],
      setAside: home.swept.setAside,
    }
  },
  print: (facts) => JSON.stringify(facts),
})

async function witnessFacts(home: Home, { witness }: AuditKeeper): Promise<WitnessFacts> {
  const names = new Map(home.tenants.list().map(({ id, name }) => [originOf(id), name]))
  try {
    const [{ account }, held] = await Promise.all([witness.who(), witness.all()])
    const refused = held.flatMap(({ origin, refused: why }) =>
      why === null ? [] : [{ tenant: names.get(origin) ?? null, reason: why.reason, since: why.at }],
    )
    return { answers: true, uid: account?.uid ?? null, logs: held.length, refused }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return { answers: false, uid: null, logs: 0, refused: [] }
  }
}

/** A start takes 0.2 to 0.9 s; a provider's hundreds are tried by the nightly backups. */
const MOST_TRIED = 20

async function wakeSome(home: Home): Promise<void> {
  const asleep = home.tenants.list().filter(({ state, instance }) => state === 'active' && instance === 'asleep')
  for (const { name } of asleep.slice(0, MOST_TRIED)) {
    // What comes of it shows in the tenant's state, which is what the doctor reads.
    await home.tenants.wake(name).catch(() => {})
  }
}

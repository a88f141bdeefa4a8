/** What only the owner of a home can tell of its health; asked by `holdfast doctor`, not typed by people. */

import { listBackups } from '../../backups/index.ts'
import { sql } from '../../../framework/sql/index.ts'
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
  readonly damagedBackups: readonly string[]
  /** Instances that the last start moved aside because the registry does not know them. */
  readonly setAside: readonly string[]
}

/** Gathers them. */
export const doctorInside = homeVerb<InsideFacts>({
  name: 'doctor inside',
  summary: 'What the owner of a home knows about its health',
  arguments: [],
  options: {},
  home: 'need',
  run: async ({ home, isServing }) => {
    const started = performance.now()
    const [row] = await home.control.query<{ now_ms: number }>(
      sql`SELECT extract(epoch FROM clock_timestamp()) * 1000 AS now_ms`,
    )
    const controlMs = performance.now() - started
    const clockDifferenceMs = (row?.now_ms ?? Date.now()) - Date.now()
    const backups = await listBackups(home)
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
      damagedBackups: backups.filter(({ state }) => state === 'damaged').map(({ id }) => id),
      setAside: home.swept.setAside,
    }
  },
  print: (facts) => JSON.stringify(facts),
})

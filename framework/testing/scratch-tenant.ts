/** A bare database on a real instance of its own, for tests of rooms that need no application. */

import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openHome } from '../../platform/tenants/index.ts'
import { type DatabaseAddress, openPool, type Pool, type Sql } from '../sql/index.ts'

/** A tenant as the lower rooms know it: a name and a database. */
export interface ScratchTenant {
  readonly name: string
  readonly pool: Pool
  /** For another process, with the password in it. */
  address(): Promise<DatabaseAddress>
  /** Stops the instance and removes everything. */
  close(): Promise<void>
}

/** Starts an instance in a folder of its own and makes the tables in it. */
export async function scratchTenant(tables: readonly Sql[]): Promise<ScratchTenant> {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-scratch-')))
  const home = await openHome({ path, idleTimeoutMs: 0 })
  const name = 'scratch'
  const { address } = await home.tenants.create({ name })
  const pool = openPool(address)
  for (const table of tables) await pool.query(table, { prepared: false })
  return {
    name,
    pool,
    address: async () => ({ ...address, password: typeof address.password === 'function' ? await address.password() : address.password }),
    close: async () => {
      await pool.close()
      await home.close()
      rmSync(path, { recursive: true, force: true })
    },
  }
}

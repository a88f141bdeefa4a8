/** Tenants for tests: real instances, cloned from a template per set of applications. */

import type { Tenant } from '../access/index.ts'
import { initTenant, openTenant } from '../modules/index.ts'
import { openPool, type Pool } from '../sql/index.ts'
import { keyVault } from '../../platform/tenants/index.ts'
import { sourceHash } from './source-hash.ts'
import { withLock } from './test-cache.ts'
import { atEnd, testHome } from './test-home.ts'

export interface TestTenantOptions {
  /** Default: sales. */
  readonly apps?: readonly string[]
  readonly demo?: boolean
  /** Default: one that no other tenant of the file has. */
  readonly name?: string
}

let made = 0

/** A tenant with these applications, on an instance of its own; it ends with the test file. */
export async function testTenant(options: TestTenantOptions = {}): Promise<Tenant> {
  const { apps = ['sales'], demo = false } = options
  const home = await testHome()
  const key = `test ${await sourceHash()} ${[...apps].sort().join(' ')} ${demo ? 'demo' : ''}`
  if (!home.hasTemplate(key)) {
    await withLock('template', () =>
      home.prepareTemplate(key, async ({ address, files }) => {
        const pool = openPool({ ...address, statementTimeoutMs: 120_000 })
        try {
          await initTenant({ name: 'template', pool, files }, { apps, demo })
        } finally {
          await pool.close()
        }
      }),
    )
  }
  const name = options.name ?? `test${++made}`
  const { address, files, keys } = await home.tenants.create({ name, template: key })
  const pool = openPool(address)
  atEnd(() => pool.close())
  return openTenant({ name, pool, files, vault: keyVault(keys) })
}

/** Two tenants with the same applications, for tests of what must not cross over. */
export async function twoTenants(options: TestTenantOptions = {}): Promise<[Tenant, Tenant]> {
  return [await testTenant(options), await testTenant(options)]
}

/** A database without anything in it, with the runtime role's rights; for tests below the applications. */
export async function emptyDatabase(): Promise<{ readonly pool: Pool; readonly files: Tenant['files'] }> {
  const home = await testHome()
  const { address, files } = await home.tenants.create({ name: `empty${++made}` })
  const pool = openPool(address)
  atEnd(() => pool.close())
  return { pool, files }
}

/** The two targets of an import: a tenant that is there, and one that is made for it. */

import type { Tenant } from '../../framework/access/index.ts'
import { initTenant } from '../../framework/modules/index.ts'
import { openPool } from '../../framework/sql/index.ts'
import type { Home } from '../tenants/index.ts'
import type { ImportTarget } from './import-odoo.ts'

/** Imports into a tenant that people may be working in; `hold` of its connection keeps the instance awake for as long. */
export function existingTenant(tenant: Tenant, hold: () => () => void = () => () => {}): ImportTarget {
  return {
    use: async (work) => {
      const release = hold()
      try {
        await work(tenant, false)
      } finally {
        release()
      }
    },
  }
}

/** Makes a tenant with these applications and no demo data; nobody reaches it before the import is done, and nothing is left of it when it fails. */
export function newTenant(home: Home, name: string, apps: readonly string[] = ['sales']): ImportTarget {
  return {
    use: async (work) => {
      await home.tenants.create({
        name,
        prepare: async (connection) => {
          const pool = openPool(connection.address)
          const release = connection.hold()
          try {
            await work(await initTenant({ name, pool, files: connection.files }, { apps, demo: false }), true)
          } finally {
            release()
            await pool.close()
          }
        },
      })
    },
  }
}

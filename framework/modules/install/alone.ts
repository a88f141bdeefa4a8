/** A transaction that nobody else writes beside: readers go on until a table changes its shape. */

import type { Tenant } from '../../access/index.ts'
import { id, join, sql, type Transaction, withTransaction } from '../../sql/index.ts'
import { readCatalog } from '../schema/catalog.ts'

/**
 * Runs `fn` while nobody writes to the tenant's tables. The lock is taken before the transaction's snapshot: rows that
 * others commit while it waits are seen.
 */
export async function alone<T>(tenant: Tenant, fn: (tx: Transaction) => Promise<T>): Promise<T> {
  // Sessions, sign-in failures and the like are no part of an upgrade.
  const tables = [...(await readCatalog(tenant.pool)).tables.keys()].filter((table) => !table.startsWith('hf_')).sort()
  return withTransaction(
    tenant.pool,
    async (tx) => {
      await tx.query(sql`SET LOCAL statement_timeout = 0`)
      await tx.query(sql`LOCK TABLE ${join(tables.map((table) => id(table)))} IN SHARE ROW EXCLUSIVE MODE`, {
        prepared: false,
      })
      return fn(tx)
    },
    { tries: 3 },
  )
}

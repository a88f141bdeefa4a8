/** A database with nothing but users, for tests of sign-in that need no application. */

import { auditTables } from '../audit/index.ts'
import { authTables } from '../auth/index.ts'
import { type DatabaseAddress, type Pool, type Sql, sql } from '../sql/index.ts'
import { systemTables } from '../modules/system-tables.ts'
import { emptyDatabase } from './test-tenant.ts'

const userTables: readonly Sql[] = [
  sql`CREATE TABLE res_partner (id integer PRIMARY KEY, name text)`,
  sql`CREATE TABLE res_company (id integer PRIMARY KEY, name text)`,
  sql`CREATE TABLE res_users (id integer PRIMARY KEY, login text NOT NULL UNIQUE, password text, active boolean NOT NULL DEFAULT true,
    partner_id integer, company_id integer)`,
  sql`CREATE TABLE ir_config_parameter (id integer GENERATED ALWAYS AS IDENTITY, key text UNIQUE, value text)`,
  sql`INSERT INTO res_company VALUES (1, 'Koperwerk Bindery')`,
  sql`INSERT INTO res_partner VALUES (1, 'System'), (7, 'Marit Oosterling'), (8, 'Tomas Veld'), (9, 'Gone Person')`,
]

/** uid 7 `marit@example.com` and 8 `tomas@example.com` are active, 9 `gone@example.com` is archived, 1 is the system user. */
export async function scratchUsers(hash: string | null): Promise<{ readonly name: string; readonly pool: Pool }> {
  const { pool } = await emptyDatabase()
  for (const table of [...systemTables, ...userTables, ...authTables, ...auditTables])
    await pool.query(table, { prepared: false })
  await pool.query(sql`
    INSERT INTO res_users (id, login, password, active, partner_id, company_id) VALUES
      (1, '__system__', ${hash}, true, 1, 1), (7, 'marit@example.com', ${hash}, true, 7, 1),
      (8, 'tomas@example.com', ${hash}, true, 8, 1), (9, 'gone@example.com', ${hash}, false, 9, 1)`)
  return { name: 'scratch', pool }
}

/** The address of a pool with the password in it, for another process. */
export async function addressOf(pool: Pool): Promise<DatabaseAddress> {
  const { host, port, database, user, password } = pool.options
  return { host, port, database, user, password: typeof password === 'function' ? await password() : password }
}

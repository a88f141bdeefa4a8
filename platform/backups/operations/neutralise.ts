/** What a restore changes in the restored data, so that a copy does not act in the name of the original. */

import { id, sql, type Sql, type Transaction } from '../../../framework/sql/index.ts'

interface Hook {
  readonly table: string
  /** The hook runs only where the table has these columns. */
  readonly columns: readonly string[]
  readonly statements: readonly Sql[]
}

/** Always: nobody is signed in through what was true at the time of the backup. */
const CREDENTIALS: readonly Hook[] = ['hf_session', 'hf_one_time_link', 'hf_login_failure'].map((table) => ({
  table,
  columns: [],
  statements: [sql`DELETE FROM ${id('app', table)}`],
}))

/** For copies: no mail is sent or fetched, no job runs, no payment is taken, nobody outside is called. */
const OUTBOUND: readonly Hook[] = [
  ...['ir_mail_server', 'fetchmail_server', 'ir_cron', 'base_automation', 'hf_webhook'].map((table) => ({
    table,
    columns: ['active'],
    statements: [sql`UPDATE ${id('app', table)} SET active = false WHERE active`],
  })),
  {
    table: 'mail_mail',
    columns: ['state'],
    statements: [sql`UPDATE app.mail_mail SET state = 'cancel' WHERE state = 'outgoing'`],
  },
  {
    table: 'payment_provider',
    columns: ['state'],
    statements: [sql`UPDATE app.payment_provider SET state = 'disabled' WHERE state <> 'disabled'`],
  },
  {
    table: 'ir_config_parameter',
    columns: ['key', 'value'],
    statements: [
      // Two databases of one identity would be taken for one by whoever counts them.
      sql`UPDATE app.ir_config_parameter SET value = gen_random_uuid()::text WHERE key = 'database.uuid'`,
    ],
  },
]

export interface Neutralising {
  /** Also what acts outwards; off only on request. */
  readonly outbound: boolean
  /** The rights epoch of the database that is replaced, so that no process takes the restored one for what it knows. */
  readonly epochAbove?: number
}

/** Runs the hooks for which the restored database has tables; @returns the tables that were touched. */
export async function neutralise(tx: Transaction, options: Neutralising): Promise<string[]> {
  const rows = await tx.query<{ table: string; column: string }>(
    sql`SELECT c.relname::text AS table, a.attname::text AS column FROM pg_catalog.pg_class c
      JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      WHERE c.relnamespace = 'app'::regnamespace AND c.relkind = 'r'`,
  )
  const columns = Map.groupBy(rows, (row) => row.table)
  const touched: string[] = []
  for (const hook of options.outbound ? [...CREDENTIALS, ...OUTBOUND] : CREDENTIALS) {
    const found = columns.get(hook.table)?.map((row) => row.column)
    if (found === undefined || hook.columns.some((column) => !found.includes(column))) continue
    for (const statement of hook.statements) await tx.query(statement, { prepared: false })
    touched.push(hook.table)
  }
  if (columns.has('hf_epoch')) {
    const above = options.epochAbove ?? 0
    await tx.query(sql`UPDATE app.hf_epoch SET n = greatest(n, ${above}) + 1, models = greatest(models, ${above}) + 1`)
  }
  return touched
}

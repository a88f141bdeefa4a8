/** Many partners out of few: rows that the models made are copied by PostgreSQL, indexes and constraints in place. */

import { id, join, type Pool, sql } from '../../../framework/sql/index.ts'

const mostIds = 20_000

/** What a copy has of its own: `n` is its number, `fresh` its id, `p` the row that is copied. */
const own: Readonly<Record<string, ReturnType<typeof sql>>> = {
  // A company that stands for itself stands for itself in the copy, too.
  commercial_partner_id: sql`fresh`,
  name: sql`p.name || ' ' || n`,
  complete_name: sql`p.complete_name || ' ' || n`,
  commercial_company_name: sql`p.commercial_company_name || ' ' || n`,
  email: sql`n || '.' || p.email`,
  email_normalized: sql`n || '.' || p.email_normalized`,
}

/**
 * Copies the partners that have neither user nor company above them until there are `total`.
 * @returns ids that are spread over all of them
 */
export async function multiplyPartners(pool: Pool, total: number): Promise<number[]> {
  const columns = await pool.query<{ name: string }>(
    sql`SELECT attname::text AS name FROM pg_attribute WHERE attrelid = 'res_partner'::regclass AND attnum > 0
      AND NOT attisdropped AND attgenerated = '' AND attname <> 'id' ORDER BY attnum`,
  )
  const [{ n: loaded } = { n: 0 }] = await pool.query<{ n: number }>(sql`SELECT count(*)::int4 AS n FROM res_partner`)
  const values = columns.map(({ name }) => own[name] ?? id('p', name))
  const lacking = Math.max(0, total - loaded)
  await pool.query(
    sql`INSERT INTO res_partner (id, ${join(columns.map(({ name }) => id(name)))})
      SELECT ${join([sql`fresh`, ...values])} FROM (
        SELECT nextval('res_partner_id_seq')::int4 AS fresh, n, p.* FROM generate_series(1, ${Math.ceil((2 * lacking) / Math.max(1, loaded))}::int4) AS n
        CROSS JOIN (SELECT * FROM res_partner r WHERE r.parent_id IS NULL AND r.commercial_partner_id = r.id
          AND NOT EXISTS (SELECT FROM res_users u WHERE u.partner_id = r.id)) AS p LIMIT ${lacking}::int8) AS p`,
    { prepared: false },
  )
  await pool.query(sql`VACUUM ANALYZE res_partner`, { prepared: false })
  const every = Math.max(1, Math.floor(total / mostIds))
  const ids = await pool.query<{ id: number }>(
    sql`SELECT id FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM res_partner WHERE active) t WHERE place % ${every}::int8 = 0`,
  )
  return ids.map(({ id: one }) => one)
}

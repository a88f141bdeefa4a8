/** What somebody with a superuser's session on a tenant's database does to its audit log. Only tests import it. */

import { append, EMPTY_FRONTIER, leafHash } from '../../../framework/audit/index.ts'
import { id, join, type Pool, sql } from '../../../framework/sql/index.ts'

const tables = {
  hf_audit_log: ['one', 'id', 'size', 'key', 'witness_key'],
  hf_audit_leaf: ['id', 'hash', 'entry', 'at', 'kind', 'model', 'ids', 'uid', 'channel', 'request_id'],
  hf_audit_node: ['level', 'index', 'hash'],
  hf_audit_subject: ['id', 'subject', 'key', 'erased_at'],
  hf_audit_checkpoint: ['size', 'note', 'at'],
} as const

/** Takes a copy of the log, as a backup would. @param name of the copy */
export async function save(root: Pool, name: string): Promise<void> {
  for (const [table, columns] of Object.entries(tables)) {
    await root.query(sql`DROP TABLE IF EXISTS ${id('app', `${name}_${table}`)}`)
    await root.query(
      sql`CREATE TABLE ${id('app', `${name}_${table}`)} AS SELECT ${join(columns.map((one) => id(one)))} FROM ${id('app', table)}`,
    )
  }
}

/** Brings a copy back, over everything that came since. */
export async function bringBack(root: Pool, name: string): Promise<void> {
  for (const [table, columns] of Object.entries(tables)) {
    const list = join(columns.map((one) => id(one)))
    await root.query(sql`DELETE FROM ${id('app', table)}`)
    await root.query(
      sql`INSERT INTO ${id('app', table)} (${list}) SELECT ${list} FROM ${id('app', `${name}_${table}`)}`,
    )
  }
}

/** Makes everything that a database can hold fit its entries again: hashes, nodes, size; and removes what vouches for others. */
export async function makeConsistent(root: Pool, size: number, { keepCheckpoints = false } = {}): Promise<void> {
  await root.query(sql`DELETE FROM app.hf_audit_leaf WHERE id > ${size}`)
  const rows = await root.query<{ id: number; entry: string }>(sql`SELECT id, entry FROM app.hf_audit_leaf ORDER BY id`)
  const hashes = rows.map(({ entry }) => leafHash(entry))
  for (const [i, row] of rows.entries())
    await root.query(sql`UPDATE app.hf_audit_leaf SET hash = ${hashes[i] as Buffer} WHERE id = ${row.id}`)
  await root.query(sql`DELETE FROM app.hf_audit_node`)
  for (const { level, index, hash } of append(EMPTY_FRONTIER, hashes).nodes)
    await root.query(sql`INSERT INTO app.hf_audit_node (level, index, hash) VALUES (${level}, ${index}, ${hash})`)
  await root.query(sql`UPDATE app.hf_audit_log SET size = ${size}`)
  if (!keepCheckpoints) await root.query(sql`DELETE FROM app.hf_audit_checkpoint`)
}

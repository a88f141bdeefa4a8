/** Records that an application shipped once and no longer declares: they go with the upgrade, unless something still needs them. */

import type { Declaration, Env } from '../../../orm/index.ts'
import { id as name, type Queryable, sql, type Transaction } from '../../../sql/index.ts'
import { accessRecords } from '../../rights/declared-access.ts'
import { fullXmlid } from '../content/external-ids.ts'
import { firstPersonalId } from '../content/load-records.ts'

interface Shipped {
  readonly id: number
  readonly module: string
  readonly name: string
  readonly model: string
  readonly res_id: number
}

/** What became of records that were to go. */
export interface Removal {
  readonly removed: number
  /** External ids of those that something still refers to. */
  readonly kept: readonly string[]
}

/**
 * Removes what these applications shipped and do not declare any more, and the rights that no application declares any more.
 * What people made, or may change (`update: false`), stays.
 */
export async function removeStaleRecords(env: Env, tx: Transaction, apps: ReadonlySet<string>): Promise<Removal> {
  const { declarations } = env.registry
  const wanted = new Set(accessRecords(declarations.filter((d) => d.is === 'access')).map(({ xmlid }) => xmlid))
  for (const d of declarations)
    if (d.is === 'records')
      for (const key of Object.keys((d as Extract<Declaration, { is: 'records' }>).rows))
        wanted.add(fullXmlid(d.app, key))
  const shipped = await tx.query<Shipped & Record<string, unknown>>(sql`
    SELECT id, module, name, model, res_id FROM ir_model_data
    WHERE module = ANY(${[...env.registry.apps]}::text[]) AND (module = ANY(${[...apps]}::text[]) OR model IN ('ir.model.access', 'ir.rule')) AND noupdate IS NOT TRUE AND res_id < ${firstPersonalId}
      AND model NOT IN ('ir.model', 'ir.model.fields', 'ir.model.fields.selection', 'ir.module.module')
    ORDER BY id DESC`)
  return removeRecords(
    env,
    tx,
    shipped.filter((row) => !wanted.has(`${row.module}.${row.name}`)),
  )
}

/** Removes shipped records with their external ids; one that something needs stays and keeps its name. */
export async function removeRecords(env: Env, tx: Transaction, rows: readonly Shipped[]): Promise<Removal> {
  const kept: string[] = []
  let removed = 0
  for (const [model, group] of Map.groupBy(rows, (row) => row.model)) {
    if (model === 'ir.model.access' || model === 'ir.rule') {
      await removeAccess(tx, model, group)
      removed += group.length
      continue
    }
    for (const row of group) {
      if (await isRemoved(env, tx, row)) removed++
      else kept.push(`${row.module}.${row.name}`)
    }
  }
  return { removed, kept }
}

async function isRemoved(env: Env, tx: Transaction, { id, model, res_id: resId }: Shipped): Promise<boolean> {
  const info = env.registry.models.get(model)
  try {
    await tx.savepoint(async () => {
      const exists = info
        ? await tx.query(sql`SELECT 1 AS one FROM ${name(info.table)} WHERE id = ${resId}`, { prepared: false })
        : []
      if (exists.length > 0) await env.model(model, [resId]).unlink()
      await tx.query(sql`DELETE FROM ir_model_data WHERE id = ${id}`)
    })
    return true
  } catch (error) {
    // A record in use, or one that its application protects: it stays.
    if (isRefusal(error)) return false
    throw error
  }
}

function isRefusal(error: unknown): boolean {
  const status = (error as { status?: unknown } | null)?.status
  return typeof status === 'number' && status < 500
}

async function removeAccess(tx: Queryable, source: string, rows: readonly Shipped[]): Promise<void> {
  const ids = rows.map((row) => row.res_id)
  await tx.query(sql`DELETE FROM hf_access WHERE source_model = ${source} AND source_id = ANY(${ids}::int4[])`)
  if (source === 'ir.rule') await tx.query(sql`DELETE FROM ir_rule WHERE id = ANY(${ids}::int4[])`)
  else await tx.query(sql`DELETE FROM ir_model_access WHERE id = ANY(${ids}::int4[])`)
  await tx.query(sql`DELETE FROM ir_model_data WHERE id = ANY(${rows.map((row) => row.id)}::int4[])`)
}

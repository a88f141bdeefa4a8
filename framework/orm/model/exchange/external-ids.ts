/** External ids (`module.name`) of records, for exchange with other programs. */

import { sql } from '../../../sql/index.ts'
import type { Env } from '../../env.ts'
import type { ModelInfo } from '../../registry.ts'

/** Module and name; without a dot it is a name that an import gave. */
export function splitExternalId(xmlid: string): readonly [module: string, name: string] {
  const dot = xmlid.indexOf('.')
  return dot < 0 ? ['__import__', xmlid] : [xmlid.slice(0, dot), xmlid.slice(dot + 1)]
}

/** Record ids by external id; unknown ones and those of other models are left out. */
export async function findExternalIds(
  env: Env,
  model: string,
  xmlids: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (xmlids.length === 0) return new Map()
  const parts = xmlids.map(splitExternalId)
  const rows = await env.db.query<{ xmlid: string; res_id: number }>(
    sql`SELECT w.xmlid, d.res_id FROM unnest(${[...xmlids]}::text[], ${parts.map(([m]) => m)}::text[], ${parts.map(([, n]) => n)}::text[]) w(xmlid, module, name)
        JOIN ir_model_data d ON d.module = w.module AND d.name = w.name AND d.model = ${model}`,
  )
  return new Map(rows.map((row) => [row.xmlid, row.res_id]))
}

/** Notes the external ids of records that were made under them. */
export async function noteExternalIds(
  env: Env,
  model: string,
  made: readonly { readonly xmlid: string; readonly id: number }[],
): Promise<void> {
  if (made.length === 0) return
  const parts = made.map(({ xmlid }) => splitExternalId(xmlid))
  await env.db.query(
    sql`INSERT INTO ir_model_data (module, name, model, res_id, noupdate, create_uid)
        SELECT module, name, ${model}, id, FALSE, ${env.uid}::int4
        FROM unnest(${parts.map(([m]) => m)}::text[], ${parts.map(([, n]) => n)}::text[], ${made.map(({ id }) => id)}::int4[]) w(module, name, id)`,
  )
}

/** The external id of each record. One that has none gets it now, so that a later import finds the record again. */
export async function ensureExternalIds(
  env: Env,
  info: ModelInfo,
  ids: readonly number[],
): Promise<ReadonlyMap<number, string>> {
  const known = await env.db.query<{ res_id: number; xmlid: string }>(
    sql`SELECT DISTINCT ON (res_id) res_id, module || '.' || name AS xmlid FROM ir_model_data WHERE model = ${info.name} AND res_id = ANY(${[...ids]}::int4[]) ORDER BY res_id, id`,
  )
  const found = new Map(known.map((row) => [row.res_id, row.xmlid]))
  const made = ids
    .filter((id, at) => !found.has(id) && ids.indexOf(id) === at)
    .map((id) => ({ id, xmlid: `__export__.${info.table}_${id}_${crypto.randomUUID().slice(0, 8)}` }))
  await noteExternalIds(env, info.name, made)
  for (const { id, xmlid } of made) found.set(id, xmlid)
  return found
}

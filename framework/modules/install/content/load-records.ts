/** Loads the records that applications ship: external ids become ids, references are resolved, lists go in batches. */

import { ServerError } from '../../../errors.ts'
import { type Declaration, type Env, type ModelRegistry, Ref } from '../../../orm/index.ts'
import { id as name, type Queryable, sql } from '../../../sql/index.ts'
import { type ExternalIds, fullXmlid } from './external-ids.ts'

type RecordsDeclaration = Extract<Declaration, { is: 'records' }>
type Values = Readonly<Record<string, unknown>>

/** Numbers from here on are for what people make. */
export const firstPersonalId = 900_001

const batchSize = 500

interface Row {
  readonly xmlid: string
  readonly id: number
  readonly values: Values
  readonly exists: boolean
}

/**
 * Creates or updates all records of these declarations, in their order.
 * Every record gets its number before the first one is made, so that references may point forwards.
 * @param upgrade leave records alone that are declared with `update: false` and exist
 */
export async function loadRecords(
  env: Env,
  tx: Queryable,
  declarations: readonly RecordsDeclaration[],
  ids: ExternalIds,
  upgrade: boolean,
): Promise<void> {
  const allocate = await numberer(env.registry, tx, declarations)
  const batches = declarations.map((declaration) => ({ declaration, rows: prepare(declaration, ids, allocate) }))
  await ids.save(tx)
  for (const { declaration, rows } of batches) await loadBatch(env, declaration, rows, ids, upgrade)
}

function prepare(declaration: RecordsDeclaration, ids: ExternalIds, allocate: (model: string) => number): Row[] {
  return Object.entries(declaration.rows).map(([key, values]) => {
    const xmlid = fullXmlid(declaration.app, key)
    const known = ids.get(xmlid)
    if (known) return { xmlid, id: known.id, values, exists: true }
    const id = typeof values.id === 'number' ? values.id : allocate(declaration.model)
    ids.add(xmlid, declaration.model, id, declaration.options.update === false)
    return { xmlid, id, values, exists: false }
  })
}

async function loadBatch(
  env: Env,
  { app, model, options }: RecordsDeclaration,
  rows: readonly Row[],
  ids: ExternalIds,
  upgrade: boolean,
): Promise<void> {
  const resolved = (row: Row): Values => {
    const { id: _, ...values } = resolveRefs(row.values, app, row.xmlid, ids) as Record<string, unknown>
    return values
  }
  const fresh = rows.filter((row) => !row.exists)
  for (let i = 0; i < fresh.length; i += batchSize) {
    const batch = fresh.slice(i, i + batchSize)
    const made = await env.model(model).create(batch.map((row) => ({ ...resolved(row), id: row.id })))
    const wrong = batch.find((row, k) => made.ids[k] !== row.id)
    if (wrong) throw new ServerError('ERR_DATA_ID', `The record ${wrong.xmlid} did not get its number ${wrong.id}.`)
  }
  if (upgrade && options.update === false) return
  for (const row of rows) if (row.exists) await env.model(model, [row.id]).write(resolved(row))
}

function resolveRefs(value: unknown, app: string, from: string, ids: ExternalIds): unknown {
  if (value instanceof Ref) return ids.resolve(fullXmlid(app, value.xmlid), from)
  if (Array.isArray(value)) return value.map((item) => resolveRefs(item, app, from, ids))
  if (value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolveRefs(item, app, from, ids)]))
  }
  return value
}

// The next free number below those of people, behind all that declarations fix.
async function numberer(
  registry: ModelRegistry,
  tx: Queryable,
  declarations: readonly RecordsDeclaration[],
): Promise<(model: string) => number> {
  const last = new Map<string, number>()
  for (const model of new Set(declarations.map((d) => d.model))) {
    const table = registry.models.get(model)?.table
    if (table === undefined)
      throw new TypeError(`An application ships records of ${model}, which no installed application declares.`)
    const [row] = await tx.query<{ last: number }>(
      sql`SELECT coalesce(max(id), 0)::int4 AS last FROM ${name(table)} WHERE id < ${firstPersonalId}`,
    )
    last.set(model, row?.last ?? 0)
  }
  for (const { model, rows } of declarations) {
    for (const { id } of Object.values(rows))
      if (typeof id === 'number') last.set(model, Math.max(last.get(model) ?? 0, id))
  }
  return (model) => {
    const next = (last.get(model) ?? 0) + 1
    if (next >= firstPersonalId)
      throw new ServerError('ERR_DATA_ID', `There are no numbers left for records of ${model} that applications ship.`)
    last.set(model, next)
    return next
  }
}

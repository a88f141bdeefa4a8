/** What the database says about models and fields by name follows when these are renamed. */

import type { Domain, ModelInfo, ModelRegistry } from '../../../orm/index.ts'
import { id as name, type Queryable, sql } from '../../../sql/index.ts'
import { formatDomainLiteral } from '../../rights/format-domain.ts'
import { fixLinkTables } from '../../overlay/read-overlay.ts'
import { parseDomainLiteral } from '../../rights/domain-literal.ts'
import type { Renames } from '../../schema/plan/renames.ts'
import { modelColumns } from './model-columns.ts'

/** Renames models and fields in reflection, external ids, attachments, permissions and the rules that people wrote. */
export async function renameRecords(tx: Queryable, renames: Renames, registry: ModelRegistry): Promise<void> {
  if (renames.models.size === 0 && renames.fields.size === 0) return
  await fixLinkTables(tx)
  for (const [from, to] of renames.models) await renameModel(tx, from, to, registry)
  for (const [key, to] of renames.fields) {
    const dot = key.lastIndexOf('.')
    await renameField(tx, key.slice(0, dot), key.slice(dot + 1), to)
  }
  await rewriteRules(tx, renames, registry)
  await rewritePermissions(tx, renames)
}

async function renameModel(tx: Queryable, from: string, to: string, registry: ModelRegistry): Promise<void> {
  await forgetNames(tx, 'ir.model', from, undefined)
  for (const { table, column } of await modelColumns(tx))
    await tx.query(sql`UPDATE ${name(table)} SET ${name(column)} = ${to} WHERE ${name(column)} = ${from}`, {
      prepared: false,
    })
  await tx.query(sql`UPDATE ir_model_fields SET complete_name = ${to} || '.' || name WHERE model = ${to}`)
  for (const model of registry.models.values())
    for (const field of model.fields.values()) {
      if (field.kind !== 'reference' || !field.column) continue
      const column = name(field.name)
      await tx.query(
        sql`UPDATE ${name(model.table)} SET ${column} = ${to} || substr(${column}, ${from.length + 1}) WHERE left(${column}, ${from.length + 1}) = ${`${from},`}`,
        { prepared: false },
      )
    }
}

async function renameField(tx: Queryable, model: string, from: string, to: string): Promise<void> {
  await forgetNames(tx, 'ir.model.fields', model, from)
  await tx.query(
    sql`UPDATE ir_model_fields SET name = ${to}, complete_name = ${`${model}.${to}`} WHERE model = ${model} AND name = ${from}`,
  )
  await tx.query(sql`UPDATE ir_attachment SET res_field = ${to} WHERE res_model = ${model} AND res_field = ${from}`)
}

// Their external ids are made of the names; the reflection writes the new ones.
async function forgetNames(tx: Queryable, kind: string, model: string, field: string | undefined): Promise<void> {
  await tx.query(sql`
    DELETE FROM ir_model_data d WHERE d.module <> '__export__' AND d.model IN (${kind}, 'ir.model.fields') AND d.res_id IN (
      SELECT id FROM ir_model WHERE ${kind} = 'ir.model' AND d.model = 'ir.model' AND model = ${model}
      UNION ALL SELECT id FROM ir_model_fields WHERE d.model = 'ir.model.fields' AND model = ${model} AND (${field ?? null}::text IS NULL OR name = ${field ?? null}))`)
}

async function rewriteRules(tx: Queryable, renames: Renames, registry: ModelRegistry): Promise<void> {
  const rules = await tx.query<{ id: number; model: string; domain: string | null }>(
    sql`SELECT r.id, m.model, r.domain_force AS domain FROM ir_rule r JOIN ir_model m ON m.id = r.model_id`,
  )
  for (const rule of rules) {
    const model = registry.models.get(rule.model)
    if (!model || !rule.domain) continue
    const domain = parseDomainLiteral(rule.domain)
    const now = renameInDomain(domain, model, renames, registry)
    if (JSON.stringify(now) !== JSON.stringify(domain))
      await tx.query(sql`UPDATE ir_rule SET domain_force = ${formatDomainLiteral(now)} WHERE id = ${rule.id}`)
  }
}

function renameInDomain(domain: Domain, model: ModelInfo, renames: Renames, registry: ModelRegistry): Domain {
  return domain.map((item) => {
    if (typeof item === 'string' || typeof item[0] !== 'string') return item
    const [path, operator, value] = item
    const { path: now, end } = renameInPath(path, model, renames, registry)
    const isNested = (operator === 'any' || operator === 'not any') && end && Array.isArray(value)
    return [now, operator, isNested ? renameInDomain(value as unknown as Domain, end, renames, registry) : value]
  })
}

/** A dotted path with the names of now, and the model that it ends at when its last field is a relation. */
export function renameInPath(
  path: string,
  model: ModelInfo,
  renames: Renames,
  registry: ModelRegistry,
): { path: string; end: ModelInfo | undefined } {
  let at: ModelInfo | undefined = model
  const parts = path.split('.').map((part) => {
    const now = at === undefined ? part : (renames.fields.get(`${at.name}.${part}`) ?? part)
    const field = at?.fields.get(now)
    at = field?.comodel === undefined ? undefined : registry.models.get(field.comodel)
    return now
  })
  return { path: parts.join('.'), end: at }
}

async function rewritePermissions(tx: Queryable, renames: Renames): Promise<void> {
  for (const [key, to] of renames.fields) {
    const dot = key.lastIndexOf('.')
    const [model, from] = [key.slice(0, dot), key.slice(dot + 1)]
    await tx.query(sql`UPDATE hf_access SET fields = array_replace(fields, ${from}, ${to}) WHERE model = ${model}`)
    await tx.query(sql`
      UPDATE ir_model_access a SET field_names = array_to_string(array_replace(regexp_split_to_array(a.field_names, '\\s*,\\s*'), ${from}, ${to}), ',')
      FROM ir_model m WHERE m.id = a.model_id AND m.model = ${model} AND a.field_names IS NOT NULL`)
  }
}

/** From the records that administrators edit (ir.model.access, ir.rule) to the one table that decides (hf_access). */

import { ValidationError } from '../../errors.ts'
import type { ModelRegistry } from '../../orm/index.ts'
import { type Queryable, sql } from '../../sql/index.ts'
import { parseDomainLiteral } from './domain-literal.ts'
import { checkPaths } from './domain-shape.ts'

export type AccessSource = 'ir.model.access' | 'ir.rule'

interface SourceRow extends Record<string, unknown> {
  readonly id: number
  readonly model: string
  readonly name: string | null
  readonly active: boolean | null
  readonly perm_read: boolean | null
  readonly perm_write: boolean | null
  readonly perm_create: boolean | null
  readonly perm_unlink: boolean | null
  /** `null` in the list: everybody. */
  readonly groups: readonly (number | null)[]
  readonly domain_force: string | null
  readonly field_names: string | null
}

/**
 * Rewrites the rows of hf_access that come from these records; records that are gone lose theirs.
 * The caller bumps the epoch in the same transaction.
 * @throws ValidationError for a rule whose domain is no literal or names a field that does not exist
 */
export async function publishAccess(
  tx: Queryable,
  registry: ModelRegistry,
  source: AccessSource,
  ids: readonly number[],
): Promise<void> {
  if (ids.length === 0) return
  await tx.query(sql`DELETE FROM hf_access WHERE source_model = ${source} AND source_id = ANY(${ids}::int4[])`)
  const rows = source === 'ir.rule' ? await readRules(tx, ids) : await readPermissions(tx, ids)
  const entries = rows.flatMap((row) => row.groups.map((group) => entry(registry, source, row, group)))
  await tx.query(sql`
    INSERT INTO hf_access (kind, model, ops, group_id, domain, fields, name, active, source_model, source_id)
    SELECT kind, model, ops, group_id, domain, fields, name, active, ${source}, source_id
    FROM jsonb_to_recordset(${JSON.stringify(entries)}::jsonb)
      AS r (kind text, model text, ops text[], group_id int4, domain jsonb, fields text[], name text, active bool, source_id int4)`)
}

function entry(
  registry: ModelRegistry,
  source: AccessSource,
  row: SourceRow,
  group: number | null,
): Record<string, unknown> {
  const ops = (['read', 'write', 'create', 'unlink'] as const).filter((op) => row[`perm_${op}`] === true)
  const fields = row.field_names
    ?.split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  return {
    kind: source === 'ir.model.access' ? 'permission' : group === null ? 'global-rule' : 'group-rule',
    model: row.model,
    ops,
    group_id: group,
    name: row.name ?? '',
    active: row.active === true,
    source_id: row.id,
    domain: source === 'ir.rule' ? domainOf(registry, row) : null,
    fields: fields && fields.length > 0 ? fields : null,
  }
}

function domainOf(registry: ModelRegistry, row: SourceRow): unknown {
  const domain = parseDomainLiteral(row.domain_force ?? '')
  const model = registry.models.get(row.model)
  if (!model)
    throw new ValidationError(
      'ERR_DOMAIN_MODEL',
      `The model ${row.model} of the rule '${row.name ?? ''}' is not there.`,
    )
  try {
    checkPaths(registry, model, domain)
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error
    throw new ValidationError(error.code, `The rule '${row.name ?? ''}': ${error.message}`, { cause: error })
  }
  return domain
}

function readPermissions(tx: Queryable, ids: readonly number[]): Promise<SourceRow[]> {
  return tx.query<SourceRow>(sql`
    SELECT a.id, m.model, a.name, a.active, a.perm_read, a.perm_write, a.perm_create, a.perm_unlink, ARRAY[a.group_id] AS groups,
      NULL AS domain_force, a.field_names
    FROM ir_model_access a JOIN ir_model m ON m.id = a.model_id WHERE a.id = ANY(${ids}::int4[])`)
}

function readRules(tx: Queryable, ids: readonly number[]): Promise<SourceRow[]> {
  return tx.query<SourceRow>(sql`
    SELECT r.id, m.model, r.name, r.active, r.perm_read, r.perm_write, r.perm_create, r.perm_unlink, r.domain_force, NULL AS field_names,
      coalesce((SELECT array_agg(l.group_id ORDER BY l.group_id) FROM rule_group_rel l WHERE l.rule_group_id = r.id), ARRAY[NULL::int4]) AS groups
    FROM ir_rule r JOIN ir_model m ON m.id = r.model_id WHERE r.id = ANY(${ids}::int4[])`)
}

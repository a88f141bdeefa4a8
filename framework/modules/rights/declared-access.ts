/** The `access()` declarations of applications as records of ir.model.access and ir.rule. */

import type { Declaration, ModelRegistry, Operation } from '../../orm/index.ts'
import { type Queryable, sql } from '../../sql/index.ts'
import { type ExternalIds, fullXmlid } from '../install/content/external-ids.ts'
import { firstPersonalId } from '../install/content/load-records.ts'
import { formatDomainLiteral } from './format-domain.ts'
import { type AccessSource, publishAccess } from './publish-access.ts'

type AccessDeclaration = Extract<Declaration, { is: 'access' }>
type Rule = AccessDeclaration['rules'][number]

interface AccessRecord {
  readonly xmlid: string
  readonly source: AccessSource
  readonly model: string
  readonly name: string
  readonly group: string | null
  readonly ops: readonly Operation[]
  readonly domain: string | null
  readonly fields: string | null
}

/**
 * Writes what the declarations say and no record says yet; with `upgrade`, also what they say differently now.
 * Records that an administrator made or switched off stay as they are.
 */
export async function loadAccess(
  tx: Queryable,
  registry: ModelRegistry,
  ids: ExternalIds,
  upgrade: boolean,
): Promise<void> {
  const records = accessRecords(registry.declarations.filter((d) => d.is === 'access'))
  for (const source of ['ir.model.access', 'ir.rule'] as const) {
    const wanted = records.filter((record) => record.source === source && (upgrade || !ids.get(record.xmlid)))
    const written = await writeRecords(tx, source, wanted, ids)
    await publishAccess(tx, registry, source, written)
  }
  await ids.save(tx)
}

/**
 * A rule with a group is a permission, and its domain a rule of that group; one without a group binds everybody.
 * Permissions add up: where one group's permission has a domain, groups without one get the rule "all records", or the
 * first would bind members of both.
 */
export function accessRecords(declarations: readonly AccessDeclaration[]): AccessRecord[] {
  const limited = new Map<string, Set<Operation>>()
  for (const { model, rules } of declarations) {
    for (const rule of rules)
      if (rule.group && rule.domain)
        for (const op of rule.ops) limited.set(model, (limited.get(model) ?? new Set()).add(op))
  }
  const taken = new Map<string, number>()
  return declarations.flatMap(({ app, model, rules }) =>
    rules.flatMap((rule) => recordsOf(app, model, rule, limited.get(model) ?? new Set(), taken)),
  )
}

function recordsOf(
  app: string,
  model: string,
  rule: Rule,
  limited: ReadonlySet<Operation>,
  taken: Map<string, number>,
): AccessRecord[] {
  const group = rule.group === undefined ? null : fullXmlid(app, rule.group)
  const suffix = `${model.replaceAll('.', '_')}_${group?.split('.')[1] ?? 'everybody'}`
  const count = (taken.get(`${app}.${suffix}`) ?? 0) + 1
  taken.set(`${app}.${suffix}`, count)
  const key = count === 1 ? suffix : `${suffix}_${count}`
  const common = {
    model,
    name: rule.name ?? `${model} ${group ?? 'everybody'}`,
    group,
    fields: rule.fields?.join(',') ?? null,
  }
  const permission: AccessRecord = {
    ...common,
    xmlid: `${app}.access_${key}`,
    source: 'ir.model.access',
    ops: rule.ops,
    domain: null,
  }
  const ruleOf = (ops: readonly Operation[], domain: Rule['domain']): AccessRecord => ({
    ...common,
    xmlid: `${app}.rule_${key}`,
    source: 'ir.rule',
    ops,
    domain: formatDomainLiteral(domain ?? [[1, '=', 1]]),
    fields: null,
  })
  if (group === null) {
    if (!rule.domain)
      throw new TypeError(`${app} declares access to ${model} with neither a group nor a domain; name who may.`)
    return [ruleOf(rule.ops, rule.domain)]
  }
  if (rule.domain) return [permission, ruleOf(rule.ops, rule.domain)]
  const shared = rule.ops.filter((op) => limited.has(op))
  return shared.length > 0 ? [permission, ruleOf(shared, undefined)] : [permission]
}

async function writeRecords(
  tx: Queryable,
  source: AccessSource,
  wanted: readonly AccessRecord[],
  ids: ExternalIds,
): Promise<number[]> {
  if (wanted.length === 0) return []
  const [row] = await (source === 'ir.rule'
    ? tx.query<{ last: number }>(
        sql`SELECT coalesce(max(id), 0)::int4 AS last FROM ir_rule WHERE id < ${firstPersonalId}`,
      )
    : tx.query<{ last: number }>(
        sql`SELECT coalesce(max(id), 0)::int4 AS last FROM ir_model_access WHERE id < ${firstPersonalId}`,
      ))
  let last = row?.last ?? 0
  const rows = wanted.map((record) => {
    const known = ids.get(record.xmlid)
    const id = known?.id ?? ++last
    if (!known) ids.add(record.xmlid, source, id, false)
    const may = (op: Operation): boolean => record.ops.includes(op)
    return {
      id,
      model: record.model,
      name: record.name,
      group_id: record.group === null ? null : ids.resolve(record.group, record.xmlid),
      domain_force: record.domain,
      field_names: record.fields,
      perm_read: may('read'),
      perm_write: may('write'),
      perm_create: may('create'),
      perm_unlink: may('unlink'),
    }
  })
  const json = JSON.stringify(rows)
  await (source === 'ir.rule' ? writeRules(tx, json) : writePermissions(tx, json))
  return rows.map(({ id }) => id)
}

async function writePermissions(tx: Queryable, json: string): Promise<void> {
  await tx.query(sql`
    INSERT INTO ir_model_access (id, name, active, model_id, group_id, field_names, perm_read, perm_write, perm_create, perm_unlink, create_uid, create_date, write_uid, write_date)
    SELECT r.id, r.name, true, m.id, r.group_id, r.field_names, r.perm_read, r.perm_write, r.perm_create, r.perm_unlink,
      1, now() AT TIME ZONE 'UTC', 1, now() AT TIME ZONE 'UTC'
    FROM jsonb_to_recordset(${json}::jsonb)
      AS r (id int4, name text, model text, group_id int4, field_names text, perm_read bool, perm_write bool, perm_create bool, perm_unlink bool)
    JOIN ir_model m ON m.model = r.model
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, model_id = excluded.model_id, group_id = excluded.group_id, field_names = excluded.field_names,
      perm_read = excluded.perm_read, perm_write = excluded.perm_write, perm_create = excluded.perm_create, perm_unlink = excluded.perm_unlink`)
}

async function writeRules(tx: Queryable, json: string): Promise<void> {
  await tx.query(sql`
    INSERT INTO ir_rule (id, name, active, model_id, domain_force, "global", perm_read, perm_write, perm_create, perm_unlink, create_uid, create_date, write_uid, write_date)
    SELECT r.id, r.name, true, m.id, r.domain_force, r.group_id IS NULL, r.perm_read, r.perm_write, r.perm_create, r.perm_unlink,
      1, now() AT TIME ZONE 'UTC', 1, now() AT TIME ZONE 'UTC'
    FROM jsonb_to_recordset(${json}::jsonb)
      AS r (id int4, name text, model text, group_id int4, domain_force text, perm_read bool, perm_write bool, perm_create bool, perm_unlink bool)
    JOIN ir_model m ON m.model = r.model
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, model_id = excluded.model_id, domain_force = excluded.domain_force, "global" = excluded."global",
      perm_read = excluded.perm_read, perm_write = excluded.perm_write, perm_create = excluded.perm_create, perm_unlink = excluded.perm_unlink`)
  await tx.query(sql`
    WITH wanted AS (SELECT id, group_id FROM jsonb_to_recordset(${json}::jsonb) AS r (id int4, group_id int4)),
    gone AS (DELETE FROM rule_group_rel l USING wanted w WHERE l.rule_group_id = w.id AND l.group_id IS DISTINCT FROM w.group_id)
    INSERT INTO rule_group_rel (rule_group_id, group_id) SELECT id, group_id FROM wanted WHERE group_id IS NOT NULL ON CONFLICT DO NOTHING`)
}

/** x2many commands, as in Odoo: 0 create, 1 update, 2 delete, 3 unlink, 4 link, 5 clear, 6 set. */

import { InvalidRequestError } from '../../errors.ts'
import { id, sql } from '../../sql/index.ts'
import type { Env } from '../env.ts'
import type { FieldInfo, ModelInfo } from '../registry.ts'
import { requireRecords } from './operation.ts'
import { markModified } from './recompute.ts'

interface Plan {
  readonly creates: { readonly parent: number; readonly values: Record<string, unknown> }[]
  readonly updates: { readonly child: number; readonly values: Record<string, unknown> }[]
  readonly deletes: number[]
  readonly unlinks: { readonly parent: number; readonly child: number }[]
  readonly links: { readonly parent: number; readonly child: number }[]
  /** Parents whose list is emptied, except for these children. */
  readonly clears: { readonly parent: number; readonly keep: number[] }[]
}

/** Applies the commands of all records of a batch; `created` says that the records are new and have no lists yet. */
export async function applyLists(
  env: Env,
  model: ModelInfo,
  ids: readonly number[],
  records: readonly ReadonlyMap<FieldInfo, unknown>[],
  created: boolean,
): Promise<void> {
  const fields = new Set(records.flatMap((r) => [...r.keys()]))
  for (const field of fields) {
    const plan: Plan = { creates: [], updates: [], deletes: [], unlinks: [], links: [], clears: [] }
    ids.forEach((parent, i) => {
      if (records[i]?.has(field)) readCommands(plan, field, parent, records[i].get(field))
    })
    if (field.kind === 'one2many') await applyOneToMany(env, field, plan, created)
    else await applyManyToMany(env, field, plan, created)
    if (!created) await markModified(env, model, ids, [field.name])
  }
}

function readCommands(plan: Plan, field: FieldInfo, parent: number, value: unknown): void {
  if (value === false || value === null || value === undefined) {
    plan.clears.push({ parent, keep: [] })
    return
  }
  if (!Array.isArray(value)) throw wrong(field, value)
  if (value.every((v) => typeof v === 'number')) {
    plan.clears.push({ parent, keep: value })
    for (const child of value) plan.links.push({ parent, child })
    return
  }
  // One bare command instead of a list of them.
  for (const command of value as unknown[]) {
    if (!Array.isArray(command)) {
      if (typeof command === 'number') {
        plan.links.push({ parent, child: command })
        continue
      }
      throw wrong(field, command)
    }
    const [code, target, argument] = command as [unknown, unknown, unknown]
    switch (code) {
      case 0:
        plan.creates.push({ parent, values: dict(field, argument) })
        break
      case 1:
        plan.updates.push({ child: childId(field, target), values: dict(field, argument) })
        break
      case 2:
        plan.deletes.push(childId(field, target))
        break
      case 3:
        plan.unlinks.push({ parent, child: childId(field, target) })
        break
      case 4:
        plan.links.push({ parent, child: childId(field, target) })
        break
      case 5:
        plan.clears.push({ parent, keep: [] })
        break
      case 6: {
        if (!Array.isArray(argument)) throw wrong(field, command)
        const keep = argument.map((v) => childId(field, v))
        plan.clears.push({ parent, keep })
        for (const child of keep) plan.links.push({ parent, child })
        break
      }
      default:
        // Odoo passes over commands that it does not know; clients rely on it.
        break
    }
  }
}

async function applyOneToMany(env: Env, field: FieldInfo, plan: Plan, created: boolean): Promise<void> {
  const comodel = env.registry.models.get(field.comodel ?? '')
  const inverse = comodel?.fields.get(field.inverse ?? '')
  if (!comodel || !inverse?.column) throw wrong(field, null)
  const children = env.model(comodel.name)
  if (!created) {
    for (const { parent, keep } of plan.clears) {
      const rows = await env.db.query<{ id: number }>(
        sql`SELECT id FROM ${id(comodel.table)} WHERE ${id(inverse.name)} = ${parent}::int4 AND id <> ALL(${keep}::int4[])`,
      )
      await detach(
        env,
        comodel,
        inverse,
        // Hidden children stay where they are: a refusal would tell that there are some.
        await readable(
          env,
          comodel,
          rows.map((r) => r.id),
        ),
      )
    }
    await detach(
      env,
      comodel,
      inverse,
      plan.unlinks.map((u) => u.child),
    )
  }
  for (const { child, values } of plan.updates) await children.browse([child]).write(values)
  for (const [parent, group] of groupBy(plan.links)) {
    const moved = await env.db.query<{ id: number }>(
      sql`SELECT id FROM ${id(comodel.table)} WHERE id = ANY(${group}::int4[]) AND ${id(inverse.name)} IS DISTINCT FROM ${parent}::int4`,
    )
    // An absent child and a hidden one are refused in the same words.
    await requireRecords(env, comodel.name, 'read', group)
    if (moved.length > 0) await children.browse(moved.map((r) => r.id)).write({ [inverse.name]: parent })
  }
  if (plan.deletes.length > 0) await children.browse([...new Set(plan.deletes)]).unlink()
  if (plan.creates.length > 0)
    await children.create(plan.creates.map(({ parent, values }) => ({ ...values, [inverse.name]: parent })))
}

// A child that cannot be without its parent goes with the link.
async function detach(env: Env, comodel: ModelInfo, inverse: FieldInfo, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return
  const children = env.model(comodel.name, [...new Set(ids)])
  if (inverse.options.required || inverse.options.ondelete === 'cascade') await children.unlink()
  else await children.write({ [inverse.name]: false })
}

async function applyManyToMany(env: Env, field: FieldInfo, plan: Plan, created: boolean): Promise<void> {
  const comodel = env.registry.models.get(field.comodel ?? '')
  const { link } = field
  if (!comodel || !link) throw wrong(field, null)
  const others = env.model(comodel.name)
  if (!created) {
    for (const { parent, keep } of plan.clears) {
      // Links to records that the caller may not read are not his to remove.
      const visible = await readableLinks(env, field, comodel, parent)
      const gone = visible.filter((n) => !keep.includes(n))
      if (gone.length > 0)
        await env.db.query(
          sql`DELETE FROM ${id(link.table)} WHERE ${id(link.own)} = ${parent}::int4 AND ${id(link.other)} = ANY(${gone}::int4[])`,
        )
    }
    for (const [parent, group] of groupBy(plan.unlinks)) {
      const visible = await readable(env, comodel, group)
      await env.db.query(
        sql`DELETE FROM ${id(link.table)} WHERE ${id(link.own)} = ${parent}::int4 AND ${id(link.other)} = ANY(${visible}::int4[])`,
      )
    }
  }
  for (const { child, values } of plan.updates) await others.browse([child]).write(values)
  const links = [...plan.links]
  if (plan.creates.length > 0) {
    const made = await others.create(plan.creates.map((c) => c.values))
    for (const [i, { parent }] of plan.creates.entries()) links.push({ parent, child: made.ids[i] as number })
  }
  if (links.length > 0) {
    // To link a record takes the right to read it: the link would show that it exists.
    if (env.grant.records(comodel.name, 'read') !== true)
      await requireRecords(
        env,
        comodel.name,
        'read',
        links.map((l) => l.child),
      )
    await env.db.query(
      sql`INSERT INTO ${id(link.table)} (${id(link.own)}, ${id(link.other)}) SELECT DISTINCT * FROM unnest(${links.map((l) => l.parent)}::int4[], ${links.map((l) => l.child)}::int4[]) ON CONFLICT DO NOTHING`,
    )
  }
  if (plan.deletes.length > 0) await others.browse([...new Set(plan.deletes)]).unlink()
  if (comodel.options.affectsRights) await env.rightsChanged()
}

async function readableLinks(env: Env, field: FieldInfo, comodel: ModelInfo, parent: number): Promise<number[]> {
  if (!field.link) return []
  const rows = await env.db.query<{ id: number }>(
    sql`SELECT ${id(field.link.other)} AS id FROM ${id(field.link.table)} WHERE ${id(field.link.own)} = ${parent}::int4`,
  )
  return readable(
    env,
    comodel,
    rows.map((r) => r.id),
  )
}

async function readable(env: Env, comodel: ModelInfo, ids: number[]): Promise<number[]> {
  const may = env.grant.records(comodel.name, 'read')
  if (may === true || ids.length === 0) return ids
  return may === false ? [] : [...(await env.model(comodel.name, ids).exists()).ids]
}

function groupBy(pairs: readonly { readonly parent: number; readonly child: number }[]): Map<number, number[]> {
  const groups = new Map<number, number[]>()
  for (const { parent, child } of pairs) groups.set(parent, [...(groups.get(parent) ?? []), child])
  return groups
}

function childId(field: FieldInfo, value: unknown): number {
  const n = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value
  if (typeof n !== 'number' || !Number.isInteger(n) || n < 0 || n > 2_147_483_647) throw wrong(field, value)
  return n
}

function dict(field: FieldInfo, value: unknown): Record<string, unknown> {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw wrong(field, value)
  return value as Record<string, unknown>
}

function wrong(field: FieldInfo, value: unknown): InvalidRequestError {
  const shown = JSON.stringify(value) ?? String(value)
  return new InvalidRequestError(
    'ERR_COMMAND',
    `Wrong value for ${field.model}.${field.name}: ${shown.length > 120 ? `${shown.slice(0, 120)}…` : shown}. It takes a list of commands [0, 0, values], [1, id, values], [2|3|4, id], [5] or [6, 0, ids].`,
  )
}

/** x2many commands, as in Odoo: 0 create, 1 update, 2 delete, 3 unlink, 4 link, 5 clear, 6 set. */

import { InvalidRequestError } from '../../errors.ts'
import { empty, id, sql } from '../../sql/index.ts'
import { isNoted, noteAside } from '../audit/changes.ts'
import type { Env } from '../env.ts'
import { type FieldInfo, isMirror, type ModelInfo } from '../registry.ts'
import { wasSeen } from '../seen.ts'
import { requireRecords } from './operation.ts'
import { markModified } from './recompute.ts'

interface Pair {
  readonly parent: number
  readonly child: number
}

/** What the commands of a batch come to when they are carried out one after the other. */
interface Plan {
  /** `parent: null`: made, and taken out of the list again by a later command. */
  readonly creates: { parent: number | null; readonly values: Record<string, unknown> }[]
  readonly updates: { readonly child: number; readonly values: Record<string, unknown> }[]
  readonly deletes: number[]
  unlinks: Pair[]
  links: Pair[]
  /** Linked to a list of children of their own, and taken out of it again. */
  dropped: number[]
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
    const plan: Plan = { creates: [], updates: [], deletes: [], unlinks: [], links: [], dropped: [], clears: [] }
    ids.forEach((parent, i) => {
      if (records[i]?.has(field)) readCommands(plan, field, parent, records[i].get(field))
    })
    if (field.kind === 'one2many') await applyOneToMany(env, model, field, plan, created)
    else await applyManyToMany(env, model, field, plan, created)
    if (!created) await markModified(env, model, ids, [field.name])
  }
}

function readCommands(plan: Plan, field: FieldInfo, parent: number, value: unknown): void {
  if (value === false || value === null || value === undefined) {
    clear(plan, parent, [])
    return
  }
  if (!Array.isArray(value)) throw wrong(field, value)
  // No command changes nothing; bare ids replace the list.
  if (value.length > 0 && value.every((v) => typeof v === 'number')) {
    clear(
      plan,
      parent,
      value.map((v) => childId(field, v)),
    )
    return
  }
  // One bare command instead of a list of them.
  for (const command of value as unknown[]) {
    if (!Array.isArray(command)) {
      if (typeof command === 'number') {
        plan.links.push({ parent, child: childId(field, command) })
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
      case 2: {
        const child = childId(field, target)
        plan.deletes.push(child)
        plan.links = plan.links.filter((link) => link.child !== child)
        plan.dropped = plan.dropped.filter((one) => one !== child)
        break
      }
      case 3:
        drop(plan, (link) => link.parent === parent && link.child === childId(field, target))
        plan.unlinks.push({ parent, child: childId(field, target) })
        break
      case 4:
        plan.unlinks = without(plan.unlinks, { parent, child: childId(field, target) })
        plan.dropped = plan.dropped.filter((child) => child !== childId(field, target))
        plan.links.push({ parent, child: childId(field, target) })
        break
      case 5:
        clear(plan, parent, [])
        break
      case 6:
        if (!Array.isArray(argument)) throw wrong(field, command)
        clear(
          plan,
          parent,
          argument.map((v) => childId(field, v)),
        )
        break
      default:
        // Odoo passes over commands that it does not know; clients rely on it.
        break
    }
  }
}

// Whatever was linked, unlinked or made for this list before is settled by it.
function clear(plan: Plan, parent: number, keep: number[]): void {
  drop(plan, (link) => link.parent === parent && !keep.includes(link.child))
  plan.dropped = plan.dropped.filter((child) => !keep.includes(child))
  plan.links = [...plan.links.filter((link) => link.parent !== parent), ...keep.map((child) => ({ parent, child }))]
  plan.unlinks = plan.unlinks.filter((link) => link.parent !== parent)
  for (const made of plan.creates) if (made.parent === parent) made.parent = null
  const at = plan.clears.findIndex((one) => one.parent === parent)
  if (at >= 0) plan.clears.splice(at, 1)
  plan.clears.push({ parent, keep })
}

function drop(plan: Plan, isMeant: (link: Pair) => boolean): void {
  plan.dropped.push(...plan.links.filter(isMeant).map(({ child }) => child))
  plan.links = plan.links.filter((link) => !isMeant(link))
}

function without(pairs: readonly Pair[], { parent, child }: Pair): Pair[] {
  return pairs.filter((one) => one.parent !== parent || one.child !== child)
}

async function applyOneToMany(
  env: Env,
  model: ModelInfo,
  field: FieldInfo,
  plan: Plan,
  created: boolean,
): Promise<void> {
  const comodel = env.registry.models.get(field.comodel ?? '')
  const inverse = comodel?.fields.get(field.inverse ?? '')
  if (!comodel || !inverse?.column) throw wrong(field, null)
  if (inverse.options.modelField !== undefined)
    throw new InvalidRequestError(
      'ERR_COMMAND',
      `${field.model}.${field.name} is not written as a list; records of ${comodel.name} are made by their own methods.`,
    )
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
    for (const [parent, group] of groupBy(plan.unlinks)) {
      const rows = await env.db.query<{ id: number }>(
        sql`SELECT id FROM ${id(comodel.table)} WHERE ${id(inverse.name)} = ${parent}::int4 AND id = ANY(${group}::int4[])`,
      )
      const children = await readable(
        env,
        comodel,
        rows.map((r) => r.id),
      )
      await detach(env, comodel, inverse, children)
    }
  }
  for (const { parent } of [...plan.links, ...plan.creates]) env.state.parents.add(`${model.name},${parent}`)
  for (const { child, values } of plan.updates) await children.browse([child]).write(values)
  for (const [parent, group] of groupBy(plan.links)) {
    const moved = await env.db.query<{ id: number }>(
      sql`SELECT id FROM ${id(comodel.table)} WHERE id = ANY(${group}::int4[]) AND ${id(inverse.name)} IS DISTINCT FROM ${parent}::int4`,
    )
    // An absent child and a hidden one are refused in the same words.
    await requireRecords(env, comodel.name, 'read', group)
    if (moved.length > 0) await children.browse(moved.map((r) => r.id)).write({ [inverse.name]: parent })
  }
  if (plan.dropped.length > 0) {
    await requireRecords(env, comodel.name, 'read', plan.dropped)
    await detach(env, comodel, inverse, plan.dropped)
  }
  if (plan.deletes.length > 0) await children.browse([...new Set(plan.deletes)]).unlink()
  const goWithTheLink = inverse.options.required === true || inverse.options.ondelete === 'cascade'
  const creates = plan.creates.filter(({ parent }) => parent !== null || !goWithTheLink)
  if (creates.length > 0)
    await children.create(creates.map(({ parent, values }) => ({ ...values, [inverse.name]: parent })))
}

// A child that cannot be without its parent goes with the link.
async function detach(env: Env, comodel: ModelInfo, inverse: FieldInfo, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return
  const children = env.model(comodel.name, [...new Set(ids)])
  if (inverse.options.required || inverse.options.ondelete === 'cascade') await children.unlink()
  else await children.write({ [inverse.name]: false })
}

async function applyManyToMany(
  env: Env,
  model: ModelInfo,
  field: FieldInfo,
  plan: Plan,
  created: boolean,
): Promise<void> {
  const comodel = env.registry.models.get(field.comodel ?? '')
  const { link } = field
  if (!comodel || !link) throw wrong(field, null)
  const others = env.model(comodel.name)
  // Records whose own list of the same links changes with this one.
  const touched = new Set<number>()
  if (!created) {
    for (const { parent, keep } of plan.clears) {
      // Links to records that the caller may not read are not his to remove.
      const visible = await readableLinks(env, field, comodel, parent)
      await cut(
        parent,
        visible.filter((n) => !keep.includes(n)),
      )
    }
    for (const [parent, group] of groupBy(plan.unlinks)) await cut(parent, await readable(env, comodel, group))
  }
  for (const { child, values } of plan.updates) await others.browse([child]).write(values)
  const links = [...plan.links]
  if (plan.creates.length > 0) {
    const made = await others.create(plan.creates.map((c) => c.values))
    for (const [i, { parent }] of plan.creates.entries())
      if (parent !== null) links.push({ parent, child: made.ids[i] as number })
  }
  if (links.length > 0) {
    // To link a record takes the right to read it: the link would show that it exists.
    const isMade = new Set(links.slice(plan.links.length).map((l) => l.child))
    const linked = plan.links
      .map((l) => l.child)
      .filter((child) => !isMade.has(child) && !wasSeen(env, comodel.name, child))
    if (env.grant.records(comodel.name, 'read') !== true) await requireRecords(env, comodel.name, 'read', linked)
    const made = await env.db.query<{ parent: number; child: number }>(
      sql`INSERT INTO ${id(link.table)} (${id(link.own)}, ${id(link.other)}) SELECT DISTINCT * FROM unnest(${links.map((l) => l.parent)}::int4[], ${links.map((l) => l.child)}::int4[]) ON CONFLICT DO NOTHING${isNoted(env, model) ? sql` RETURNING ${id(link.own)} AS parent, ${id(link.other)} AS child` : empty}`,
    )
    for (const [parent, group] of groupBy(made)) noteLinks(parent, { linked: group })
  }
  for (const { child } of links) touched.add(child)
  const mirrors = [...comodel.fields.values()].filter((other) => isMirror(link, other.link))
  await markModified(
    env,
    comodel,
    [...touched],
    mirrors.map((other) => other.name),
  )
  if (plan.deletes.length > 0) await others.browse([...new Set(plan.deletes)]).unlink()
  if (comodel.options.affectsRights) await env.rightsChanged()

  async function cut(parent: number, children: readonly number[]): Promise<void> {
    if (children.length === 0 || !link) return
    for (const child of children) touched.add(child)
    const gone = await env.db.query<{ child: number }>(
      sql`DELETE FROM ${id(link.table)} WHERE ${id(link.own)} = ${parent}::int4 AND ${id(link.other)} = ANY(${children}::int4[])${isNoted(env, model) ? sql` RETURNING ${id(link.other)} AS child` : empty}`,
    )
    if (gone.length > 0) noteLinks(parent, { unlinked: gone.map(({ child }) => child) })
  }

  function noteLinks(parent: number, change: Readonly<Record<string, readonly number[]>>): void {
    if (isNoted(env, model)) noteAside(env, model, parent, field, change)
  }
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

function groupBy(pairs: readonly Pair[]): Map<number, number[]> {
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

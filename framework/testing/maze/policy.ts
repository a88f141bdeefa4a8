/**
 * What a user may see, worked out slowly on objects in memory. It shares no code with the compiler: an unreadable record
 * or field is absent everywhere, a rule speaks about records as they are.
 */

import type { Data, Model, Row, Value } from './data.ts'
import { inverseOf, mirrorOf, relations, shapes } from './data.ts'

export type Operation = 'read' | 'write' | 'create' | 'unlink'

export interface AccessRow {
  readonly kind: 'permission' | 'group-rule' | 'global-rule'
  readonly model: Model
  readonly ops: readonly Operation[]
  readonly group: number | null
  readonly domain: readonly unknown[] | null
  readonly fields: readonly string[] | null
}

/** A query that uses what the user may not use. */
export class Denied extends Error {}

export class Policy {
  readonly data: Data
  #rows: readonly AccessRow[]
  readonly #user: Readonly<Record<string, unknown>>

  constructor(
    data: Data,
    rows: readonly AccessRow[],
    user: { readonly id: number; readonly groups: ReadonlySet<number> },
  ) {
    this.data = data
    this.#rows = rows.filter((row) => row.group === null || user.groups.has(row.group))
    this.#user = { id: user.id, company_ids: [1] }
  }

  /** The same rights over other data. */
  on(data: Data): Policy {
    const other = new Policy(data, this.#rows, { id: Number(this.#user.id), groups: new Set() })
    other.#rows = this.#rows
    return other
  }

  mayModel(model: Model, operation: Operation): boolean {
    return this.#of(model, operation).some((row) => row.kind === 'permission')
  }

  mayField(model: Model, field: string, operation: 'read' | 'write' | 'create' = 'read'): boolean {
    if (field === 'id' || (field === 'display_name' && operation === 'read')) return true
    if (!this.#permits(model, field, operation)) return false
    const relation = relations[model][field]
    if (operation !== 'read' || !relation) return true
    // A list shows what the other side's field holds.
    const other = relation.kind === 'one2many' ? inverseOf(model, field) : mirrorOf(model, field)
    return other === null || this.#permits(relation.model, other, 'read')
  }

  mayRecord(model: Model, row: Row, operation: Operation): boolean {
    if (!this.mayModel(model, operation)) return false
    const mine = this.#of(model, operation)
    if (!mine.every((one) => one.kind !== 'global-rule' || this.holds(model, row, one.domain ?? [], false)))
      return false
    const rules = mine.filter((one) => one.kind === 'group-rule')
    return rules.length === 0 || rules.some((one) => this.holds(model, row, one.domain ?? [], false))
  }

  visible(model: Model): Row[] {
    return this.data[model].filter((row) => this.mayRecord(model, row, 'read'))
  }

  /** The other end of a many2one; `seen` = as the user sees it. */
  target(model: Model, row: Row, field: string, seen = true): Row | null {
    const relation = relations[model][field]
    if (relation?.kind !== 'many2one') throw new TypeError(`${model}.${field}`)
    const found = this.data[relation.model].find(({ id }) => id === row[field]) ?? null
    return found && seen && !this.mayRecord(relation.model, found, 'read') ? null : found
  }

  targets(model: Model, row: Row, field: string, seen = true): Row[] {
    const relation = relations[model][field]
    if (!relation || relation.kind === 'many2one') throw new TypeError(`${model}.${field}`)
    const inverse = inverseOf(model, field)
    const all = this.data[relation.model].filter((other) =>
      relation.kind === 'one2many' ? other[inverse ?? ''] === row.id : this.#linked(model, row, field, other),
    )
    return seen ? all.filter((other) => this.mayRecord(relation.model, other, 'read')) : all
  }

  value(model: Model, row: Row, field: string, seen = true): Value {
    if (model === 'maze.room' && field === 'owner_age') {
      const owner = this.target(model, row, 'owner_id', seen)
      return owner ? (owner.age as number) : null
    }
    if (field === 'display_name') return this.name(model, row)
    if (relations[model][field]) return this.target(model, row, field, seen)?.id ?? null
    return row[field] as Value
  }

  name(model: Model, row: Row): string {
    return this.mayField(model, 'name') ? String(row.name) : `${model},${row.id}`
  }

  /** @throws Denied for a field on the way that the user may not use */
  requirePath(model: Model, path: readonly string[]): void {
    const [head = '', ...rest] = path
    if (!this.mayField(model, head)) throw new Denied(`${model}.${head}`)
    const relation = relations[model][head]
    if (head === 'owner_age') this.requirePath(model, ['owner_id', 'age'])
    else if (relation && rest.length > 0) this.requirePath(relation.model, rest)
  }

  requireDomain(model: Model, domain: readonly unknown[]): void {
    for (const item of domain) {
      if (!Array.isArray(item)) continue
      const [path, operator, value] = item as [string, string, unknown]
      const parts = path.split('.')
      this.requirePath(model, parts)
      const end = endOf(model, parts)
      if (operator.endsWith('any') && end) this.requireDomain(end, value as unknown[])
      if (operator.endsWith('ilike') && end) this.requirePath(end, ['name'])
      if (operator === 'child_of' || operator === 'parent_of')
        this.requirePath(end ?? model, [shapes[end ?? model].parent ?? 'id'])
    }
  }

  /** Whether a record fulfils a domain in prefix notation; `!` goes down to the conditions, as Odoo reads it. */
  holds(model: Model, row: Row, domain: readonly unknown[], seen: boolean): boolean {
    let at = 0
    const next = (negate: boolean): boolean => {
      const item = domain[at++]
      if (item === '!') return next(!negate)
      if (item === '&' || item === '|') {
        const [a, b] = [next(negate), next(negate)]
        return (item === '&') !== negate ? a && b : a || b
      }
      const [path, operator, value] = item as [string, string, unknown]
      return this.#leaf(model, row, path.split('.'), operator, value, seen, negate)
    }
    let all = true
    while (at < domain.length) all = next(false) && all
    return all
  }

  #leaf(
    model: Model,
    row: Row,
    path: readonly string[],
    operator: string,
    raw: unknown,
    seen: boolean,
    negate: boolean,
  ): boolean {
    // A path is denied as a whole; a field's own operator becomes its opposite.
    const opposite = path.length === 1 ? opposites[operator] : undefined
    if (negate && opposite) return this.#leaf(model, row, path, opposite, raw, seen, false)
    if (negate) return !this.#leaf(model, row, path, operator, raw, seen, false)
    const value = this.#bound(raw)
    const [head = '', ...rest] = path
    // A related field holds the value at the end of its path, or nothing where the path ends early.
    if (model === 'maze.room' && head === 'owner_age') {
      const positive = operator === '!=' ? '=' : operator === 'not in' ? 'in' : null
      const holds = this.#leaf(model, row, ['owner_id', 'age'], positive ?? operator, value, seen, false)
      return positive ? !holds : holds
    }
    const relation = relations[model][head]
    if (!relation) return compare(row[head] as Value, operator, value)
    const others =
      relation.kind === 'many2one'
        ? [this.target(model, row, head, seen)].filter((other) => other !== null)
        : this.targets(model, row, head, seen)
    if (rest.length > 0)
      return others.some((other) => this.#leaf(relation.model, other, rest, operator, value, seen, false))
    if (operator === 'any') return others.some((other) => this.holds(relation.model, other, raw as unknown[], seen))
    if (operator === 'not any')
      return !others.some((other) => this.holds(relation.model, other, raw as unknown[], seen))
    if (operator === 'child_of' || operator === 'parent_of') {
      const parent = relation.model === model && relation.kind === 'many2one' ? head : shapes[relation.model].parent
      const own = relation.model === model && relation.kind === 'many2one'
      const reached = this.#walk(relation.model, parent, operator, value as number[], seen)
      return own ? reached.has(row.id) : others.some((other) => reached.has(other.id))
    }
    return related(others, operator, value)
  }

  /** A hierarchy goes on through records that the user sees, and ends at others. */
  #walk(model: Model, parent: string | null, operator: string, from: readonly number[], seen: boolean): Set<number> {
    const known = seen ? this.visible(model) : this.data[model]
    const reached = new Set(known.filter(({ id }) => from.includes(id)).map(({ id }) => id))
    if (parent === null) return reached
    for (let size = -1; size !== reached.size; ) {
      size = reached.size
      for (const row of known) {
        if (operator === 'child_of' && reached.has(row[parent] as number)) reached.add(row.id)
        const up = row[parent]
        if (operator === 'parent_of' && reached.has(row.id) && known.some(({ id }) => id === up))
          reached.add(up as number)
      }
    }
    return reached
  }

  #bound(value: unknown): unknown {
    if (value !== null && typeof value === 'object' && 'user' in value) return this.#user[String(value.user)]
    return value
  }

  #linked(model: Model, row: Row, field: string, other: Row): boolean {
    const mirror = mirrorOf(model, field)
    const ids = (row[field] ?? (mirror ? other[mirror] : [])) as readonly number[]
    return row[field] === undefined ? ids.includes(row.id) : ids.includes(other.id)
  }

  #of(model: Model, operation: Operation): AccessRow[] {
    return this.#rows.filter((row) => row.model === model && row.ops.includes(operation))
  }

  #permits(model: Model, field: string, operation: Operation): boolean {
    const permissions = this.#of(model, operation).filter((row) => row.kind === 'permission')
    return permissions.some((row) => row.fields === null || row.fields.includes(field))
  }
}

const opposites: Readonly<Record<string, string>> = {
  '=': '!=',
  '!=': '=',
  in: 'not in',
  'not in': 'in',
  ilike: 'not ilike',
  'not ilike': 'ilike',
  any: 'not any',
  'not any': 'any',
}

function endOf(model: Model, path: readonly string[]): Model | null {
  let at: Model | null = model
  for (const part of path) at = at === null ? null : (relations[at][part]?.model ?? null)
  return at
}

function related(others: readonly Row[], operator: string, value: unknown): boolean {
  if (operator.endsWith('ilike')) {
    const found = others.some((other) => String(other.name).includes(String(value)))
    return operator === 'ilike' ? found : !found
  }
  const list = (Array.isArray(value) ? value : [value]) as readonly unknown[]
  const found = list.some((one) => (one === false ? others.length === 0 : others.some(({ id }) => id === one)))
  return operator === '=' || operator === 'in' ? found : !found
}

function compare(value: Value, operator: string, raw: unknown): boolean {
  const number = typeof raw === 'number' || typeof value === 'number'
  const mine: Value = value === null && number ? 0 : value
  switch (operator) {
    case '=':
      return raw === false ? !mine : mine === raw
    case '!=':
      return raw === false ? Boolean(mine) : mine !== raw
    case 'in':
      return (raw as unknown[]).some((one) => compare(value, '=', one))
    case 'not in':
      return !(raw as unknown[]).some((one) => compare(value, '=', one))
    case 'ilike':
      return mine !== null && String(mine).includes(String(raw))
    case 'not ilike':
      return mine === null || !String(mine).includes(String(raw))
    case '<':
      return mine !== null && Number(mine) < Number(raw)
    case '>':
      return mine !== null && Number(mine) > Number(raw)
    case '<=':
      return mine !== null && Number(mine) <= Number(raw)
    case '>=':
      return mine !== null && Number(mine) >= Number(raw)
    default:
      throw new TypeError(operator)
  }
}

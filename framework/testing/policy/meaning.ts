/**
 * What a domain means, worked out slowly on objects in memory for any models. It reads declarations as data and shares no
 * code with the compiler. `seen` says whether a condition speaks of what the caller sees, or (as the text of a rule does)
 * of the records as they are.
 */

import type { FieldInfo, ModelInfo, ModelRegistry } from '../../orm/index.ts'
import { affirmed, compare, compareAlong, comparePart, falsy, type Kind, opposite, ordered, unset } from './compare.ts'
import type { Content, Row } from './content.ts'

export type Domain = readonly unknown[]

/** From where records are looked at. */
export interface View {
  readonly lang: string
  readonly company: number
  readonly activeTest: boolean
  /** Values of the caller that rules name: `{ user: 'id' }`. */
  readonly user: Readonly<Record<string, unknown>>
  sees(model: ModelInfo, row: Row): boolean
  /** Whether the caller may use a path of fields. */
  mayUse(model: ModelInfo, path: readonly string[]): boolean
  /** Values of computed fields that can be searched, by `model.field`. */
  readonly computed?: Readonly<Record<string, (row: Row) => unknown>>
}

export class Meaning {
  readonly models: ModelRegistry['models']
  readonly content: Content
  readonly view: View
  readonly #index = new Map<string, Map<unknown, Row[]>>()
  readonly #known = new Map<ModelInfo, readonly Row[]>()
  readonly #reached = new Map<string, ReadonlySet<number>>()

  constructor(models: ModelRegistry['models'], content: Content, view: View) {
    this.models = models
    this.content = content
    this.view = view
  }

  model(name: string | undefined): ModelInfo {
    const found = this.models.get(name ?? '')
    if (!found) throw new TypeError(`There is no model ${name}.`)
    return found
  }

  rows(model: ModelInfo): readonly Row[] {
    return [...(this.content.rows.get(model.name)?.values() ?? [])]
  }

  visible(model: ModelInfo): readonly Row[] {
    let known = this.#known.get(model)
    if (!known) {
      known = this.rows(model).filter((row) => this.view.sees(model, row))
      this.#known.set(model, known)
    }
    return known
  }

  /** Prefix notation; what is left over is joined by "and". */
  holds(model: ModelInfo, row: Row, domain: Domain, seen: boolean): boolean {
    let at = 0
    const next = (negate: boolean): boolean => {
      const item = domain[at++]
      if (item === '!') return next(!negate)
      if (item === '&' || item === '|') {
        const [a, b] = [next(negate), next(negate)]
        return (item === '&') !== negate ? a && b : a || b
      }
      const [path, operator, value] = item as [string | number, string, unknown]
      if (typeof path === 'number') return (path === 1) !== negate
      // `!` before a field's own operator makes it the other one; a path is denied as a whole.
      const flipped = !path.includes('.') && negate ? opposite(operator) : null
      if (flipped) return this.#leaf(model, row, path, flipped, value, seen)
      return this.#leaf(model, row, path, operator, value, seen) !== negate
    }
    let all = true
    while (at < domain.length) all = next(false) && all
    return all
  }

  /** Whether archived records are left out of a list under this domain. */
  shown(model: ModelInfo, row: Row, domain: Domain, seen = true): boolean {
    if (!seen || !this.view.activeTest || !model.fields.get('active')?.column) return true
    return row.active === true || domain.some((item) => Array.isArray(item) && item[0] === 'active')
  }

  /** Records behind a relation; with `seen` only those that the caller may read. */
  targets(model: ModelInfo, row: Row, field: FieldInfo, seen: boolean): readonly Row[] {
    const comodel = this.model(field.comodel)
    if (!field.column && field.related) {
      return field.related.reduce<{ at: ModelInfo; rows: readonly Row[] }>(
        ({ at, rows }, name) => {
          const step = requireField(at, name)
          return { at: this.model(step.comodel), rows: rows.flatMap((one) => this.targets(at, one, step, seen)) }
        },
        { at: model, rows: [row] },
      ).rows
    }
    const all = this.#behind(comodel, model, row, field)
    return seen ? all.filter((one) => this.view.sees(comodel, one)) : all
  }

  /** A field's value in the caller's language and company, relations and references as the caller sees them. */
  value(model: ModelInfo, row: Row, field: FieldInfo, seen: boolean): unknown {
    const held = this.raw(row, field, seen)
    if (field.kind === 'reference' && seen && typeof held === 'string') {
      const [name = '', number] = held.split(',')
      const comodel = this.models.get(name)
      const target = this.content.rows.get(name)?.get(Number(number))
      return comodel && target && this.view.sees(comodel, target) ? held : null
    }
    if (field.kind === 'many2one') return this.targets(model, row, field, seen)[0]?.id ?? null
    return held
  }

  /** The value in the column, whoever may read what it points to. */
  raw(row: Row, field: FieldInfo, seen: boolean): unknown {
    const held = row[field.name] as Readonly<Record<string, unknown>> | null | undefined
    if (field.options.companyDependent) return held?.[this.view.company] ?? null
    if (!field.options.translate) return held
    return (seen ? held?.[this.view.lang] : undefined) ?? held?.en_US ?? null
  }

  #behind(comodel: ModelInfo, model: ModelInfo, row: Row, field: FieldInfo): readonly Row[] {
    if (field.kind === 'many2one') {
      const target = this.content.rows.get(comodel.name)?.get(this.raw(row, field, true) as number)
      return target ? [target] : []
    }
    if (field.kind === 'one2many') {
      const inverse = requireField(comodel, field.inverse ?? '')
      const { modelField } = inverse.options
      const found = this.#by(`${comodel.name}.${inverse.name}`, () => [
        this.rows(comodel).map((one) => [one[inverse.name], one] as const),
      ]).get(row.id)
      return (found ?? []).filter((one) => modelField === undefined || one[modelField] === model.name)
    }
    const { link } = field
    if (!link) throw new TypeError(`${model.name}.${field.name} has no table of links.`)
    const rows = this.content.rows.get(comodel.name)
    return (
      this.#by(`${link.table}.${link.own}`, () => [
        (this.content.links.get(link.table) ?? []).flatMap((pair) => {
          const other = rows?.get(pair[link.other] ?? 0)
          return other ? [[pair[link.own], other] as const] : []
        }),
      ]).get(row.id) ?? []
    )
  }

  #by(key: string, make: () => [(readonly [unknown, Row])[]]): Map<unknown, Row[]> {
    let index = this.#index.get(key)
    if (!index) {
      index = Map.groupBy(make()[0], ([owner]) => owner) as never as Map<unknown, Row[]>
      for (const [owner, pairs] of index)
        index.set(
          owner,
          (pairs as never as (readonly [unknown, Row])[]).map(([, one]) => one),
        )
      this.#index.set(key, index)
    }
    return index
  }

  #leaf(model: ModelInfo, row: Row, path: string, operator: string, raw: unknown, seen: boolean): boolean {
    const value = this.#bound(raw)
    if (operator === '=?') return falsy(value) || this.#leaf(model, row, path, '=', value, seen)
    const [head = '', ...rest] = path.split('.')
    const field = requireField(model, head)
    const through = (inner: Domain) =>
      this.targets(model, row, field, seen).some((one) => {
        const comodel = this.model(field.comodel)
        const counts = field.kind === 'many2one' || this.shown(comodel, one, inner, seen)
        return counts && this.holds(comodel, one, inner, seen)
      })
    // Fields of the record that this one is made of are those of that record.
    if (field.delegate && !field.column && field.related)
      return this.#leaf(model, row, [...field.related, ...rest].join('.'), operator, value, seen)
    if (rest.length > 0 && field.comodel) return through([[rest.join('.'), operator, value]])
    if (rest.length > 0) return comparePart(this.raw(row, field, seen) as string | null, rest[0] ?? '', operator, value)
    const isOver = operator === 'child_of' || operator === 'parent_of'
    // A related field asks at the end of its path, where the hierarchy is that of the records there.
    if (isOver && !field.column && field.related && field.name !== 'display_name')
      return this.#leaf(model, row, field.related.join('.'), operator, value, seen)
    if (isOver) return this.#hierarchy(model, row, field, operator, value, seen)
    if (head === 'id' && operator.endsWith('any'))
      return this.holds(model, row, value as Domain, seen) === (operator === 'any')
    if (field.comodel) return this.#related(model, row, field, operator, value, seen, through)
    if (head === 'display_name' && !field.column) return this.called(model, row, operator, value, seen)
    const made = this.view.computed?.[`${model.name}.${head}`]
    if (made) return compare('int', made(row), operator, value)
    if (!field.column && field.related) return this.#along(model, row, field.related, operator, value, seen)
    if (!field.column) throw new TypeError(`${model.name}.${head} has no column.`)
    return compare(kindOf(field), this.value(model, row, field, seen), operator, value)
  }

  #along(
    model: ModelInfo,
    row: Row,
    path: readonly string[],
    operator: string,
    value: unknown,
    seen: boolean,
  ): boolean {
    let [at, here] = [model, row as Row | undefined]
    for (const name of path.slice(0, -1)) {
      const step = requireField(at, name)
      here = here && this.targets(at, here, step, seen)[0]
      at = this.model(step.comodel)
    }
    const end = requireField(at, path.at(-1) ?? '')
    if (path.length === 1) return this.#leaf(model, row, end.name, operator, value, seen)
    return compareAlong(kindOf(end), here && this.value(at, here, end, seen), here !== undefined, operator, value)
  }

  /** Whether people call a record so: by any of its naming fields that the caller may use. */
  called(model: ModelInfo, row: Row, operator: string, value: unknown, seen = true): boolean {
    const positive = affirmed(operator)
    const isEquality = positive === '=' || positive === 'in'
    const names = model.options.nameSearch ?? (isEquality ? [model.displayName, model.recName] : [model.displayName])
    const usable = [...new Set(names)].filter((name) => !seen || this.view.mayUse(model, name.split('.')))
    const isAll = positive.includes('like') && !positive.includes('=') && falsy(value)
    const found = usable.some((name) =>
      name === 'id' || name === 'display_name'
        ? compare('text', `${model.name},${row.id}`, positive, value)
        : this.#leaf(model, row, name, positive, value, seen),
    )
    return (found || isAll) === (positive === operator)
  }

  #related(
    model: ModelInfo,
    row: Row,
    field: FieldInfo,
    operator: string,
    value: unknown,
    seen: boolean,
    through: (inner: Domain) => boolean,
  ): boolean {
    const comodel = this.model(field.comodel)
    const targets = this.targets(model, row, field, seen)
    const positive = affirmed(operator)
    const isPositive = positive === operator
    if (positive === 'any') return through(value as Domain) === isPositive
    const shown = targets.filter((one) => field.kind === 'many2one' || this.shown(comodel, one, [], seen))
    if (operator.includes('like')) {
      if (falsy(value)) return targets.length > 0 === (isPositive !== operator.includes('='))
      return shown.some((one) => this.called(comodel, one, positive, value, seen)) === isPositive
    }
    if (['<', '>', '<=', '>='].includes(operator)) {
      const [only] = targets
      return only !== undefined && ordered(only.id, operator, value as number)
    }
    if (operator.endsWith('in') && falsy(value)) return !isPositive
    const list: readonly unknown[] = Array.isArray(value) ? (value.length === 0 ? [false] : value) : [value]
    if (list.length === 1 && list[0] === true) return targets.length > 0 === isPositive
    const found = list.some((one) => {
      if (unset(one) || one === 0 || one === '') return targets.length === 0
      if (typeof one === 'number') return targets.some(({ id }) => id === one)
      return shown.some((target) => this.called(comodel, target, 'in', [one], seen))
    })
    return found === isPositive
  }

  // A hierarchy goes on through records that the caller sees, and ends at others.
  #hierarchy(model: ModelInfo, row: Row, field: FieldInfo, operator: string, raw: unknown, seen: boolean): boolean {
    const comodel = field.comodel ? this.model(field.comodel) : model
    const isOwn = field.kind === 'many2one' && comodel === model && field.column
    const parent = isOwn ? field.name : comodel.parent
    const value = (Array.isArray(raw) ? raw : [raw]) as readonly (number | string | false)[]
    const key = JSON.stringify([comodel.name, parent, operator, value, seen])
    let reached = this.#reached.get(key)
    if (!reached) {
      reached = this.#walk(comodel, parent, operator, value, seen)
      this.#reached.set(key, reached)
    }
    if (field.name === 'id' || isOwn) return reached.has(row.id)
    return this.targets(model, row, field, seen).some(({ id }) => reached.has(id))
  }

  #walk(
    model: ModelInfo,
    parent: string | undefined,
    operator: string,
    from: readonly (number | string | false)[],
    seen: boolean,
  ): ReadonlySet<number> {
    const known = seen ? this.visible(model) : this.rows(model)
    const isRoot = (one: Row) =>
      from.some((v) => (typeof v === 'number' ? v === one.id : v && this.called(model, one, 'ilike', v, seen)))
    const reached = new Set(known.filter(isRoot).map(({ id }) => id))
    const ids = new Set(known.map(({ id }) => id))
    for (let size = -1; size !== reached.size && parent !== undefined; ) {
      size = reached.size
      for (const one of known) {
        const up = this.raw(one, requireField(model, parent), seen) as number | null | undefined
        if (up === null || up === undefined) continue
        if (operator === 'child_of' && reached.has(up)) reached.add(one.id)
        if (operator === 'parent_of' && reached.has(one.id) && ids.has(up)) reached.add(up)
      }
    }
    return reached
  }

  // `{ user: 'id' }` stands for a value of the caller; a list of values among others goes in one by one.
  #bound(value: unknown): unknown {
    const one = (v: unknown): unknown =>
      v !== null && typeof v === 'object' && 'user' in v ? (this.view.user[String(v.user)] ?? -1) : v
    if (!Array.isArray(value)) return one(value)
    return value.flatMap((v: unknown) => (v !== null && typeof v === 'object' && 'user' in v ? one(v) : [v]))
  }
}

export function requireField(model: ModelInfo, name: string): FieldInfo {
  const field = model.fields.get(name)
  if (!field) throw new TypeError(`${model.name} has no field ${name}.`)
  return field
}

export function kindOf(field: FieldInfo): Kind {
  if (field.name === 'id') return 'plain'
  switch (field.kind) {
    case 'char':
    case 'text':
    case 'html':
      return 'text'
    case 'integer':
      return 'int'
    case 'float':
    case 'monetary':
      return field.options.digits ? 'cents' : 'number'
    case 'boolean':
    case 'date':
    case 'datetime':
      return field.kind
    default:
      return 'plain'
  }
}

/**
 * What a domain means, worked out slowly on objects in memory. It shares no code with the compiler. `seen` says whether
 * it speaks of what the caller sees, or (as the text of a rule does) of the records as they are.
 */

import type { Data, Model, Row } from './data.ts'

export interface Setting {
  readonly lang: string
  readonly company: number
  readonly activeTest: boolean
  /** Domain of the records that the caller may read, by model; absent: all. */
  readonly rules: Readonly<Partial<Record<Model, readonly unknown[]>>>
}

type Kind = 'text' | 'number' | 'int' | 'plain' | 'boolean' | 'date' | 'datetime' | 'float' | 'cents'
interface Relation {
  readonly kind: 'many2one' | 'one2many' | 'many2many'
  readonly model: Model
  readonly inverse?: string
}

const kinds: Readonly<Record<string, Kind>> = {
  name: 'text',
  city: 'text',
  code: 'text',
  note: 'text',
  story: 'text',
  title: 'text',
  alias: 'text',
  age: 'int',
  rank: 'int',
  cost: 'int',
  rate: 'int',
  weight: 'float',
  price: 'cents',
  worth: 'float',
  born: 'date',
  seen: 'datetime',
  kind: 'plain',
  level: 'plain',
  about: 'plain',
  tame: 'boolean',
  active: 'boolean',
}

const relations: Readonly<Record<Model, Readonly<Record<string, Relation>>>> = {
  'farm.keeper': {
    boss_id: { kind: 'many2one', model: 'farm.keeper' },
    animal_ids: { kind: 'one2many', model: 'farm.animal', inverse: 'owner_id' },
  },
  'farm.tag': {
    parent_id: { kind: 'many2one', model: 'farm.tag' },
    animal_ids: { kind: 'many2many', model: 'farm.animal' },
  },
  'farm.animal': {
    home_id: { kind: 'many2one', model: 'farm.keeper' },
    parent_id: { kind: 'many2one', model: 'farm.animal' },
    child_ids: { kind: 'one2many', model: 'farm.animal', inverse: 'parent_id' },
    owner_id: { kind: 'many2one', model: 'farm.keeper' },
    tag_ids: { kind: 'many2many', model: 'farm.tag' },
    toy_ids: { kind: 'one2many', model: 'farm.toy', inverse: 'animal_id' },
    owner_boss_id: { kind: 'many2one', model: 'farm.keeper' },
  },
  'farm.toy': { animal_id: { kind: 'many2one', model: 'farm.animal' } },
}
const parents: Readonly<Partial<Record<Model, string>>> = {
  'farm.keeper': 'boss_id',
  'farm.tag': 'parent_id',
  'farm.animal': 'parent_id',
}
const calledBy: Readonly<Record<Model, readonly string[]>> = {
  'farm.keeper': ['name', 'city'],
  'farm.tag': ['name'],
  'farm.animal': ['name'],
  'farm.toy': ['name'],
}
const ends: Readonly<Record<string, string>> = { owner_city: 'city', owner_rank: 'rank', owner_active: 'active' }

const unset = (value: unknown) => value === null || value === undefined || value === false
const falsy = (value: unknown) => !value || (Array.isArray(value) && value.length === 0)

export class Evaluator {
  readonly #data: Data
  readonly #setting: Setting
  readonly #seen = new Map<Model, ReadonlySet<number>>()

  constructor(data: Data, setting: Setting) {
    this.#data = data
    this.#setting = setting
  }

  /** Ids that a search finds, ascending. */
  search(model: Model, domain: readonly unknown[]): number[] {
    return this.#data[model]
      .filter((row) => this.#mayRead(model, row) && this.#shown(row, domain) && this.#all(model, row, domain, true))
      .map(({ id }) => id)
  }

  #mayRead(model: Model, row: Row): boolean {
    let known = this.#seen.get(model)
    if (!known) {
      const rule = this.#setting.rules[model]
      const rows = this.#data[model].filter((one) => rule === undefined || this.#all(model, one, rule, false))
      known = new Set(rows.map(({ id }) => id))
      this.#seen.set(model, known)
    }
    return known.has(row.id)
  }

  #shown(row: Row, domain: readonly unknown[], seen = true): boolean {
    const speaks = domain.some((item) => Array.isArray(item) && item[0] === 'active')
    return !(this.#setting.activeTest && seen) || speaks || row.active === true || !('active' in row)
  }

  // Prefix notation; what is left over is joined by "and".
  #all(model: Model, row: Row, domain: readonly unknown[], seen: boolean): boolean {
    let at = 0
    const next = (negate: boolean): boolean => {
      const item = domain[at++]
      if (item === '!') return next(!negate)
      if (item === '&' || item === '|') {
        const a = next(negate)
        const b = next(negate)
        return (item === '&') !== negate ? a && b : a || b
      }
      const [path, operator, value] = item as [string, string, unknown]
      if (path === ('1' as unknown)) return !negate
      // `!` before a field's own positive or negative operator makes it the other one; anything else is denied.
      const flipped = !path.includes('.') && negate ? other(operator) : null
      if (flipped) return this.#leaf(model, row, path, flipped, value, seen)
      return this.#leaf(model, row, path, operator, value, seen) !== negate
    }
    let result = true
    while (at < domain.length) if (!next(false)) result = false
    return result
  }

  #leaf(model: Model, row: Row, path: string, operator: string, value: unknown, seen: boolean): boolean {
    if (operator === '=?') return falsy(value) || this.#leaf(model, row, path, '=', value, seen)
    const [head = '', ...rest] = path.split('.')
    const relation = relations[model][head]
    if (rest.length > 0 && relation) {
      const inner = [[rest.join('.'), operator, value]]
      return this.#targets(model, row, head, relation, seen).some(
        (one) =>
          (relation.kind === 'many2one' || this.#shown(one, inner, seen)) &&
          this.#all(relation.model, one, inner, seen),
      )
    }
    if (rest.length > 0) return part(row[head] as string | null, rest[0] ?? '', operator, value)
    // A related field asks at the end of its path, where the hierarchy is that of the keepers themselves.
    if (head === 'owner_boss_id' && /_of$/.test(operator))
      return this.#leaf(model, row, 'owner_id.boss_id', operator, value, seen)
    if (operator === 'child_of' || operator === 'parent_of')
      return this.#hierarchy(model, row, head, relation, operator, value as readonly (number | string)[], seen)
    if (head === 'id' && operator.endsWith('any'))
      return this.#all(model, row, value as readonly unknown[], seen) === (operator === 'any')
    if (relation) return this.#related(model, row, head, relation, operator, value, seen)
    if (head === 'id') return compare('plain', row.id, operator, value)
    if (head === 'display_name') return this.#called(model, row, operator, value)
    if (head === 'double') return double(row.age as number | null, operator, value)
    const end = ends[head]
    if (end !== undefined) {
      const owner = this.#targets(model, row, 'owner_id', { kind: 'many2one', model: 'farm.keeper' }, seen)[0]
      return alongPath(kinds[end] ?? 'plain', owner?.[end], owner !== undefined, operator, value)
    }
    return compare(kinds[head] ?? 'plain', this.#value(row, head, seen), operator, value)
  }

  #value(row: Row, field: string, seen: boolean): unknown {
    const raw = row[field]
    if (field === 'about' && typeof raw === 'string' && seen) {
      const [model, number] = raw.split(',') as [Model, string]
      const target = this.#data[model].find(({ id }) => id === Number(number))
      return target && this.#mayRead(model, target) ? raw : null
    }
    if (raw === null || typeof raw !== 'object' || Array.isArray(raw)) return raw
    const held = raw as Readonly<Record<string, unknown>>
    if (['rate', 'alias', 'home_id'].includes(field)) return held[this.#setting.company] ?? null
    return (seen ? held[this.#setting.lang] : undefined) ?? held.en_US ?? null
  }

  #targets(model: Model, row: Row, field: string, relation: Relation, seen: boolean): Row[] {
    if (field === 'owner_boss_id') {
      const keeper: Relation = { kind: 'many2one', model: 'farm.keeper' }
      return this.#targets(model, row, 'owner_id', keeper, seen).flatMap((owner) =>
        this.#targets('farm.keeper', owner, 'boss_id', keeper, seen),
      )
    }
    const all = this.#data[relation.model].filter((one) => {
      if (relation.kind === 'many2one') return one.id === this.#value(row, field, seen)
      if (relation.kind === 'one2many') return one[relation.inverse ?? ''] === row.id
      return field === 'tag_ids'
        ? (row.tag_ids as readonly number[]).includes(one.id)
        : (one.tag_ids as readonly number[]).includes(row.id)
    })
    return seen ? all.filter((one) => this.#mayRead(relation.model, one)) : all
  }

  #called(model: Model, row: Row, operator: string, value: unknown): boolean {
    const positive = affirmed(operator)
    const found = calledBy[model].some((field) => compare('text', this.#value(row, field, true), positive, value))
    const isAll = positive.includes('like') && !positive.includes('=') && falsy(value)
    return (found || isAll) === (positive === operator)
  }

  #related(
    model: Model,
    row: Row,
    field: string,
    relation: Relation,
    operator: string,
    value: unknown,
    seen: boolean,
  ): boolean {
    const targets = this.#targets(model, row, field, relation, seen)
    const positive = affirmed(operator)
    const isPositive = positive === operator
    if (positive === 'any') {
      const inner = value as readonly unknown[]
      const found = targets.some(
        (one) =>
          (relation.kind === 'many2one' || this.#shown(one, inner, seen)) &&
          this.#all(relation.model, one, inner, seen),
      )
      return found === isPositive
    }
    if (operator.includes('like')) {
      if (falsy(value)) return targets.length > 0 === (isPositive !== operator.includes('='))
      const shown = targets.filter((one) => relation.kind === 'many2one' || this.#shown(one, [], seen))
      return shown.some((one) => this.#called(relation.model, one, positive, value)) === isPositive
    }
    if (['<', '>', '<=', '>='].includes(operator)) {
      const [only] = targets
      return only !== undefined && ordered(only.id, operator, value as number)
    }
    if (operator.endsWith('in') && falsy(value)) return !isPositive
    const list = Array.isArray(value) ? (value.length === 0 ? [false] : value) : [value]
    if (list.length === 1 && list[0] === true) return targets.length > 0 === isPositive
    const shown = targets.filter((one) => relation.kind === 'many2one' || this.#shown(one, [], seen))
    const found = list.some((one: unknown) => {
      if (unset(one) || one === 0 || one === '') return targets.length === 0
      if (typeof one === 'number') return targets.some(({ id }) => id === one)
      return shown.some((target) => this.#called(relation.model, target, 'in', [one]))
    })
    return found === isPositive
  }

  // A hierarchy goes on through records that the caller sees, and ends at others.
  #hierarchy(
    model: Model,
    row: Row,
    field: string,
    relation: Relation | undefined,
    operator: string,
    value: readonly (number | string)[],
    seen: boolean,
  ): boolean {
    const target = relation?.model ?? model
    const isOwn = relation?.kind === 'many2one' && target === model && field !== 'owner_boss_id'
    const parent = isOwn ? field : parents[target]
    const known = this.#data[target].filter((one) => !seen || this.#mayRead(target, one))
    const isRoot = (one: Row) =>
      value.some((v) => (typeof v === 'number' ? v === one.id : v !== '' && this.#called(target, one, 'ilike', v)))
    const reached = new Set(known.filter(isRoot).map(({ id }) => id))
    for (let size = -1; size !== reached.size && parent !== undefined; ) {
      size = reached.size
      for (const one of known) {
        const up = one[parent] as number | null
        if (operator === 'child_of' && up !== null && reached.has(up)) reached.add(one.id)
        if (operator === 'parent_of' && up !== null && reached.has(one.id) && known.some(({ id }) => id === up))
          reached.add(up)
      }
    }
    if (field === 'id' || isOwn) return reached.has(row.id)
    return relation ? this.#targets(model, row, field, relation, seen).some(({ id }) => reached.has(id)) : false
  }
}

function affirmed(operator: string): string {
  return operator === '!=' ? '=' : operator.startsWith('not ') ? operator.slice(4) : operator
}

function other(operator: string): string | null {
  if (affirmed(operator) !== operator) return affirmed(operator)
  if (operator === '=') return '!='
  return /in$|like$|^any$/.test(operator) ? `not ${operator}` : null
}

// The value at the end of a path; where the path ends early there is none.
function alongPath(kind: Kind, held: unknown, isThere: boolean, operator: string, value: unknown): boolean {
  const positive = affirmed(operator)
  if (isThere) return compare(kind, held, operator, value)
  // Nothing at all is in every text, there or not; `=like` nothing asks for what is unset.
  if (positive.includes('like') && falsy(value)) return positive === operator
  if (positive !== '=' && positive !== 'in') return positive !== operator
  if (positive === 'in' && falsy(value)) return positive !== operator
  const list: readonly unknown[] = Array.isArray(value) ? (value.length === 0 ? [false] : value) : [value]
  const asksUnset = kind === 'boolean' ? list.every((v) => !v) : list.some(unset)
  return asksUnset === (positive === operator)
}

function double(age: number | null, operator: string, value: unknown): boolean {
  const positive = affirmed(operator)
  const list = (Array.isArray(value) ? value : [value]).map((v) => Number(v))
  const twice = (age ?? 0) * 2
  const found = positive === '=' || positive === 'in' ? list.includes(twice) : ordered(twice, positive, list[0] ?? 0)
  return found === (positive === operator)
}

function part(held: string | null, name: string, operator: string, value: unknown): boolean {
  const positive = affirmed(operator)
  const [year, month, day] = (held ?? '').slice(0, 10).split('-').map(Number)
  const number = { year_number: year, month_number: month, day_of_month: day }[name] ?? null
  const list = (Array.isArray(value) ? value : [value]) as readonly number[]
  if (positive === '=' || positive === 'in')
    return (held !== null && list.includes(number ?? Number.NaN)) === (positive === operator)
  return held !== null && ordered(number ?? Number.NaN, operator, list[0] ?? 0)
}

function compare(kind: Kind, held: unknown, operator: string, value: unknown): boolean {
  const positive = affirmed(operator)
  if (positive === '=' || positive === 'in') {
    if (positive === 'in' && falsy(value)) return positive !== operator
    const list: readonly unknown[] = Array.isArray(value) ? (value.length === 0 ? [false] : value) : [value]
    return list.some((one) => same(kind, held, one)) === (positive === operator)
  }
  if (positive.includes('like')) return like(kind, held, positive, value) === (positive === operator)
  const none = kind === 'text' ? '' : ['int', 'float', 'cents', 'number'].includes(kind) ? 0 : null
  const wanted = unset(value) ? none : value
  const mine = unset(held) ? none : held
  if (wanted === null || mine === null) return false
  if (kind === 'datetime') return ordered(fraction(mine, operator), operator, fraction(wanted, operator))
  if (kind === 'text' || kind === 'plain' || kind === 'date') return ordered(String(mine), operator, String(wanted))
  return ordered(Number(mine), operator, rounded(kind, wanted))
}

// A second is over when the next one begins.
function fraction(value: unknown, operator: string): string {
  const text = String(value).length === 10 ? `${String(value)} 00:00:00` : String(value)
  return operator === '<=' ? text.slice(0, 19) : text.padEnd(19).padEnd(20, '.').padEnd(26, '0')
}

function rounded(kind: Kind, value: unknown): number {
  if (kind === 'int') return Math.trunc(Number(value))
  return kind === 'cents' ? Math.round(Number(value) * 100) / 100 : Number(value)
}

function same(kind: Kind, held: unknown, value: unknown): boolean {
  switch (kind) {
    case 'boolean':
      return (held === true) === Boolean(value)
    case 'text':
      return (unset(held) ? '' : held) === (unset(value) ? '' : value)
    case 'int':
    case 'float':
    case 'cents':
    case 'number':
      return Number(held ?? 0) === rounded(kind, unset(value) ? 0 : value)
    case 'datetime':
      return unset(value) ? unset(held) : !unset(held) && String(held).slice(0, 19) === fraction(value, '<=')
    default:
      return unset(value) ? unset(held) : held === value
  }
}

function like(kind: Kind, held: unknown, operator: string, value: unknown): boolean {
  const isExact = operator.startsWith('=')
  if (falsy(value)) return isExact ? unset(held) || (kind === 'text' && held === '') : true
  if (unset(held)) return false
  const pattern = isExact ? String(value) : `%${String(value)}%`
  let body = ''
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i] ?? ''
    if (char === '%') body += '.*'
    else if (char === '_') body += '.'
    else {
      const plain = char === '\\' && i + 1 < pattern.length ? (pattern[++i] ?? '') : char
      body += plain.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    }
  }
  return new RegExp(`^${body}$`, operator.endsWith('ilike') ? 'isu' : 'su').test(String(held))
}

function ordered(a: string | number, operator: string, b: string | number): boolean {
  return operator === '<' ? a < b : operator === '<=' ? a <= b : operator === '>' ? a > b : a >= b
}

/** Makes up well-typed expressions about the farm's animals, of every operator and function, with nulls and borders in them. */

import type { Dice, Model } from './data.ts'

type Kind = 'bool' | 'int' | 'decimal' | 'string' | 'date' | 'datetime' | 'days' | 'duration'

const fields: Readonly<Record<Model, Readonly<Partial<Record<Kind, readonly string[]>>>>> = {
  'farm.keeper': { string: ['name', 'city', 'level', 'display_name'], int: ['rank', 'id'], bool: ['active'] },
  'farm.tag': { string: ['name'], int: ['id'], bool: ['active'] },
  'farm.toy': { string: ['name'], int: ['cost', 'id'], bool: ['active'] },
  'farm.animal': {
    string: ['name', 'code', 'note', 'story', 'title', 'kind', 'alias', 'about', 'owner_city', 'display_name'],
    int: ['age', 'rate', 'owner_rank', 'id'],
    decimal: ['weight', 'price', 'worth'],
    bool: ['tame', 'active', 'owner_active'],
    date: ['born'],
    datetime: ['seen'],
  },
}
const references: Readonly<Record<Model, readonly (readonly [string, Model])[]>> = {
  'farm.keeper': [['boss_id', 'farm.keeper']],
  'farm.tag': [['parent_id', 'farm.tag']],
  'farm.toy': [['animal_id', 'farm.animal']],
  'farm.animal': [
    ['owner_id', 'farm.keeper'],
    ['parent_id', 'farm.animal'],
    ['home_id', 'farm.keeper'],
    ['owner_boss_id', 'farm.keeper'],
  ],
}
const lists: Readonly<Record<Model, readonly (readonly [string, Model])[]>> = {
  'farm.keeper': [['animal_ids', 'farm.animal']],
  'farm.tag': [['animal_ids', 'farm.animal']],
  'farm.toy': [],
  'farm.animal': [
    ['child_ids', 'farm.animal'],
    ['tag_ids', 'farm.tag'],
    ['toy_ids', 'farm.toy'],
  ],
}

/** Texts that find the places where two systems differ: patterns, quotes, other scripts, characters beyond 16 bits. */
export const oddTexts = [
  '',
  'a',
  'B',
  'ab%',
  '_b',
  'x\\y',
  "'; --",
  'É',
  'ß',
  'İ',
  '\u{1F431}',
  '\uFFEE',
  'z\u{1F431}a',
  'constructor',
  'bo',
  '\t',
] as const
const literals: Readonly<Record<Kind, readonly string[]>> = {
  bool: ['true', 'false'],
  int: ['0', '1', '2', '-1', '7', '-13', '9223372036854775807', '-9223372036854775808', '3000000000'],
  decimal: ['0.0', '0.5', '1.5', '-0.1', '12.35', '0.000000000001', '9999999999999999999999999.0', '3.0'],
  string: oddTexts.map((text) => JSON.stringify(text)),
  date: ['date("2024-02-29")', 'date("0001-01-01")', 'date("9999-12-31")', 'date("2023-12-31")', 'today'],
  datetime: [
    'datetime("2024-03-31 01:30:00")',
    'datetime("2024-10-27 01:00:00")',
    'datetime("1999-12-31 23:59:59")',
    'now',
  ],
  days: ['days(1)', 'days(-31)', 'days(366)', 'days(2000000)', 'days(0)'],
  duration: ['hours(1)', 'minutes(-90)', 'hours(200000)', 'hours(9223372036854775807)'],
}

/** An expression of this kind about a record of the model. */
export function expression(dice: Dice, model: Model, kind: Kind): string {
  return new Maker(dice, [model]).of(kind, 4)
}

/** The kinds of values that an expression can give. */
export const kinds: readonly Kind[] = ['bool', 'int', 'decimal', 'string', 'date', 'datetime', 'days', 'duration']

class Maker {
  readonly #dice: Dice
  readonly #models: readonly Model[]

  constructor(dice: Dice, models: readonly Model[]) {
    this.#dice = dice
    this.#models = models
  }

  of(kind: Kind, depth: number): string {
    const dice = this.#dice
    if (depth <= 0 || dice.once(5))
      return dice.once(3) ? dice.pick(literals[kind]) : (this.#field(kind) ?? dice.pick(literals[kind]))
    if (dice.once(7)) return this.#conditional(kind, depth)
    return dice.pick(this.#makers()[kind])(depth - 1)
  }

  #makers(): Readonly<Record<Kind, readonly ((depth: number) => string)[]>> {
    const dice = this.#dice
    const pair = (kind: Kind, signs: readonly string[]) => (depth: number) =>
      `(${this.of(kind, depth)} ${dice.pick(signs)} ${this.of(kind, depth)})`
    const call = (name: string, kind: Kind) => (depth: number) => `${name}(${this.of(kind, depth)})`
    const after = (name: string) => (depth: number) =>
      `${this.of('string', depth)}.${name}(${this.of('string', depth)})`
    const order = ['<', '<=', '>', '>='] as const
    const parts = ['year', 'month', 'day', 'weekday'] as const
    return {
      bool: [
        (depth) => pair(dice.pick(kinds), order)(depth),
        (depth) => pair(dice.pick(kinds), ['==', '!='])(depth),
        (depth) => `(${this.of('int', depth)} ${dice.pick(order)} ${this.of('decimal', depth)})`,
        (depth) => this.#withNull(depth),
        () => this.#records(),
        (depth) => this.#member(depth),
        (depth) => this.#quantified(depth),
        (depth) => this.#quantified(depth),
        pair('bool', ['&&', '||']),
        pair('bool', ['&&', '||']),
        pair('bool', ['&&', '||']),
        (depth) => `!${this.of('bool', depth)}`,
        () => `has(${this.#path()})`,
        (depth) => after(dice.pick(['startsWith', 'endsWith', 'contains']))(depth),
        () => `user.hasGroup("base.group_user")`,
      ],
      int: [
        pair('int', ['+', '-', '*', '/', '%']),
        pair('int', ['+', '-', '*', '/', '%']),
        (depth) => `-${this.of('int', depth)}`,
        call('size', 'string'),
        () => this.#sized(),
        call('int', 'decimal'),
        call('abs', 'int'),
        call('dayCount', 'days'),
        (depth) => call(dice.pick(parts), 'date')(depth),
        (depth) => call(dice.pick([...parts, 'hour', 'minute']), 'datetime')(depth),
      ],
      decimal: [
        pair('decimal', ['+', '-', '*', '/']),
        pair('decimal', ['+', '-', '*', '/']),
        (depth) => `(${this.of('int', depth)} ${dice.pick(['+', '*', '/'])} ${this.of('decimal', depth)})`,
        (depth) => `-${this.of('decimal', depth)}`,
        (depth) => `round(${this.of('decimal', depth)}, ${dice.pick(['0', '2', '12', '13', '-1'])})`,
        call('decimal', 'int'),
        call('abs', 'decimal'),
      ],
      string: [pair('string', ['+']), call('lower', 'string'), call('upper', 'string'), call('string', 'int')],
      date: [
        (depth) => `(${this.of('date', depth)} ${dice.pick(['+', '-'])} ${this.of('days', depth)})`,
        call('date', 'datetime'),
      ],
      datetime: [
        (depth) =>
          `(${this.of('datetime', depth)} ${dice.pick(['+', '-'])} ${this.of(dice.pick(['days', 'duration']), depth)})`,
      ],
      days: [
        call('days', 'int'),
        pair('date', ['-']),
        pair('days', ['+', '-']),
        (depth) => `-${this.of('days', depth)}`,
      ],
      duration: [
        call('hours', 'int'),
        call('minutes', 'int'),
        pair('datetime', ['-']),
        pair('duration', ['+', '-']),
        (depth) => `(${this.of('days', depth)} ${dice.pick(['+', '-'])} ${this.of('duration', depth)})`,
      ],
    }
  }

  #conditional(kind: Kind, depth: number): string {
    const yes = this.of(kind, depth - 1)
    const no = this.#dice.once(4) ? 'null' : this.of(kind, depth - 1)
    return `(${this.of('bool', depth - 1)} ? ${yes} : ${no})`
  }

  // A field of the record, of the one in whose list it is, or of one that they refer to.
  #field(kind: Kind): string | undefined {
    for (let tries = 0; tries < 6; tries++) {
      const { prefix, model } = this.#place()
      const names = fields[model][kind]
      if (names) return `${prefix}${this.#dice.pick(names)}`
    }
    return undefined
  }

  #place(): { readonly prefix: string; readonly model: Model } {
    const dice = this.#dice
    const isOuter = this.#models.length > 1 && dice.once(4)
    let model = this.#models.at(isOuter ? -2 : -1) as Model
    let prefix = isOuter ? 'parent.' : ''
    for (let hops = dice.pick([0, 0, 0, 1, 1, 2]); hops > 0; hops--) {
      const [name, to] = dice.pick(references[model])
      prefix += `${name}.`
      model = to
    }
    return { prefix, model }
  }

  #path(): string {
    const { prefix, model } = this.#place()
    const all = [
      ...Object.values(fields[model]).flat(),
      ...references[model].map(([name]) => name),
      ...lists[model].map(([name]) => name),
    ]
    return `${prefix}${this.#dice.pick(all)}`
  }

  #reference(): readonly [string, Model] {
    const { prefix, model } = this.#place()
    const [name, to] = this.#dice.pick(references[model])
    return [`${prefix}${name}`, to]
  }

  #withNull(depth: number): string {
    const dice = this.#dice
    const value = dice.once(2) ? this.of(dice.pick(kinds), depth) : this.#reference()[0]
    const sign = dice.pick(['==', '!='])
    return dice.once(2) ? `(${value} ${sign} null)` : `(null ${sign} ${value})`
  }

  #records(): string {
    const dice = this.#dice
    const [one, model] = this.#reference()
    for (let tries = 0; tries < 9; tries++) {
      const [other, same] = this.#reference()
      if (same === model) return `(${one} ${dice.pick(['==', '!='])} ${other})`
    }
    return `(${one} == ${dice.roll(9)})`
  }

  #member(depth: number): string {
    const dice = this.#dice
    const list = this.#list()
    if (list && dice.once(2)) {
      const [path, model] = list
      const [one, same] = this.#reference()
      return `(${same === model ? one : this.of('int', depth)} in ${path})`
    }
    if (dice.once(5)) return `(${this.of('int', depth)} in company_ids)`
    const kind = dice.pick(['int', 'string', 'decimal', 'date'] as const)
    const items = Array.from({ length: dice.roll(4) }, () =>
      dice.once(5)
        ? 'null'
        : dice.once(3)
          ? (this.#field(kind) ?? 'null')
          : dice.pick(literals[kind].filter((one) => !one.startsWith('days'))),
    )
    return `(${this.of(kind, depth)} in [${items.join(', ')}])`
  }

  #list(): readonly [string, Model] | undefined {
    for (let tries = 0; tries < 6; tries++) {
      const { prefix, model } = this.#place()
      if (lists[model].length === 0) continue
      const [name, to] = this.#dice.pick(lists[model])
      return [`${prefix}${name}`, to]
    }
    return undefined
  }

  #sized(): string {
    const list = this.#list()
    return list ? `size(${list[0]})` : '0'
  }

  #quantified(depth: number): string {
    const list = this.#models.length > 2 ? undefined : this.#list()
    if (!list) return this.of('bool', depth)
    const inner = new Maker(this.#dice, [...this.#models, list[1]])
    return `${list[0]}.${this.#dice.pick(['any', 'all'])}(${inner.of('bool', depth)})`
  }
}

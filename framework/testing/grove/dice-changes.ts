/** Makes up changes of the grove: trees of commands of every kind, in which no record is spoken of by two lists. */

import type { Dice } from '../maze/data.ts'
import { type Command, type Key, type Kind, lists, type Memory, type Values } from './memory.ts'

export type Change =
  | { readonly is: 'create'; readonly kind: Kind; readonly list: readonly Values[] }
  | { readonly is: 'write'; readonly kind: Kind; readonly keys: readonly Key[]; readonly values: Values }
  | { readonly is: 'unlink'; readonly kind: Kind; readonly keys: readonly Key[] }

let made = 0
const kinds = ['soil', 'mark', 'tree', 'bough', 'bough', 'leaf', 'leaf', 'tree'] as const

export function randomChange(dice: Dice, memory: Memory): Change {
  const one = new Maker(dice, memory)
  const kind = dice.pick(kinds)
  const there = memory.keys(kind)
  if (there.length > 6 && dice.once(7)) return { is: 'unlink', kind, keys: [dice.pick(there)] }
  if (there.length === 0 || (there.length < 9 && dice.once(2)))
    return {
      is: 'create',
      kind,
      list: Array.from({ length: dice.pick([1, 1, 2, 4]) }, () => one.values(kind, null, 0)),
    }
  const key = one.take(kind) as Key
  const values = one.values(kind, key, 0)
  // The same values for several records: no lists, whose records would be in two of them.
  const isPlain = !Object.keys(values).some(
    (name) => lists[`${kind}.${name}`] || name === 'name' || name === 'parent_id',
  )
  const second = isPlain ? one.take(kind) : undefined
  return { is: 'write', kind, keys: second ? [key, second] : [key], values }
}

class Maker {
  readonly #dice: Dice
  readonly #memory: Memory
  readonly #taken = new Set<Key>()

  constructor(dice: Dice, memory: Memory) {
    this.#dice = dice
    this.#memory = memory
  }

  /** A record that nothing else in this change speaks of. */
  take(kind: Kind): Key | undefined {
    const free = this.#memory.keys(kind).filter((key) => !this.#taken.has(key))
    if (free.length === 0) return undefined
    const key = this.#dice.pick(free)
    this.#taken.add(key)
    return key
  }

  /** @param key the record that is written; `null`: a new one */
  values(kind: Kind, key: Key | null, depth: number): Values {
    const dice = this.#dice
    const values: Values = key === null ? { name: this.#name(`k${++made}`) } : {}
    if (key !== null && dice.once(3)) values['name'] = this.#name(key)
    const maybe = (name: string, make: () => unknown) => {
      if (dice.once(2)) values[name] = make()
    }
    const link = (to: Kind) => {
      const older = this.#memory
        .keys(to)
        .filter((other) => to !== 'tree' || key === null || number(other) < number(key))
      return older.length > 0 && !dice.once(5) ? dice.pick(older) : null
    }
    if (kind === 'soil') maybe('richness', () => dice.pick([0, 1, 2, 3]))
    if (kind === 'mark') maybe('weight', () => dice.pick([0, 1, 5]))
    if (kind === 'tree') {
      maybe('age', () => dice.pick([0, 1, 7]))
      maybe('soil_id', () => link('soil'))
      if (depth === 0) maybe('parent_id', () => link('tree'))
      maybe('bough_ids', () => this.#commands('bough', depth))
    }
    if (kind === 'bough') {
      if (dice.once(4)) values['factor'] = dice.pick([1, 2, 9])
      if (depth === 0) maybe('tree_id', () => link('tree'))
      maybe('leaf_ids', () => this.#commands('leaf', depth))
    }
    if (kind === 'leaf') {
      maybe('size', () => dice.pick([0, 1, 2, 3, 3, 3, 3, 1_001]))
      if (depth === 0) maybe('bough_id', () => link('bough'))
      maybe('mark_ids', () => this.#commands('mark', depth))
    }
    if (kind === 'mark' && depth === 0) maybe('leaf_ids', () => this.#commands('leaf', 1))
    if (Object.keys(values).length === 0) values['name'] = this.#name(key as Key)
    return values
  }

  #name(key: Key): string {
    return this.#dice.once(9) ? `${key}-rotten` : this.#dice.once(2) ? `${key}-x` : key
  }

  #commands(kind: Kind, depth: number): Command[] {
    const dice = this.#dice
    const commands: Command[] = []
    const spoken: Key[] = []
    const child = () => {
      const known = spoken.length > 0 && dice.once(3) ? dice.pick(spoken) : this.take(kind)
      if (known) spoken.push(known)
      return known
    }
    for (let n = dice.pick([1, 1, 2, 3, 4]); n > 0; n--) {
      const code = dice.pick([0, 0, 1, 2, 3, 4, 4, 5, 6] as const)
      if (code === 0) commands.push([0, 0, this.values(kind, null, depth + 1)])
      else if (code === 5) commands.push([5])
      else if (code === 6) {
        const keys = [child(), child()].filter((key) => key !== undefined)
        commands.push([6, 0, [...new Set(keys)]])
      } else {
        // Only what nothing has been said of can be changed or deleted.
        const key = code === 1 || code === 2 ? this.take(kind) : child()
        if (key === undefined) continue
        commands.push(code === 1 ? [1, key, this.values(kind, key, depth + 1)] : [code, key])
      }
    }
    return commands
  }
}

function number(key: Key): number {
  return Number(key.slice(1))
}

/** Runs a checked expression over values that were loaded with the caller's rights; every step costs fuel. */

import { ServerError } from '../../errors.ts'
import type { Env, FieldInfo } from '../../orm/index.ts'
import { fault } from '../faults.ts'
import { costOf } from '../functions/texts.ts'
import type { Value } from '../functions/overload.ts'
import type { Checked, Expression, Path } from '../types/checked.ts'
import { type Caller, callerOf, givenValue } from './caller.ts'
import { unit, whole, within } from './numbers.ts'
import { toPlain, toValue } from './values.ts'

/** Steps of one evaluation. */
export const fuel = 50_000

type Row = Readonly<Record<string, unknown>>

/**
 * The value of an expression for one record, as fields hold it; `null` where there is none, and where there is no result.
 * @param values what the record holds at `expression.paths`, as `load()` gives it
 * @param parent values of the record in whose list it is, for `parent.…`
 * @throws ValidationError ERR_EXPRESSION_FUEL
 */
export function evaluate(expression: Expression, env: Env | Caller, values: Row = {}, parent?: Row): unknown {
  return toPlain(expression.type, run(expression, env, values, parent) ?? null)
}

/** Whether a condition holds; one without a result does not. */
export function holds(expression: Expression, env: Env | Caller, values: Row = {}, parent?: Row): boolean {
  return run(expression, env, values, parent) === true
}

/** Like `evaluate`, in values of the interpreter; `undefined` where there is no result. */
export function run(expression: Expression, env: Env | Caller, values: Row = {}, parent?: Row): Value | undefined {
  const runner = new Runner('user' in env ? callerOf(env) : env)
  return runner.value(expression.root, parent === undefined ? [values] : [parent, values])
}

class Runner {
  readonly zone: string
  readonly #caller: Caller
  #fuel = fuel

  constructor(caller: Caller) {
    this.#caller = caller
    this.zone = caller.zone
  }

  spend(steps: number): void {
    this.#fuel -= steps
    if (this.#fuel < 0)
      throw fault('ERR_EXPRESSION_FUEL', 'it takes too long: the lists or texts that it goes through are too large', 0)
  }

  value(part: Checked, rows: readonly Row[]): Value | undefined {
    this.spend(1)
    switch (part.is) {
      case 'literal':
        return part.value
      case 'path':
        return this.#field(part, rows)
      case 'given':
        return givenValue(this.#caller, part.name)
      case 'in-group':
        return this.#caller.groups.has(part.group)
      case 'call': {
        const args: Value[] = []
        for (const one of part.args) {
          const value = this.value(one, rows)
          if (value === undefined || value === null) return undefined
          args.push(value)
        }
        return part.fn.run(args, this)
      }
      case 'convert':
        return this.#converted(part, rows)
      case 'equal': {
        const left = this.value(part.left, rows)
        const right = this.value(part.right, rows)
        if (left === undefined || right === undefined) return undefined
        return this.#same(left, right) !== part.not
      }
      case 'and':
      case 'or':
        return this.#junction(part, rows)
      case 'if': {
        const condition = this.value(part.condition, rows) ?? undefined
        if (condition === undefined) return undefined
        const outcome = this.value(condition ? part.yes : part.no, rows)
        // SQL knows one NULL: where a part may have no result, null is none either.
        return part.certainty === 'failing' ? (outcome ?? undefined) : outcome
      }
      case 'in':
        return this.#membership(part, rows)
      case 'has': {
        const value = part.path.type.is === 'records' ? this.#records(part.path, rows) : this.#field(part.path, rows)
        return Array.isArray(value) ? value.length > 0 : value !== null && value !== undefined
      }
      case 'count': {
        const list = this.#records(part.list, rows)
        return list === undefined ? undefined : BigInt(list.length)
      }
      case 'any':
      case 'all':
        return this.#quantified(part, rows)
      case 'list':
        return part.items.map((item) => this.value(item, rows) ?? null)
    }
  }

  #converted(part: Checked & { is: 'convert' }, rows: readonly Row[]): Value | undefined {
    const value = this.value(part.of, rows)
    if (value === null || value === undefined) return value
    return part.type.is === 'duration' ? whole((value as bigint) * 86_400n) : within((value as bigint) * unit)
  }

  // CEL: what decides wins, on whichever side it stands; what has no result decides nothing.
  #junction(part: Checked & { is: 'and' | 'or' }, rows: readonly Row[]): Value | undefined {
    const deciding = part.is === 'or'
    const left = this.value(part.left, rows) ?? undefined
    if (left === deciding) return deciding
    const right = this.value(part.right, rows) ?? undefined
    if (right === deciding) return deciding
    return left === undefined || right === undefined ? undefined : !deciding
  }

  #membership(part: Checked & { is: 'in' }, rows: readonly Row[]): Value | undefined {
    const item = this.value(part.item, rows)
    const { among } = part
    const list =
      among.is === 'path'
        ? this.#records(among, rows)?.map((one) => idOf(one))
        : (this.value(among, rows) as Value[] | undefined)
    if (item === undefined || list === undefined) return undefined
    this.spend(list.length)
    return list.some((one) => this.#same(item, one))
  }

  #quantified(part: Checked & { is: 'any' | 'all' }, rows: readonly Row[]): Value | undefined {
    const list = this.#records(part.list, rows)
    if (list === undefined) return undefined
    const deciding = part.is === 'any'
    let isOpen = false
    for (const one of list) {
      const row = typeof one === 'object' && one !== null ? (one as Row) : { id: one }
      const value = this.value(part.body, [...rows, row]) ?? undefined
      if (value === deciding) return deciding
      if (value === undefined) isOpen = true
    }
    return isOpen ? undefined : !deciding
  }

  #same(a: Value, b: Value): boolean {
    if (typeof a === 'string' && typeof b === 'string') this.spend(costOf(a))
    return a === b
  }

  #field(path: Path, rows: readonly Row[]): Value | undefined {
    const { owner, field } = this.#owner(path, rows)
    if (!owner) return null
    const value = toValue(field, owner[field.name])
    if (typeof value === 'string') this.spend(costOf(value))
    return value
  }

  #records(path: Path, rows: readonly Row[]): readonly unknown[] | undefined {
    const { owner, field } = this.#owner(path, rows)
    if (!owner) return undefined
    const list = owner[field.name]
    if (list === false || list === null) return []
    if (!Array.isArray(list)) throw notLoaded(field)
    this.spend(list.length)
    return list
  }

  // The record that holds the last field of a path; none where a reference on the way is not set.
  #owner(path: Path, rows: readonly Row[]): { readonly owner: Row | null; readonly field: FieldInfo } {
    let owner: unknown = rows[rows.length - 1 - path.out]
    const { steps } = path
    for (const [i, field] of steps.entries()) {
      this.spend(1)
      if (owner === null || owner === false) return { owner: null, field: steps.at(-1) ?? field }
      if (typeof owner !== 'object' || owner === undefined || !Object.hasOwn(owner, field.name)) throw notLoaded(field)
      if (i === steps.length - 1) return { owner: owner as Row, field }
      owner = (owner as Row)[field.name]
    }
    throw new TypeError('A path has at least one step.')
  }
}

function idOf(one: unknown): Value {
  const id = typeof one === 'object' && one !== null ? (one as Row).id : one
  return BigInt(Number(id))
}

// The list of paths is the list of what has to be loaded: whoever runs the expression did not load all of it.
function notLoaded(field: FieldInfo): ServerError {
  return new ServerError(
    'ERR_EXPRESSION_VALUES',
    'A condition could not be worked out; this is a fault of the program.',
    {
      detail: { field: `${field.model}.${field.name}` },
    },
  )
}

/** A checked expression as SQL. Values are bound, names come from the registry, and the Grant is asked at every table and field. */

import type { ModelInfo, Scope } from '../../orm/index.ts'
import { join, type Sql, sql } from '../../sql/index.ts'
import { callerOf, type Caller, givenValue } from '../run/caller.ts'
import { textOf } from '../run/numbers.ts'
import type { Value } from '../functions/overload.ts'
import type { Checked, Expression } from '../types/checked.ts'
import type { Type } from '../types/type.ts'
import { among, type Frame, recordId, valueAt } from './paths.ts'

/**
 * The value of the expression for the record at `alias`; NULL where there is none, and where there is no result.
 * @param alias of `scope.alias()`, or a name that no scope gives
 */
export function compileExpression(scope: Scope, model: ModelInfo, alias: string, expression: Expression): Sql {
  return compilerFor(scope).value(expression.root, [{ model, alias }])
}

/** The condition as a predicate for WHERE: true for the records for which it holds, false or NULL for all others. */
export function compileCondition(scope: Scope, model: ModelInfo, alias: string, expression: Expression): Sql {
  return compilerFor(scope).truth(expression.root, [{ model, alias }])
}

function compilerFor(scope: Scope): Compiler {
  return new Compiler(scope, callerOf(scope.env))
}

class Compiler {
  readonly #scope: Scope
  readonly #caller: Caller

  constructor(scope: Scope, caller: Caller) {
    this.#scope = scope
    this.#caller = caller
  }

  get zone(): string {
    return this.#caller.zone
  }

  /** True exactly where the part is true; whether it is false or has no result elsewhere does not matter. */
  truth(part: Checked, frames: readonly Frame[]): Sql {
    switch (part.is) {
      case 'and':
        return sql`(${this.truth(part.left, frames)} AND ${this.truth(part.right, frames)})`
      case 'or':
        return sql`(${this.truth(part.left, frames)} OR ${this.truth(part.right, frames)})`
      case 'any':
        return among(this.#scope, part.list, frames, (inner) => this.truth(part.body, inner), 'exists')
      case 'equal': {
        // `=` finds what an index finds; a NULL on either side is equal to nothing that is sure.
        const isPlain = !part.not && (part.left.certainty === 'sure' || part.right.certainty === 'sure')
        if (isPlain) return sql`(${this.value(part.left, frames)} = ${this.value(part.right, frames)})`
        return this.value(part, frames)
      }
      default:
        return this.value(part, frames)
    }
  }

  value(part: Checked, frames: readonly Frame[]): Sql {
    switch (part.is) {
      case 'literal':
        return bound(part.type, part.value)
      case 'path':
        return valueAt(this.#scope, part, frames)
      case 'given':
        return bound(part.type, givenValue(this.#caller, part.name))
      case 'in-group':
        return this.#caller.groups.has(part.group) ? sql`TRUE` : sql`FALSE`
      case 'call':
        return part.fn.sql(
          part.args.map((arg) => this.value(arg, frames)),
          this,
        )
      case 'convert':
        return this.#converted(part, frames)
      case 'equal':
        return this.#equal(part, frames)
      case 'and':
        return sql`(${this.value(part.left, frames)} AND ${this.value(part.right, frames)})`
      case 'or':
        return sql`(${this.value(part.left, frames)} OR ${this.value(part.right, frames)})`
      case 'if':
        return sql`(CASE ${this.value(part.condition, frames)} WHEN TRUE THEN ${this.value(part.yes, frames)} WHEN FALSE THEN ${this.value(part.no, frames)} END)`
      case 'in':
        return this.#membership(part, frames)
      case 'has':
        if (part.path.type.is !== 'records') return sql`(${valueAt(this.#scope, part.path, frames)} IS NOT NULL)`
        return sql`COALESCE(${among(this.#scope, part.path, frames, () => sql`TRUE`, 'exists')}, FALSE)`
      case 'count':
        return among(this.#scope, part.list, frames, () => sql`TRUE`, 'count')
      case 'any':
      case 'all':
        return this.#quantified(part, frames)
      case 'list':
        return sql`ARRAY[${join(part.items.map((item) => this.value(item, frames)))}]`
    }
  }

  #converted(part: Checked & { is: 'convert' }, frames: readonly Frame[]): Sql {
    const value = this.value(part.of, frames)
    if (part.type.is === 'decimal') return sql`${value}::numeric`
    return sql`(SELECT CASE WHEN q.v BETWEEN -106751991167300 AND 106751991167300 THEN q.v::int8 * 86400 END FROM (SELECT ${value} AS v OFFSET 0) q)`
  }

  #equal(part: Checked & { is: 'equal' }, frames: readonly Frame[]): Sql {
    const [left, right] = [this.value(part.left, frames), this.value(part.right, frames)]
    const [a, b] = [part.left.certainty, part.right.certainty]
    // Where both NULLs mean the same, one operator says it; else a failing side is looked at first.
    if (a !== 'nullable' && b !== 'nullable') return part.not ? sql`(${left} <> ${right})` : sql`(${left} = ${right})`
    if (a !== 'failing' && b !== 'failing') return distinct(left, right, part.not)
    const looked = a === 'failing' ? sql`q.a` : sql`q.b`
    return sql`(SELECT CASE WHEN ${looked} IS NOT NULL THEN ${distinct(sql`q.a`, sql`q.b`, part.not)} END FROM (SELECT ${left} AS a, ${right} AS b OFFSET 0) q)`
  }

  #membership(part: Checked & { is: 'in' }, frames: readonly Frame[]): Sql {
    const { item, among: list } = part
    const value = this.value(item, frames)
    if (list.is === 'path') {
      // The item is named once, outside of the list's own tables; null is in no list.
      const found = among(this.#scope, list, frames, (inner) => sql`${recordId(inner)} = q.v`, 'exists')
      const answer = item.certainty === 'failing' ? sql`CASE WHEN q.v IS NOT NULL THEN ${found} END` : found
      return sql`(SELECT ${answer} FROM (SELECT ${value} AS v OFFSET 0) q)`
    }
    if (list.is === 'list') {
      if (list.items.length === 0)
        return item.certainty === 'failing' ? sql`(CASE WHEN ${value} IS NOT NULL THEN FALSE END)` : sql`FALSE`
      const tests = list.items.map((one) => distinct(sql`q.v`, this.value(one, frames), false))
      const found = sql`(${join(tests, ' OR ')})`
      const answer = item.certainty === 'failing' ? sql`CASE WHEN q.v IS NOT NULL THEN ${found} END` : found
      return sql`(SELECT ${answer} FROM (SELECT ${value} AS v OFFSET 0) q)`
    }
    const found = sql`(${value} = ANY(${this.value(list, frames)}))`
    return item.certainty === 'nullable' ? sql`COALESCE(${found}, FALSE)` : found
  }

  #quantified(part: Checked & { is: 'any' | 'all' }, frames: readonly Frame[]): Sql {
    if (part.body.certainty === 'sure') {
      const exists = (body: (inner: readonly Frame[]) => Sql) => among(this.#scope, part.list, frames, body, 'exists')
      return part.is === 'any'
        ? exists((inner) => this.value(part.body, inner))
        : sql`(NOT ${exists((inner) => sql`NOT ${this.value(part.body, inner)}`)})`
    }
    return among(this.#scope, part.list, frames, (inner) => this.value(part.body, inner), part.is)
  }
}

function distinct(a: Sql, b: Sql, not: boolean): Sql {
  return not ? sql`(${a} IS DISTINCT FROM ${b})` : sql`(${a} IS NOT DISTINCT FROM ${b})`
}

// Ids, days and seconds are whole numbers.
const columnTypes: Readonly<Partial<Record<Type['is'], Sql>>> = {
  ...{ bool: sql`bool`, decimal: sql`numeric`, string: sql`text`, null: sql`text` },
  ...{ date: sql`date`, datetime: sql`timestamp` },
}

function bound(type: Type, value: Value): Sql {
  if (value === null) return sql`NULL::${columnTypes[type.is] ?? sql`int8`}`
  switch (type.is) {
    case 'bool':
      return value === true ? sql`TRUE` : sql`FALSE`
    case 'decimal':
      return sql`${textOf(value as bigint)}::numeric`
    case 'string':
      return sql`${value as string}::text`
    case 'date':
      return sql`${value as string}::date`
    case 'datetime':
      return sql`${value as string}::timestamp`
    case 'list':
      return sql`${(value as readonly bigint[]).map((one) => Number(one))}::int8[]`
    default:
      return sql`${value as bigint}::int8`
  }
}

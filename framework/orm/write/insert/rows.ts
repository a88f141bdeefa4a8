/** The one INSERT of a batch of records. */

import { empty, id, join, literal, type Sql, sql } from '../../../sql/index.ts'
import { noteInsert } from '../../audit/changes.ts'
import type { Env } from '../../env.ts'
import { Scope } from '../../query/scope.ts'
import type { FieldInfo, ModelInfo } from '../../registry.ts'
import { castOf } from '../recompute.ts'
import { rowRule } from '../row-rule.ts'
import { type NewColumns, ownId, type Stored } from './columns.ts'

/** An INSERT that returns `id`, and `within`: whether the new row fulfils the caller's rule. */
export interface Insert {
  readonly statement: Sql
  /** Writes what is recorded of the rows of `done`, which is the statement. */
  readonly noted: Sql
  /** Whether the rule cannot be told from the row: it has to be asked afterwards. */
  readonly isInDoubt: boolean
}

const audit = ['create_uid', 'create_date', 'write_uid', 'write_date']

/** Ids come in the order of the records. */
export function insertRows(env: Env, model: ModelInfo, values: NewColumns): Insert {
  const source = new Source(values.count)
  const names: Sql[] = []
  const picked: Sql[] = []
  const given = new Set<string>()
  for (const field of values.fields()) {
    // Who made a record, and when, only the framework itself may say; its id, only for all of them at once.
    if (audit.includes(field.name) && !env.system) continue
    if (field.name === 'id' && !(env.system && isComplete(values, field))) continue
    given.add(field.name)
    names.push(id(field.name))
    picked.push(source.column(field, values.stored(field)))
  }
  for (const name of audit) {
    if (given.has(name) || !model.fields.has(name)) continue
    names.push(id(name))
    picked.push(
      name.endsWith('_uid') ? sql`${env.uid}::int4` : sql`date_trunc('milliseconds', now() AT TIME ZONE 'UTC')`,
    )
  }
  if (source.needsId && !given.has('id')) {
    names.push(id('id'))
    picked.push(sql`u.hf_id`)
  }
  const scope = new Scope(env)
  const alias = scope.alias()
  const rule = rowRule(scope, model, alias, 'create')
  const note = noteInsert(env, model, values.fields(), alias)
  return {
    noted: note.noted,
    statement: sql`INSERT INTO ${id(model.table)} AS ${id(alias)} (${join(names)}) SELECT ${join(picked)} ${source.from(model)} RETURNING ${id(alias)}.id, ${rule === null ? empty : sql`(${rule}) IS TRUE AND `}TRUE AS within${note.returning}`,
    isInDoubt: rule === null,
  }
}

function isComplete(values: NewColumns, field: FieldInfo): boolean {
  for (let i = 0; i < values.count; i++) if (!values.isGiven(field, i)) return false
  return true
}

/** Where the rows come from: a value that all records share is bound once, others as an array per column. */
class Source {
  needsId = false
  readonly #count: number
  readonly #arrays: Sql[] = []
  readonly #aliases: Sql[] = []

  constructor(count: number) {
    this.#count = count
  }

  column(field: FieldInfo, texts: readonly Stored[]): Sql {
    const [first = null] = texts
    if (texts.includes(ownId)) this.needsId = true
    if (texts.every((text) => text === first)) {
      if (first === ownId) return sql`u.hf_id`
      return first === null ? sql`NULL` : decoded(field, sql`${first}`)
    }
    const name = id(`c${this.#arrays.length}`)
    // No id is an equals sign.
    this.#arrays.push(sql`${texts.map((text) => (text === ownId ? '=' : text))}::text[]`)
    this.#aliases.push(name)
    const value = decoded(field, sql`u.${name}`)
    return texts.includes(ownId) ? sql`CASE WHEN u.${name} = '=' THEN u.hf_id ELSE ${value} END` : value
  }

  from(model: ModelInfo): Sql {
    const rows =
      this.#arrays.length === 0
        ? sql`generate_series(1, ${this.#count}::int4) AS v(hf_n)`
        : sql`unnest(${join(this.#arrays)}) WITH ORDINALITY AS v(${join(this.#aliases)}, hf_n)`
    const own = this.needsId
      ? sql`nextval((SELECT pg_get_serial_sequence(${literal(`"${model.table}"`)}, 'id'))::regclass)::int4 AS hf_id, `
      : empty
    const order = this.#count === 1 ? empty : sql` ORDER BY u.hf_n`
    return sql`FROM (SELECT ${own}v.* FROM ${rows}) u${order}`
  }
}

function decoded(field: FieldInfo, text: Sql): Sql {
  return field.columnType === 'bytea' ? sql`decode(${text}, 'base64')` : sql`${text}::${castOf(field)}`
}

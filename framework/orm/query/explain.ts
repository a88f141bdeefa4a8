/** The right to a model's records as SQL, whole and in its parts, by the compiler that every query uses. */

import { empty, id, type Sql, sql } from '../../sql/index.ts'
import type { Domain } from '../domain/domain.ts'
import type { Env } from '../env.ts'
import type { Operation } from '../grant.ts'
import { hangingOf, withDocuments } from './hanging.ts'
import { Scope } from './scope.ts'

/** How the rules of a model look in SQL for whoever `env` stands for. */
export interface ExplainedRights {
  /** The ids of all records that the operation may touch; with a record, whether that one is among them. */
  readonly statement: Sql
  /** The same without any right: what the rules cost is the difference. */
  readonly bare: Sql
  /** Whether a right is part of the statement at all. */
  readonly isLimited: boolean
  /** What each rule says of the record, and all together. */
  verdict(): Promise<Verdict | null>
}

/** What the parts of a right say of one record; a part that the model does not have is `null`. */
export interface Verdict {
  /** In the order of the domains. */
  readonly rules: readonly boolean[]
  /** Whether the record of a dialogue is the caller's own. */
  readonly isOwn: boolean | null
  /** Whether the document on which the record hangs allows it. */
  readonly byDocument: boolean | null
  /** The condition as it stands in every query. */
  readonly isAllowed: boolean
}

/**
 * Takes the right to an operation apart.
 * @param rules the domains of the rules that count for the caller, values filled in
 * @param record `null`: all records
 */
export function explainRead(
  env: Env,
  modelName: string,
  operation: Operation,
  rules: readonly Domain[],
  record: number | null,
): ExplainedRights {
  const scope = new Scope(env)
  const model = scope.model(modelName)
  const alias = scope.alias()
  const condition = scope.condition(model, alias, operation)
  const only = record === null ? empty : sql`${id(alias)}.id = ${record}::int4`
  const from = sql`SELECT ${id(alias)}.id FROM ${id(model.table)} ${id(alias)}`
  const bare = record === null ? from : sql`${from} WHERE ${only}`
  const both =
    condition === null ? bare : record === null ? sql`${from} WHERE ${condition}` : sql`${bare} AND ${condition}`
  return {
    statement: both,
    bare,
    isLimited: condition !== null,
    async verdict() {
      if (record === null) return null
      const parts = rules.map((domain) => scope.rule(model, alias, domain))
      const hanging = hangingOf(env.registry, model)
      const documents =
        hanging === null || env.grant.unlimited.has(operation)
          ? null
          : withDocuments(scope, { ...hanging, rights: 'required', unless: undefined }, alias, operation, null, false)
      const own = model.options.transient && !env.system ? sql`${id(alias)}.create_uid = ${env.uid}::int4` : null
      const [row] = await env.db.query<{
        rules: boolean[]
        own: boolean | null
        documents: boolean | null
        whole: boolean
      }>(
        sql`SELECT ARRAY[${listOf(parts)}]::bool[] AS rules, ${truth(own)} AS own, ${truth(documents)} AS documents,
          ${condition === null ? sql`TRUE` : truth(condition)} AS whole FROM ${id(model.table)} ${id(alias)} WHERE ${only}`,
        { prepared: false },
      )
      if (!row) return null
      return { rules: row.rules, isOwn: row.own, byDocument: row.documents, isAllowed: row.whole }
    },
  }
}

function listOf(parts: readonly Sql[]): Sql {
  return parts.reduce((all, part, i) => sql`${all}${i > 0 ? sql`, ` : empty}${truth(part)}`, empty)
}

// A condition that is neither true nor false keeps the record out.
function truth(part: Sql | null): Sql {
  return part === null ? sql`NULL::bool` : sql`((${part}) IS TRUE)`
}

/** What a caller was shown in this transaction. To point at such a record takes no second look at the right to read it. */

import type { Env } from './env.ts'
import type { Grant } from './grant.ts'
import type { Spec } from './query/spec.ts'

type Row = Readonly<Record<string, unknown>>

/** Ids of found records; they were found under the caller's rules. */
export function noteFound(env: Env, model: string, ids: readonly number[]): void {
  if (!isNoted(env)) return
  const seen = seenOf(env, model)
  for (const id of ids) seen.add(id)
}

/** Rows that were read under the caller's rules, with all records that appear in them. */
export function noteRows(env: Env, spec: Spec, rows: readonly Row[]): void {
  if (isNoted(env)) note(env, spec, rows)
}

/** Whether the caller was shown the record, with the very rights that she has now. */
export function wasSeen(env: Env, model: string, id: number): boolean {
  return env.state.seen.get(keyOf(env))?.get(model)?.has(id) ?? false
}

// Without a transaction nothing is written, so nothing will be pointed at; the framework's own reads show nobody anything.
function isNoted({ tx, grant }: Env): boolean {
  return tx !== null && !grant.unlimited.has('read')
}

function note(env: Env, spec: Spec, rows: readonly Row[]): void {
  const own = seenOf(env, spec.model.name)
  for (const row of rows) if (typeof row['id'] === 'number') own.add(row['id'])
  for (const [name, { field, inner }] of spec.wants) {
    if (field.comodel === undefined) continue
    const values = rows.flatMap((row) => row[name] ?? [])
    const seen = seenOf(env, field.comodel)
    for (const value of values) if (typeof value === 'number') seen.add(value)
    if (inner) note(env, inner, values.filter((value) => typeof value === 'object') as Row[])
  }
}

// What other rights show (of another user, of an elevation) is another matter.
function keyOf(env: Env): Grant {
  return env.grant
}

function seenOf(env: Env, model: string): Set<number> {
  const { seen } = env.state
  const byModel = seen.get(keyOf(env)) ?? new Map<string, Set<number>>()
  seen.set(keyOf(env), byModel)
  const ids = byModel.get(model) ?? new Set<number>()
  byModel.set(model, ids)
  return ids
}

/** Conditions on records of a model: which of some records fulfil one, by what the caller may read of them. */

import type { Env, RecordRow, RecordSet } from '../orm/index.ts'
import { evaluate, holds } from './run/evaluate.ts'
import type { Expression } from './types/checked.ts'

/** Those of the records that the caller may read and for which the condition holds, in their order. */
export async function fulfilling(records: RecordSet, condition: Expression): Promise<readonly number[]> {
  const rows = await rowsFor(records, condition)
  return rows.filter((row) => holds(condition, records.env, row)).map(({ id }) => id)
}

/** The value of an expression for each record that the caller may read. */
export async function valuesFor(records: RecordSet, expression: Expression): Promise<ReadonlyMap<number, unknown>> {
  const rows = await rowsFor(records, expression)
  return new Map(rows.map((row) => [row.id, evaluate(expression, records.env, row)]))
}

/** @throws AccessError when the caller may not read one of the fields */
async function rowsFor(records: RecordSet, { paths }: Expression): Promise<RecordRow[]> {
  return records.loadExisting(paths)
}

/** `mayRead` for `checkExpression`: what the caller may read may be spoken of. */
export function readableBy(env: Env): (field: { readonly model: string; readonly name: string }) => boolean {
  return (field) => env.grant.field(field.model, field.name, 'read')
}

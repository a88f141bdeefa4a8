/** Amounts are kept in the rounding of their currency. */

import { empty, id, join, type Sql, sql } from '../../sql/index.ts'
import { noteUpdate } from '../audit/changes.ts'
import type { Env } from '../env.ts'
import type { ModelInfo } from '../registry.ts'

/** Amounts to be rounded after a write of these fields, by the field of their currency. */
export function monetaryFields(model: ModelInfo, written: ReadonlySet<string>): Map<string, string[]> {
  const byCurrency = new Map<string, string[]>()
  for (const field of model.fields.values()) {
    if (field.kind !== 'monetary' || !field.column || field.computed || field.options.companyDependent) continue
    const currency = field.options.currencyField ?? (model.fields.has('currency_id') ? 'currency_id' : 'x_currency_id')
    if (!written.has(field.name) && !written.has(currency)) continue
    byCurrency.set(currency, [...(byCurrency.get(currency) ?? []), field.name])
  }
  return byCurrency
}

/** Rounds written amounts (half away from zero) where the record has a currency; amounts without one stay as they are. */
export async function roundMonetary(
  env: Env,
  model: ModelInfo,
  ids: readonly number[],
  written: ReadonlySet<string>,
): Promise<void> {
  const byCurrency = monetaryFields(model, written)
  for (const [currency, fields] of byCurrency) {
    if (!model.fields.get(currency)?.column) continue
    const sets: Sql[] = fields.map((name) => sql`${id(name)} = round(t.${id(name)} / c.rounding) * c.rounding`)
    const changed: Sql[] = fields.map(
      (name) => sql`t.${id(name)} IS DISTINCT FROM round(t.${id(name)} / c.rounding) * c.rounding`,
    )
    const rounded = fields.map((name) => model.fields.get(name)).filter((field) => field !== undefined)
    const note = noteUpdate(env, model, rounded, 't', { also: true })
    const statement = sql`UPDATE ${id(model.table)} t SET ${join(sets)} FROM res_currency c${note.from} WHERE c.id = t.${id(currency)} AND c.rounding > 0${note.joined} AND t.id = ANY(${[...ids]}::int4[]) AND (${changed.length > 0 ? join(changed, ' OR ') : empty}) RETURNING 1 AS one${note.returning}`
    await env.db.query(note.isOn ? sql`WITH done AS (${statement})${note.noted} SELECT 1` : statement)
  }
}

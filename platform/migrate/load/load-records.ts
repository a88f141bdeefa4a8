/** Brings all mapped tables in: first every id is decided, then rows are inserted, then references are closed and looked over. */

import { sql } from '../../../framework/sql/index.ts'
import { tableMappings } from '../mapping/all.ts'
import { type BrokenRule, type FieldDifference, TableTally } from '../report/import-report.ts'
import type { ImportRun } from './run.ts'
import { checkComputed, checkRules } from '../special/consistency.ts'
import { readExternalIds } from '../special/external-ids.ts'
import { advanceIds } from '../special/sequences.ts'
import { type Identities, identify } from './identity.ts'
import { planTable, type TablePlan } from './table-plan.ts'
import { insertRows, settleRows, updateRows } from './write-rows.ts'

interface Loaded {
  readonly plan: TablePlan
  readonly identities: Identities
}

/** @param links brings in the link tables, when all records are there and before computed fields are looked at */
export async function loadRecords(
  run: ImportRun,
  links: () => Promise<void>,
): Promise<{ differences: FieldDifference[]; brokenRules: BrokenRule[] }> {
  const order = new Map(tableMappings.map((m, i) => [m.model, i]))
  const names = await readExternalIds(run)
  const loaded: Loaded[] = []
  for (const mapping of tableMappings) {
    const plan = await planTable(run, mapping, order)
    if (!plan) continue
    run.tallies.set(mapping.table, new TableTally(mapping.table, mapping.model))
    run.progress(`importing ${mapping.table}`)
    const identities = await identify(run, plan, names)
    await insertRows(run, plan, identities)
    loaded.push({ plan, identities })
  }
  const taken = new Map<TablePlan, ReadonlySet<number>>()
  for (const { plan, identities } of loaded) taken.set(plan, await updateRows(run, plan, identities))
  run.progress('importing links')
  await links()
  for (const { plan, identities } of loaded) await settleRows(run, plan, identities, taken.get(plan) ?? new Set())
  await remember(run, loaded)
  await advanceIds(
    run,
    loaded.map(({ plan }) => plan.info.table),
  )
  return lookOver(run, loaded)
}

// What later imports of the same database, and people with old links, need to know.
async function remember(run: ImportRun, loaded: readonly Loaded[]): Promise<void> {
  for (const { plan } of loaded) {
    const pairs = [...run.ids.of(plan.mapping.model)]
    for (let i = 0; i < pairs.length; i += 10_000) {
      const part = pairs.slice(i, i + 10_000)
      await run.tx.query(sql`INSERT INTO hf_import_map (source, model, source_id, target_id)
        SELECT ${run.source}, ${plan.mapping.model}, s, t FROM unnest(${part.map((p) => p[0])}::int4[], ${part.map((p) => p[1])}::int4[]) AS p(s, t)
        ON CONFLICT (source, model, source_id) DO UPDATE SET target_id = excluded.target_id`)
    }
  }
}

async function lookOver(
  run: ImportRun,
  loaded: readonly Loaded[],
): Promise<{ differences: FieldDifference[]; brokenRules: BrokenRule[] }> {
  const differences: FieldDifference[] = []
  const brokenRules: BrokenRule[] = []
  for (const { plan, identities } of loaded) {
    const model = plan.mapping.model
    const ids = [...run.ids.of(model)]
      .filter(([source]) => identities.fates.get(source) !== 'before')
      .map(([, target]) => target)
    const imported = new Set(plan.fields.map((f) => f.field.name))
    run.progress(`checking ${model}`)
    differences.push(...(await checkComputed(run, plan.info, ids, imported)))
    brokenRules.push(...(await checkRules(run, plan.info, ids)))
  }
  return { differences, brokenRules }
}

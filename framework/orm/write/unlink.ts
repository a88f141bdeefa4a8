/** Deleting records, with what hangs on them. */

import { id, sql } from '../../sql/index.ts'
import { noteDelete } from '../audit/changes.ts'
import type { Env } from '../env.ts'
import { hangingOf } from '../query/hanging.ts'
import type { ModelInfo } from '../registry.ts'
import { clearReferences } from './dangling.ts'
import { change, requireModel, requireRecords } from './operation.ts'
import { markModified } from './recompute.ts'

/** Deletes the records; PostgreSQL's foreign keys carry out what the fields say (`ondelete`). */
export function unlinkRecords(env: Env, model: ModelInfo, ids: readonly number[]): Promise<void> {
  return change(env, async () => {
    requireModel(env, model, 'unlink')
    if (ids.length === 0) return
    await requireRecords(env, model.name, 'unlink', ids)
    await remove(env, model, [...new Set(ids)])
  })
}

async function remove(env: Env, model: ModelInfo, ids: readonly number[]): Promise<void> {
  const doomed = new Map<string, Set<number>>()
  await beforeRemoval(env, model, ids, doomed)
  for (const [name, gone] of doomed) {
    const document = env.registry.models.get(name)
    for (const other of env.registry.models.values())
      for (const { name: column, options } of other.fields.values())
        if (document && options.modelField !== undefined && mayHangOn(env, other, document))
          await env.db.query(
            sql`DELETE FROM ${id(other.table)} WHERE ${id(options.modelField)} = ${name} AND ${id(column)} = ANY(${[...gone]}::int4[])`,
          )
    await clearReferences(env, name, [...gone])
  }
  const direct = new Set(ids)
  const cascaded = [...doomed]
    .map(([name, gone]) => [name, [...gone].filter((n) => name !== model.name || !direct.has(n))] as const)
    .filter(([, gone]) => gone.length > 0)
  const { returning, noted, isOn } = noteDelete(
    env,
    model,
    cascaded.length === 0 ? {} : { cascaded: Object.fromEntries(cascaded) },
  )
  const statement = sql`DELETE FROM ${id(model.table)} t WHERE id = ANY(${[...ids]}::int4[])`
  await env.db.query(isOn ? sql`WITH done AS (${statement} RETURNING t.id${returning})${noted} SELECT 1` : statement)
  for (const [name, gone] of doomed) forget(env, name, gone)
}

function mayHangOn(env: Env, model: ModelInfo, document: ModelInfo): boolean {
  const hanging = hangingOf(env.registry, model)
  return !model.options.abstract && (hanging?.rights !== 'required' || hanging.documents.includes(document))
}

// Nothing is owed any more for records that are gone.
function forget({ state }: Env, model: string, gone: ReadonlySet<number>): void {
  for (const [key, pending] of state.pending)
    if (key.slice(0, key.lastIndexOf('.')) === model) for (const n of gone) pending.delete(n)
  const checks = state.afterChecks.splice(0)
  for (const check of checks)
    state.afterChecks.push(check.model === model ? { ...check, ids: check.ids.filter((n) => !gone.has(n)) } : check)
}

// Records that will be computed again lose their way to the deleted ones, so they are noted first; cascades are followed.
async function beforeRemoval(
  env: Env,
  model: ModelInfo,
  all: readonly number[],
  doomed: Map<string, Set<number>>,
): Promise<void> {
  const known = doomed.get(model.name) ?? new Set()
  const ids = all.filter((n) => !known.has(n))
  if (ids.length === 0) return
  doomed.set(model.name, new Set([...known, ...ids]))
  await markModified(env, model, ids, [...model.fields.keys()], { othersOnly: true })
  for (const other of env.registry.models.values()) {
    if (other.options.abstract) continue
    for (const field of other.fields.values()) {
      if (
        field.kind !== 'many2one' ||
        !field.column ||
        field.comodel !== model.name ||
        field.options.ondelete === 'restrict'
      )
        continue
      const interested =
        env.registry.triggers.has(`${other.name}.${field.name}`) || field.options.ondelete === 'cascade'
      if (!interested) continue
      const rows = await env.db.query<{ id: number }>(
        sql`SELECT id FROM ${id(other.table)} WHERE ${id(field.name)} = ANY(${[...ids]}::int4[])`,
      )
      const children = rows.map((r) => r.id)
      if (field.options.ondelete === 'cascade') await beforeRemoval(env, other, children, doomed)
      else await markModified(env, other, children, [field.name])
    }
  }
}

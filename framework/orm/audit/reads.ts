/** Entries about who read which records, for models of which reads are kept. All others pay a look into a map. */

import type { Env } from '../env.ts'
import type { Spec, Want } from '../query/spec.ts'

type Row = Readonly<Record<string, unknown>>

/** Notes what an answer to a caller shows. @param json its rows, as they came from the database */
export function noteRead(env: Env, spec: Spec, json: string): void {
  // The framework's own reading shows nobody anything.
  if (!env.isRecorded || env.system || env.grant.unlimited.has('read') || !concerns(env, spec)) return
  collect(env, spec, JSON.parse(json) as Row[])
}

function concerns(env: Env, spec: Spec): boolean {
  if (env.audited(spec.model.name)?.reads === true) return true
  for (const [name, want] of spec.wants) {
    if (spec.hidden.has(name) || want.field.comodel === undefined) continue
    if (want.inner ? concerns(env, want.inner) : isNamed(env, want)) return true
  }
  return false
}

/** Whether the answer shows names of records of which reads are kept. */
function isNamed(env: Env, { field, style }: Want): boolean {
  return style === 'pair' && field.kind === 'many2one' && env.audited(field.comodel ?? '')?.reads === true
}

function collect(env: Env, spec: Spec, rows: readonly Row[]): void {
  if (rows.length === 0) return
  if (env.audited(spec.model.name)?.reads === true) {
    const fields = [...spec.wants.keys()].filter((name) => !spec.hidden.has(name) && !name.startsWith('__'))
    note(
      env,
      spec.model.name,
      rows.map(({ id }) => id),
      fields,
    )
  }
  for (const [name, want] of spec.wants) {
    if (spec.hidden.has(name) || want.field.comodel === undefined) continue
    if (want.inner) {
      const inner = rows.flatMap((row) => (row[name] ?? []) as Row | readonly Row[])
      collect(
        env,
        want.inner,
        inner.filter((one) => typeof one === 'object' && one !== null),
      )
    } else if (isNamed(env, want))
      note(
        env,
        want.field.comodel,
        rows.map((row) => (Array.isArray(row[name]) ? (row[name] as unknown[])[0] : null)),
        ['display_name'],
      )
  }
}

function note(env: Env, model: string, ids: readonly unknown[], fields: readonly string[]): void {
  const shown = [...new Set(ids.filter((id): id is number => typeof id === 'number'))]
  if (shown.length > 0) env.record({ kind: 'record.read', model, ids: shown, what: { fields } })
}

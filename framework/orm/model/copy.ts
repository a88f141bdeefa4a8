/** Duplicates of records: own values and lists that are copied. */

import type { Env } from '../env.ts'
import type { FieldInfo, ModelInfo } from '../registry.ts'
import type { RecordSet } from './record-set.ts'
import type { RecordRow } from './records.ts'

/** Copies each record and returns the new ids. */
export async function copyRecords(records: RecordSet, overrides: Readonly<Record<string, unknown>>): Promise<number[]> {
  await records.check_access('read')
  const fields = copied(records.info, records.env).filter((field) => !(field.name in overrides))
  const loaded = await records.withContext({ active_test: false }).loadExisting(fields.map((f) => f.name))
  const byId = new Map(loaded.map((row) => [row.id, row]))
  const values: Record<string, unknown>[] = []
  for (const one of records.ids) {
    const row = byId.get(one)
    if (!row) await records.browse([one]).check_access('read')
    values.push({ ...(row ? await copyOf(records, fields, row) : {}), ...overrides })
  }
  return [...(await records.create(values as never)).ids]
}

const never = new Set(['id', 'display_name', 'create_uid', 'create_date', 'write_uid', 'write_date', 'parent_path'])

function copied(model: ModelInfo, env: Env): FieldInfo[] {
  return [...model.fields.values()].filter((field) => {
    if (never.has(field.name) || field.options.secret || field.options.copy === false) return false
    if (!env.grant.field(model.name, field.name, 'read') || !env.grant.field(model.name, field.name, 'create'))
      return false
    if (field.delegate) return !field.computed && field.kind !== 'one2many'
    if (field.computed && !field.options.editable) return false
    if (field.related) return false
    if (field.kind === 'one2many') return field.options.copy === true
    if (Object.values(model.options.inherits ?? {}).includes(field.name)) return false
    return true
  })
}

async function copyOf(
  records: RecordSet,
  fields: readonly FieldInfo[],
  row: RecordRow,
): Promise<Record<string, unknown>> {
  const values: Record<string, unknown> = {}
  for (const field of fields) {
    const value = row[field.name]
    if (field.kind === 'many2many') values[field.name] = [[6, 0, value ?? []]]
    else if (field.kind === 'one2many') {
      const lines = records.env.model(field.comodel ?? '', (value as number[] | null) ?? [])
      const inner = copied(lines.info, records.env).filter((f) => f.name !== field.inverse)
      const loaded = await lines.loadExisting(inner.map((f) => f.name))
      values[field.name] = await Promise.all(loaded.map(async (line) => [0, 0, await copyOf(lines, inner, line)]))
    } else if (value !== null) values[field.name] = value
  }
  return values
}

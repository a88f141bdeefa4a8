/** Counts per group and value, for the bar above a kanban column. */

import { InvalidRequestError } from '../../../errors.ts'
import type { Domain } from '../../domain/domain.ts'
import type { RecordSet } from '../record-set.ts'

/** `{ group key: { value: count } }`; values are those of `progress_bar.colors`. */
export async function progressBar(
  records: RecordSet,
  domain: Domain,
  groupBy: string,
  bar: Readonly<Record<string, unknown>>,
): Promise<Record<string, Record<string, number>>> {
  const { field, colors } = bar
  if (typeof field !== 'string' || colors === null || typeof colors !== 'object')
    throw new InvalidRequestError('ERR_PROGRESS_BAR', 'A progress bar names a field and the colors of its values.')
  const values = Object.keys(colors)
  const rows = await records.read_group(domain, [], [groupBy, field], 0, null, false, false)
  // Keys are what people typed: '__proto__' among them must stay a key, so maps until the end.
  const result = new Map<string, Map<string, number>>()
  for (const row of rows) {
    const key = groupKey(row[groupBy])
    const counts = result.get(key) ?? new Map(values.map((value) => [value, 0]))
    result.set(key, counts)
    const known = counts.get(String(row[field]))
    if (known !== undefined) counts.set(String(row[field]), known + Number(row.__count))
  }
  return Object.fromEntries([...result].map(([key, counts]) => [key, Object.fromEntries(counts)]))
}

// Keys as Odoo's client builds them: ids of relations, "False" for none.
function groupKey(value: unknown): string {
  if (Array.isArray(value)) return String(value[0])
  return value === false ? 'False' : value === true ? 'True' : String(value)
}

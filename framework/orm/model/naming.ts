/** Finding records by what people call them. */

import type { Domain } from '../domain/domain.ts'
import { andDomains } from '../domain/parse.ts'
import type { FieldInfo } from '../registry.ts'
import type { RecordSet } from './record-set.ts'
import type { RecordRow } from './records.ts'

/** Records whose name (or another of the model's `nameSearch` fields) compares with the text; rows of id and display name. */
export async function findByName(
  records: RecordSet,
  name: string,
  domain: Domain | null,
  operator: string | null,
  limit: number | null,
): Promise<RecordRow[]> {
  const match = name === '' ? [] : nameDomain(records, name, operator ?? 'ilike')
  return (await records.search_read(andDomains(match, domain), ['display_name'], 0, limit)).parse()
}

// A field that cannot hold the text is passed over; where records have no name at all, every one fits.
function nameDomain({ info }: RecordSet, name: string, operator: string): Domain {
  const names = info.options.nameSearch ?? [info.displayName]
  if (names.every((field) => field === 'id')) return []
  const fields = names.filter((field) => mayHold(info.fields.get(field), name))
  if (fields.length === 0) return [[0, '=', 1]]
  const isNegative = operator.startsWith('not') || operator === '!='
  return [
    ...fields.slice(1).map(() => (isNegative ? ('&' as const) : ('|' as const))),
    ...fields.map((field) => [field, operator, name] as const),
  ]
}

function mayHold(field: FieldInfo | undefined, text: string): boolean {
  switch (field?.kind) {
    case 'integer':
    case 'float':
    case 'monetary':
      return text.trim() !== '' && Number.isFinite(Number(text))
    case 'date':
    case 'datetime':
      return /^\d{4}-\d{2}-\d{2}/.test(text)
    default:
      return true
  }
}

/** Finding records by what people call them. */

import type { Domain } from '../domain/domain.ts'
import { andDomains } from '../domain/parse.ts'
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
  const fields = records.info.options.nameSearch ?? [records.info.displayName]
  operator ??= 'ilike'
  const negative = operator.startsWith('not') || operator === '!='
  const match: Domain =
    name === ''
      ? []
      : [
          ...fields.slice(1).map(() => (negative ? '&' : '|')),
          ...fields.map((field) => [field, operator, name] as const),
        ]
  return (await records.search_read(andDomains(match, domain), ['display_name'], 0, limit)).parse()
}

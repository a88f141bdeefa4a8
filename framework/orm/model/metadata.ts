/** What is known about records besides their fields: who made them, and under which external ids they go. */

import { sql } from '../../sql/index.ts'
import { requireRecords } from '../write/operation.ts'
import type { RecordSet } from './record-set.ts'
import type { RecordRow } from './records.ts'

interface ExternalId extends Record<string, unknown> {
  readonly xmlid: string
  readonly res_id: number
  readonly noupdate: boolean
}

/** `get_metadata`: authorship and external ids of each record. @throws AccessError when one is not the caller's to read */
export async function metadataOf(records: RecordSet): Promise<RecordRow[]> {
  const rows = (await records.read(['create_uid', 'create_date', 'write_uid', 'write_date'])).parse()
  const known = await externalIds(records)
  return rows.map((row) => {
    const own = known.filter((k) => k.res_id === row.id).map(({ xmlid, noupdate }) => ({ xmlid, noupdate }))
    return { ...row, xmlid: own[0]?.xmlid ?? false, noupdate: own[0]?.noupdate ?? false, xmlids: own }
  })
}

/** `get_external_id`: the first external id of each record, an empty text where there is none. */
export async function externalIdsOf(records: RecordSet): Promise<Record<number, string>> {
  await requireRecords(records.env, records.modelName, 'read', records.ids)
  const known = await externalIds(records)
  return Object.fromEntries(records.ids.map((id) => [id, known.find((k) => k.res_id === id)?.xmlid ?? '']))
}

function externalIds({ env, modelName, ids }: RecordSet): Promise<ExternalId[]> {
  return env.db.query<ExternalId>(
    sql`SELECT module || '.' || name AS xmlid, res_id, noupdate FROM ir_model_data WHERE model = ${modelName} AND res_id = ANY(${[...ids]}::int4[]) ORDER BY id`,
  )
}

/** Keeps aside what has no place in the target, so that nothing is dropped in silence. */

import { type Queryable, sql } from '../../../framework/sql/index.ts'
import type { SourceColumn } from '../dump/table-definition.ts'
import type { SourceRow } from '../dump/dump.ts'

export type AsideKind = 'row' | 'columns' | 'matched' | 'replaced'

/** Writes to hf_import_aside in batches. */
export class Aside {
  readonly #db: Queryable
  readonly #importId: number
  #batch: object[] = []
  #bytes = 0

  constructor(db: Queryable, importId: number) {
    this.#db = db
    this.#importId = importId
  }

  async keep(
    table: string,
    sourceId: number | null,
    kind: AsideKind,
    reason: string,
    row: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    const entry = { source_table: table, source_id: sourceId, kind, reason, row }
    this.#batch.push(entry)
    this.#bytes += JSON.stringify(row).length
    if (this.#batch.length >= 1000 || this.#bytes > 4 << 20) await this.flush()
  }

  async flush(): Promise<void> {
    if (this.#batch.length === 0) return
    const batch = JSON.stringify(this.#batch)
    this.#batch = []
    this.#bytes = 0
    await this.#db.query(sql`INSERT INTO hf_import_aside (import_id, source_table, source_id, kind, reason, row)
      SELECT ${this.#importId}::int4, r.source_table, r.source_id, r.kind, r.reason, r.row
      FROM jsonb_to_recordset(${batch}::jsonb) AS r(source_table text, source_id int4, kind text, reason text, row jsonb)`)
  }
}

/** A row as JSON: what JSON can hold exactly becomes a value, everything else stays PostgreSQL's text. Empty columns are left out. */
export function rowAsJson(
  columns: readonly SourceColumn[],
  row: SourceRow,
  without: ReadonlySet<string> = new Set(),
): Record<string, unknown> {
  const entries: [string, unknown][] = []
  columns.forEach(({ name, type }, i) => {
    const raw = row[i]
    if (raw !== null && raw !== undefined && !without.has(name)) entries.push([name, asJson(raw, type)])
  })
  return Object.fromEntries(entries)
}

function asJson(raw: string, type: string): unknown {
  if (type === 'boolean') return raw === 't'
  if (/^(integer|smallint)$/.test(type)) return Number(raw)
  if (type === 'json' || type === 'jsonb') {
    try {
      return JSON.parse(raw)
    } catch {
      return raw
    }
  }
  return raw
}

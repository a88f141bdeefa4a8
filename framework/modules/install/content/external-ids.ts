/** External ids (`sales.order_1`) and the ids behind them, kept in memory while data is loaded. */

import { InvalidRequestError } from '../../../errors.ts'
import { type Queryable, sql } from '../../../sql/index.ts'

export interface ExternalId {
  readonly model: string
  readonly id: number
}

/** All external ids of a tenant during an installation; new ones are written to `ir_model_data` by `save`. */
export class ExternalIds {
  readonly #known = new Map<string, ExternalId>()
  #fresh: { module: string; name: string; model: string; res_id: number; noupdate: boolean }[] = []

  /** Reads what is there; the ids of fields are left out (thousands, and no data refers to them). */
  static async read(tx: Queryable): Promise<ExternalIds> {
    const ids = new ExternalIds()
    const rows = await tx.query<{ module: string; name: string; model: string; res_id: number | null }>(
      sql`SELECT module, name, model, res_id FROM ir_model_data WHERE model <> 'ir.model.fields'`,
    )
    for (const row of rows)
      if (row.res_id !== null) ids.#known.set(`${row.module}.${row.name}`, { model: row.model, id: row.res_id })
    return ids
  }

  get(xmlid: string): ExternalId | undefined {
    return this.#known.get(xmlid)
  }

  /** @throws InvalidRequestError ERR_DATA_REF when nothing bears this external id */
  resolve(xmlid: string, from: string): number {
    const found = this.#known.get(xmlid)
    if (!found)
      throw new InvalidRequestError(
        'ERR_DATA_REF',
        `${from} refers to ${xmlid}, which no installed application provides.`,
      )
    return found.id
  }

  add(xmlid: string, model: string, id: number, noupdate: boolean): void {
    const dot = xmlid.indexOf('.')
    this.#known.set(xmlid, { model, id })
    this.#fresh.push({ module: xmlid.slice(0, dot), name: xmlid.slice(dot + 1), model, res_id: id, noupdate })
  }

  /** Writes what was added since the last time. */
  async save(tx: Queryable): Promise<void> {
    if (this.#fresh.length === 0) return
    const rows = JSON.stringify(this.#fresh)
    this.#fresh = []
    await tx.query(sql`
      INSERT INTO ir_model_data (module, name, model, res_id, noupdate, create_uid, create_date, write_uid, write_date)
      SELECT module, name, model, res_id, noupdate, 1, now() AT TIME ZONE 'UTC', 1, now() AT TIME ZONE 'UTC'
      FROM jsonb_to_recordset(${rows}::jsonb) AS r (module text, name text, model text, res_id int4, noupdate bool)
      ON CONFLICT (module, name) DO UPDATE SET model = excluded.model, res_id = excluded.res_id`)
  }
}

/** The full external id: the application's own name is put before one without a dot. */
export function fullXmlid(app: string, xmlid: string): string {
  return xmlid.includes('.') ? xmlid : `${app}.${xmlid}`
}

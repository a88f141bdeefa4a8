/** Rows for and from spreadsheets: `export_data` and `load`. */

import { AppError, InvalidRequestError, ValidationError } from '../../../errors.ts'
import { sql } from '../../../sql/index.ts'
import type { ModelInfo } from '../../registry.ts'
import type { RecordSet } from '../record-set.ts'

export interface ImportMessage {
  readonly type: 'error'
  readonly message: string
  readonly record: number
  readonly rows: { readonly from: number; readonly to: number }
  readonly field?: string
  readonly field_name?: string
}
export interface ImportResult {
  readonly ids: readonly number[] | false
  readonly messages: readonly ImportMessage[]
  readonly nextrow: number
}

/** Paths `id` (external id), `.id` (number), `field`, `field/id`, `field/sub`; a list of records takes further rows. */
export async function exportRows(records: RecordSet, paths: readonly string[]): Promise<{ datas: unknown[][] }> {
  const datas: unknown[][] = []
  const budget = { left: mostReads }
  if (paths.some((path) => path.split('/').length > deepestPath))
    throw new InvalidRequestError('ERR_EXPORT', `A path to export goes through ${deepestPath} fields at most.`)
  for (const one of records.ids)
    datas.push(
      ...(await exportOne(
        records.browse([one]),
        paths.map((p) => p.split('/')),
        budget,
      )),
    )
  return { datas }
}

/** Lists in lists multiply: bounds of one export. */
const deepestPath = 8
const mostReads = 200_000

async function exportOne(
  record: RecordSet,
  paths: readonly (readonly string[])[],
  budget: { left: number },
): Promise<unknown[][]> {
  if (--budget.left < 0) throw new InvalidRequestError('ERR_EXPORT', 'The export is too large; export fewer records.')
  const heads = [...new Set(paths.map(([head = '']) => (head === '.id' ? 'id' : head)))].filter((name) => name !== 'id')
  const [row] = (await record.read(['id', ...heads], null)).parse()
  if (!row) return []
  const first: unknown[] = paths.map(() => '')
  const rows: unknown[][] = [first]
  const lists = new Map<string, number[]>()
  for (let i = 0; i < paths.length; i++) {
    const [head = '', ...rest] = paths[i] ?? []
    if (head === '.id') first[i] = String(row.id)
    else if (head === 'id') first[i] = await externalId(record)
    else {
      const field = record.info.fields.get(head)
      const value = row[head]
      if (!field?.comodel) first[i] = value === false ? (field?.kind === 'boolean' ? false : '') : value
      else if (field.kind === 'many2one')
        first[i] = value
          ? ((
              await exportOne(
                record.env.model(field.comodel, [value as number]),
                [rest.length > 0 ? rest : ['display_name']],
                budget,
              )
            )[0]?.[0] ?? '')
          : ''
      else lists.set(head, value as number[])
    }
  }
  for (const [head, ids] of lists) {
    const comodel = record.info.fields.get(head)?.comodel ?? ''
    const columns = paths.map((path, i) => ({ path, i })).filter(({ path }) => path[0] === head)
    let at = 0
    for (const child of ids) {
      for (const line of await exportOne(
        record.env.model(comodel, [child]),
        columns.map(({ path }) => (path.length > 1 ? path.slice(1) : ['display_name'])),
        budget,
      )) {
        const target = rows[at] ?? paths.map(() => '')
        rows[at] = target
        columns.forEach(({ i }, k) => {
          target[i] = line[k]
        })
        at++
      }
    }
  }
  return rows
}

// A record that has none gets an external id on its first export, so that a later import finds it again.
async function externalId(record: RecordSet): Promise<string> {
  const { env, info } = record
  const [known] = await env.db.query<{ module: string; name: string }>(
    sql`SELECT module, name FROM ir_model_data WHERE model = ${info.name} AND res_id = ${record.id}::int4 ORDER BY id LIMIT 1`,
  )
  if (known) return `${known.module}.${known.name}`
  const name = `${info.table}_${record.id}_${crypto.randomUUID().slice(0, 8)}`
  await env.db.query(
    sql`INSERT INTO ir_model_data (module, name, model, res_id, noupdate, create_uid) VALUES ('__export__', ${name}, ${info.name}, ${record.id}::int4, FALSE, ${env.uid}::int4)`,
  )
  return `__export__.${name}`
}

/** Imports all rows or none; each faulty row gets a message. Existing external ids are updated. */
export async function importRows(
  records: RecordSet,
  fields: readonly string[],
  data: readonly (readonly string[])[],
): Promise<ImportResult> {
  const { env, info } = records
  if (!Array.isArray(data) || !data.every((row) => Array.isArray(row) && row.every(isCell)))
    throw new InvalidRequestError('ERR_IMPORT', 'The rows of an import are lists of texts.')
  const messages: ImportMessage[] = []
  const ids: number[] = []
  const checked = env.state.afterChecks.length
  const run = async () => {
    for (let i = 0; i < data.length; i++) {
      try {
        const made = async () => ids.push(await importRow(records, fields, data[i] ?? []))
        await (env.tx ? env.tx.savepoint(made) : made())
      } catch (error) {
        if (!(error instanceof AppError)) throw error
        // What the undone row left to be computed and checked is gone with it.
        env.state.pending.clear()
        env.state.afterChecks.splice(checked)
        const about = error.detail as { field?: string; field_name?: string } | undefined
        messages.push({
          type: 'error',
          message: error.message,
          record: i,
          rows: { from: i, to: i },
          ...(about?.field ? { field: about.field, field_name: about.field_name ?? about.field } : {}),
        })
      }
    }
    if (messages.length > 0) throw new ImportFailed()
  }
  try {
    await (env.tx ? env.tx.savepoint(run) : run())
  } catch (error) {
    if (!(error instanceof ImportFailed)) throw error
    env.state.pending.clear()
    env.state.afterChecks.splice(checked)
    return { ids: false, messages, nextrow: 0 }
  }
  void info
  return { ids, messages, nextrow: 0 }
}

// Clients send numbers and booleans for cells, too.
function cellText(value: unknown): string {
  return value === null || value === undefined || value === false ? '' : String(value)
}

function isCell(value: unknown): boolean {
  return value === null || typeof value !== 'object'
}

class ImportFailed extends Error {}

async function importRow(records: RecordSet, fields: readonly string[], row: readonly string[]): Promise<number> {
  const { env, info } = records
  const values = Object.create(null) as Record<string, unknown>
  let xmlid: string | undefined
  let number: number | undefined
  for (let i = 0; i < fields.length; i++) {
    const path = (fields[i] ?? '').split('/')
    const text = cellText(row[i])
    if (path[0] === 'id') xmlid = text || undefined
    else if (path[0] === '.id') number = text ? Number(text) : undefined
    else if (path[0]) values[path[0]] = await importValue(records, info, path, text)
  }
  const existing = number ?? (xmlid ? await findExternal(records, xmlid) : undefined)
  if (existing !== undefined) {
    await records.browse([existing]).write(values as never)
    return existing
  }
  const made = await records.create(values as never)
  if (xmlid) {
    const [module, name] = splitExternal(xmlid)
    // Names of applications are theirs: a record under such a name would pass for one that the application ships.
    if (module !== '__import__' && !env.grant.seesExistence) {
      throw new ValidationError(
        'ERR_IMPORT_NAME',
        `The external id '${xmlid}' belongs to the application '${module}'; leave out the part before the dot.`,
      )
    }
    await env.db.query(
      sql`INSERT INTO ir_model_data (module, name, model, res_id, noupdate, create_uid) VALUES (${module}, ${name}, ${info.name}, ${made.id}::int4, FALSE, ${env.uid}::int4)`,
    )
  }
  return made.id
}

async function findExternal(records: RecordSet, xmlid: string, model = records.info.name): Promise<number | undefined> {
  const [module, name] = splitExternal(xmlid)
  const [row] = await records.env.db.query<{ res_id: number }>(
    sql`SELECT res_id FROM ir_model_data WHERE module = ${module} AND name = ${name} AND model = ${model}`,
  )
  return row?.res_id
}

async function importValue(
  records: RecordSet,
  info: ModelInfo,
  path: readonly string[],
  text: string,
): Promise<unknown> {
  const field = info.fields.get(path[0] ?? '')
  if (!field) return text
  if (text === '') return false
  if (field.kind === 'boolean') return ['1', 'true', 'yes', 'y', 't'].includes(text.toLowerCase())
  if (field.kind === 'selection')
    return (
      field.selection?.find(([key, label]) => key === text || label.toLowerCase() === text.toLowerCase())?.[0] ?? text
    )
  if (field.kind === 'integer' || field.kind === 'float' || field.kind === 'monetary') {
    const n = Number(text)
    if (!Number.isFinite(n) || (field.kind === 'integer' && !Number.isInteger(n))) {
      throw new ValidationError(
        'ERR_IMPORT_NUMBER',
        `'${text}' does not seem to be ${field.kind === 'integer' ? 'an integer' : 'a number'} for field '${field.label}'`,
        { detail: { field: field.name, field_name: field.label } },
      )
    }
    return n
  }
  if (!field.comodel) return text
  const one = (part: string) => resolve(records, field.comodel ?? '', path[1], part.trim())
  if (field.kind === 'many2one') return one(text)
  return [[6, 0, await Promise.all(text.split(',').map(one))]]
}

async function resolve(records: RecordSet, model: string, how: string | undefined, text: string): Promise<number> {
  if (how === '.id') return Number(text)
  if (how === 'id') {
    const found = await findExternal(records, text, model)
    if (found === undefined || (await records.env.model(model, [found]).exists()).length === 0)
      throw new ValidationError('ERR_IMPORT_REFERENCE', `No matching record found for external id '${text}'.`)
    return found
  }
  const [match] = await records.env.model(model).name_search(text, null, '=', 2)
  if (!match) throw new ValidationError('ERR_IMPORT_REFERENCE', `No matching record found for name '${text}'.`)
  return match[0]
}

function splitExternal(xmlid: string): [string, string] {
  const dot = xmlid.indexOf('.')
  return dot < 0 ? ['__import__', xmlid] : [xmlid.slice(0, dot), xmlid.slice(dot + 1)]
}

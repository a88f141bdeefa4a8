/** `load`: rows of a spreadsheet become records, all of them or none, with a message for each fault. */

import { AppError, ValidationError } from '../../../errors.ts'
import type { Env } from '../../env.ts'
import type { ModelInfo } from '../../registry.ts'
import type { RecordSet } from '../record-set.ts'
import { findExternalIds, noteExternalIds, splitExternalId } from './external-ids.ts'
import { References } from './import-references.ts'
import { cellsOf, type ImportedRecord, pathsOf, recordsIn } from './import-rows.ts'
import { CellFault, cellValue, shown } from './import-values.ts'

type Values = Record<string, unknown>

/** About a record of the import; `rows` are its rows, counted from 0. */
export interface ImportMessage {
  readonly type: 'error' | 'warning'
  readonly message: string
  readonly record: number
  readonly rows: { readonly from: number; readonly to: number }
  readonly field?: string
  readonly field_name?: string
  /** What helps to mend the cell: choices, or the form of a date. */
  readonly moreinfo?: unknown
}
export interface ImportResult {
  readonly ids: readonly number[] | false
  readonly messages: readonly ImportMessage[]
  readonly nextrow: number
}

/** Imports all rows or none. Records with a known external id or number are updated. */
export async function importRows(records: RecordSet, fields: readonly string[], data: unknown): Promise<ImportResult> {
  const { env, info } = records
  const found = recordsIn(env.registry, info, pathsOf(fields), cellsOf(data))
  const messages: ImportMessage[] = []
  const ids: number[] = []
  try {
    await undone(env, async () => {
      ids.push(...(await new Import(records, messages).all(found)))
      if (messages.some(({ type }) => type === 'error')) throw new ImportFailed()
    })
  } catch (error) {
    if (!(error instanceof ImportFailed)) throw error
    return { ids: false, messages, nextrow: 0 }
  }
  env.record({ kind: 'data.imported', model: info.name, ids, what: { fields, count: ids.length } })
  return { ids, messages, nextrow: 0 }
}

class ImportFailed extends Error {}

/** A record ready to be written, and where it stands. */
interface Ready {
  readonly at: number
  readonly record: ImportedRecord
  readonly values: Values
}

class Import {
  readonly #records: RecordSet
  readonly #messages: ImportMessage[]
  readonly #references: References

  constructor(records: RecordSet, messages: ImportMessage[]) {
    this.#records = records
    this.#messages = messages
    this.#references = new References(records.env)
  }

  async all(list: readonly ImportedRecord[]): Promise<number[]> {
    const { env, info } = this.#records
    const ready: Ready[] = []
    for (const [at, record] of list.entries()) {
      const before = this.#messages.length
      const values = await this.#valuesOf(info, record, at)
      if (!this.#messages.slice(before).some(({ type }) => type === 'error')) ready.push({ at, record, values })
    }
    const named = ready.flatMap(({ record }) => (record.xmlid && !record.dbid ? [record.xmlid] : []))
    const known = new Map(await findExternalIds(env, info.name, named))
    const ids = new Map<number, number>()
    // Of two records with one name the first is made, the second changes it.
    const seen = new Set(known.keys())
    const news = new Set<Ready>()
    for (const one of ready) {
      const { dbid, xmlid } = one.record
      if (!dbid && (!xmlid || !seen.has(xmlid))) news.add(one)
      if (xmlid) seen.add(xmlid)
    }
    const made = await this.#create([...news])
    for (const { at, record } of news) {
      const id = made.get(at)
      if (id === undefined) continue
      ids.set(at, id)
      if (record.xmlid) known.set(record.xmlid, id)
    }
    for (const one of ready) {
      if (news.has(one)) continue
      const id = await this.#attempt(one, () => this.#update(one, known))
      if (id !== undefined) ids.set(one.at, id)
    }
    return [...ids].sort(([a], [b]) => a - b).map(([, id]) => id)
  }

  // All at once; when that fails, one after the other, to tell which is at fault.
  async #create(list: readonly Ready[]): Promise<ReadonlyMap<number, number>> {
    const made = new Map<number, number>()
    if (list.length === 0) return made
    try {
      const ids = await undone(this.#records.env, () => this.#createAll(list))
      for (const [i, { at }] of list.entries()) made.set(at, ids[i] as number)
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      for (const one of list) {
        const [id] = (await this.#attempt(one, () => this.#createAll([one]))) ?? []
        if (id !== undefined) made.set(one.at, id)
      }
    }
    return made
  }

  async #createAll(list: readonly Ready[]): Promise<readonly number[]> {
    const { env, info } = this.#records
    for (const { record } of list) requireOwnName(env, record.xmlid)
    const { ids } = await this.#records.create(list.map(({ values }) => values) as never)
    const named = list.flatMap(({ record: { xmlid } }, i) => (xmlid ? [{ xmlid, id: ids[i] as number }] : []))
    await noteExternalIds(env, info.name, named)
    return ids
  }

  async #update({ record, values }: Ready, known: ReadonlyMap<string, number>): Promise<number> {
    const { info } = this.#records
    const id = record.dbid ? await this.#references.existing(info.name, record.dbid, '.id') : known.get(record.xmlid)
    if (id === undefined)
      throw new ValidationError('ERR_IMPORT_REFERENCE', `Unknown database identifier '${shown(record.dbid)}'`, {
        detail: { field: '.id', field_name: '.id' },
      })
    await this.#records.browse([id]).write(values as never)
    return id
  }

  async #attempt<T>({ at, record }: Ready, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await undone(this.#records.env, work)
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      const about = error.detail as { field?: string; field_name?: string } | undefined
      const field = about?.field ? { field: about.field, field_name: about.field_name ?? about.field } : {}
      this.#say(at, record, 'error', error.message, field)
      return undefined
    }
  }

  #say(at: number, { from, to }: ImportedRecord, type: ImportMessage['type'], message: string, more: object): void {
    this.#messages.push({ rows: { from, to }, type, record: at, ...more, message })
  }

  async #valuesOf(info: ModelInfo, record: ImportedRecord, at: number): Promise<Values> {
    const values = Object.create(null) as Values
    for (const [name, reference] of record.cells) {
      const field = info.fields.get(name)
      const about = { field: name, field_name: field?.label ?? name }
      const warn = (message: string) => this.#say(at, record, 'warning', message, about)
      try {
        if (!field) values[name] = reference.text
        else if (field.kind === 'many2one') values[name] = await this.#references.one(field, reference, warn)
        else if (field.comodel)
          values[name] =
            reference.text === '' ? false : [[6, 0, await this.#references.several(field, reference, warn)]]
        else values[name] = cellValue(this.#records.env, field, reference.text)
      } catch (error) {
        if (!(error instanceof CellFault)) throw error
        const more = error.moreinfo === undefined ? {} : { moreinfo: error.moreinfo }
        this.#say(at, record, 'error', error.message, { ...about, ...more })
      }
    }
    for (const [name, list] of record.lists) values[name] = await this.#commands(info, name, list, at)
    return values
  }

  // Lines with an external id or number of their own are changed, the others are made.
  async #commands(info: ModelInfo, name: string, list: readonly ImportedRecord[], at: number): Promise<unknown[]> {
    const field = info.fields.get(name)
    const comodel = this.#records.env.registry.models.get(field?.comodel ?? '')
    const commands: unknown[] = []
    if (!field || !comodel) return commands
    for (const line of list) {
      const values = await this.#valuesOf(comodel, line, at)
      if (!line.xmlid && !line.dbid) {
        commands.push([0, 0, values])
        continue
      }
      const [text, by] = line.dbid ? ([line.dbid, '.id'] as const) : ([line.xmlid, 'id'] as const)
      const id = await this.#references.existing(comodel.name, text, by)
      if (id !== undefined) commands.push([4, id], [1, id, values])
      else
        this.#say(at, line, 'error', `No matching record found for '${shown(text)}' in field '${field.label}'`, {
          field: name,
          field_name: field.label,
        })
    }
    return commands
  }
}

// Names of applications are theirs: a record under such a name would pass for one that the application ships.
function requireOwnName(env: Env, xmlid: string): void {
  if (!xmlid) return
  const [module] = splitExternalId(xmlid)
  if (module !== '__import__' && !env.grant.seesExistence)
    throw new ValidationError(
      'ERR_IMPORT_NAME',
      `The external id '${shown(xmlid)}' belongs to the application '${module}'; leave out the part before the dot.`,
    )
}

/** Runs `work`; when it fails, what it wrote and what it left to be computed and checked are gone with it. */
async function undone<T>(env: Env, work: () => Promise<T>): Promise<T> {
  const pending = [...env.state.pending].map(([key, ids]) => [key, new Set(ids)] as const)
  const checked = env.state.afterChecks.length
  try {
    return await (env.tx ? env.tx.savepoint(work) : work())
  } catch (error) {
    env.state.pending.clear()
    for (const [key, ids] of pending) env.state.pending.set(key, ids)
    env.state.afterChecks.splice(checked)
    throw error
  }
}

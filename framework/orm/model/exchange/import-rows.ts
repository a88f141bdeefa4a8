/** The rows of an import as records: a record takes further rows for its lists. */

import { InvalidRequestError } from '../../../errors.ts'
import type { ModelInfo, ModelRegistry } from '../../registry.ts'

/** A cell as text; clients send numbers and booleans, too. */
export type Cell = string

export interface ImportedRecord {
  /** Cells by field; of a one2many the records below. A relation's cell knows how it names its record. */
  readonly cells: ReadonlyMap<string, Reference>
  readonly lists: ReadonlyMap<string, readonly ImportedRecord[]>
  /** External id and number that the rows give the record. */
  readonly xmlid: Cell
  readonly dbid: Cell
  readonly from: number
  readonly to: number
}

export interface Reference {
  readonly text: Cell
  /** By name, external id or number. */
  readonly by: 'name' | 'id' | '.id'
}

const deepest = 8

/** @throws InvalidRequestError ERR_IMPORT when the data is no table */
export function cellsOf(data: unknown): Cell[][] {
  if (!Array.isArray(data) || !data.every((row) => Array.isArray(row) && row.every(isCell)))
    throw new InvalidRequestError('ERR_IMPORT', 'The rows of an import are lists of texts.')
  return data.map((row: unknown[]) =>
    row.map((value) => (value === null || value === undefined || value === false ? '' : String(value))),
  )
}

function isCell(value: unknown): boolean {
  return value === null || typeof value !== 'object'
}

/** `child_ids/name`, `country_id/id`, `.id` as steps; `country_id:id` and `country_id.id` are other ways to write them. */
export function stepsOf(field: string): string[] {
  return field
    .replace(/([^/])\.id$/, '$1/.id')
    .replace(/([^/]):id$/, '$1/id')
    .split('/')
}

/** The steps of each field. @throws InvalidRequestError ERR_IMPORT */
export function pathsOf(fields: readonly string[]): string[][] {
  return fields.map((field) => {
    const path = stepsOf(field)
    if (path.some((part) => part === '') || path.length > deepest)
      throw new InvalidRequestError('ERR_IMPORT', `'${field.slice(0, 80)}' is no field that can be imported.`)
    return path
  })
}

/** Groups rows into records: a row in which only cells of lists are filled belongs to the record above. */
export function recordsIn(
  registry: ModelRegistry,
  info: ModelInfo,
  paths: readonly (readonly string[])[],
  rows: readonly (readonly Cell[])[],
  first = 0,
): ImportedRecord[] {
  const isInList = paths.map(([head = '', ...rest]) => rest.length > 0 && info.fields.get(head)?.kind === 'one2many')
  const found: ImportedRecord[] = []
  for (let at = 0; at < rows.length; ) {
    const start = at++
    const own = (row: readonly Cell[]) => row.some((cell, i) => cell !== '' && !isInList[i])
    const listed = (row: readonly Cell[]) => row.some((cell, i) => cell !== '' && isInList[i])
    if (!own(rows[start] ?? []) && !listed(rows[start] ?? [])) continue
    while (at < rows.length && !own(rows[at] ?? []) && listed(rows[at] ?? [])) at++
    found.push(oneRecord(registry, info, paths, rows.slice(start, at), first + start))
  }
  return found
}

function oneRecord(
  registry: ModelRegistry,
  info: ModelInfo,
  paths: readonly (readonly string[])[],
  rows: readonly (readonly Cell[])[],
  from: number,
): ImportedRecord {
  const cells = new Map<string, Reference>()
  const columns = new Map<string, number[]>()
  let xmlid = ''
  let dbid = ''
  paths.forEach(([head = '', ...rest], i) => {
    const text = rows[0]?.[i] ?? ''
    if (head === 'id') xmlid = text
    else if (head === '.id') dbid = text
    else if (rest.length > 0 && info.fields.get(head)?.kind === 'one2many')
      columns.set(head, [...(columns.get(head) ?? []), i])
    else cells.set(head, { text, by: rest[0] === 'id' || rest[0] === '.id' ? rest[0] : 'name' })
  })
  const lists = new Map<string, readonly ImportedRecord[]>()
  for (const [head, at] of columns) {
    const comodel = registry.models.get(info.fields.get(head)?.comodel ?? '')
    if (!comodel) continue
    const inner = at.map((i) => paths[i]?.slice(1) ?? [])
    const below = rows.map((row) => at.map((i) => row[i] ?? ''))
    lists.set(head, recordsIn(registry, comodel, inner, below, from))
  }
  return { cells, lists, xmlid, dbid, from, to: from + rows.length - 1 }
}

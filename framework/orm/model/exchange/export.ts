/** `export_data`: records as rows for a spreadsheet. */

import { InvalidRequestError } from '../../../errors.ts'
import type { FieldInfo } from '../../registry.ts'
import type { RecordSet } from '../record-set.ts'
import type { RecordRow } from '../records.ts'
import { ensureExternalIds } from './external-ids.ts'
import { stepsOf } from './import-rows.ts'

type Path = readonly string[]
type Row = unknown[]

/** Lists in lists multiply: bounds of one export. */
const deepestPath = 8
const mostRows = 200_000

/** Paths `id` (external id), `.id` (number), `field`, `field/id`, `field/sub`; a list of records takes further rows. */
export async function exportRows(records: RecordSet, paths: readonly string[]): Promise<{ datas: unknown[][] }> {
  const split = paths.map(stepsOf)
  if (split.some((path) => path.length > deepestPath))
    throw new InvalidRequestError('ERR_EXPORT', `A path to export goes through ${deepestPath} fields at most.`)
  const budget = { left: mostRows }
  const byId = await exportAll(records, split, records.env.context.import_compat !== false, budget)
  records.env.record({
    kind: 'data.exported',
    model: records.modelName,
    ids: records.ids,
    what: { fields: paths, count: new Set(records.ids).size },
  })
  return { datas: records.ids.flatMap((id) => byId.get(id) ?? []) }
}

// The rows of each record: the first holds its own values, the others what its lists need beyond.
async function exportAll(
  records: RecordSet,
  paths: readonly Path[],
  isForImport: boolean,
  budget: { left: number },
): Promise<ReadonlyMap<number, readonly Row[]>> {
  budget.left -= records.ids.length
  if (budget.left < 0) throw new InvalidRequestError('ERR_EXPORT', 'The export is too large; export fewer records.')
  const unique = records.browse([...new Set(records.ids)])
  const heads = [...new Set(paths.map(([head = '']) => head))].filter((head) => !['id', '.id', ''].includes(head))
  const rows = (await unique.read(['id', ...heads], null)).parse()
  const names = paths.some(([head]) => head === 'id')
    ? await ensureExternalIds(
        records.env,
        records.info,
        rows.map((row) => row.id),
      )
    : new Map<number, string>()
  const relations = new Map<string, Relation>()
  for (const head of heads) {
    const field = records.info.fields.get(head)
    if (field?.comodel) relations.set(head, await related(records, field, rows, paths, isForImport, budget))
  }
  return new Map(rows.map((row) => [row.id, rowsOf(records, row, paths, relations, names)]))
}

/** What is exported of the records behind a field, by their ids; `joined`: all of them in one cell. */
interface Relation {
  readonly rows: ReadonlyMap<number, readonly Row[]>
  readonly joined: boolean
  readonly columns: readonly number[]
}

async function related(
  records: RecordSet,
  field: FieldInfo,
  rows: readonly RecordRow[],
  paths: readonly Path[],
  isForImport: boolean,
  budget: { left: number },
): Promise<Relation> {
  const ids = rows.flatMap((row) => idsIn(row[field.name]))
  const others = records.env.model(field.comodel ?? '', ids)
  const columns = paths.flatMap(([head], i) => (head === field.name ? [i] : []))
  const rest = columns.map((i) => paths[i]?.slice(1) ?? []).map((path) => (path.length > 0 ? path : ['display_name']))
  // For an import, links stand in one cell: external ids or names, with commas between.
  const joined = isForImport && field.kind === 'many2many'
  const at = joined ? Math.max(0, ...['display_name', 'name', 'id'].map((n) => rest.findIndex(([p]) => p === n))) : 0
  const wanted = joined ? [[rest[at]?.[0] === 'id' ? 'id' : 'display_name']] : rest
  const found = await exportAll(others, wanted, isForImport, budget)
  return { rows: found, joined, columns: joined ? [columns[at] ?? 0] : columns }
}

function rowsOf(
  { info }: RecordSet,
  row: RecordRow,
  paths: readonly Path[],
  relations: ReadonlyMap<string, Relation>,
  names: ReadonlyMap<number, string>,
): Row[] {
  const first: Row = paths.map(([head = '']) => {
    if (head === '.id') return String(row.id)
    if (head === 'id') return names.get(row.id) ?? ''
    if (relations.has(head)) return ''
    const value = row[head]
    return value === false && info.fields.get(head)?.kind !== 'boolean' ? '' : (value ?? '')
  })
  const more: Row[] = []
  for (const [head, { rows, joined, columns }] of relations) {
    const lines = idsIn(row[head]).map((id) => rows.get(id) ?? [])
    if (joined) {
      first[columns[0] ?? 0] = lines.map((line) => String(line[0]?.[0] ?? '')).join(',')
      continue
    }
    // The first line stands beside the record, each further one in a row of its own.
    lines.flat().forEach((line, n) => {
      const target = n === 0 ? first : paths.map(() => '' as unknown)
      columns.forEach((column, k) => {
        target[column] = line[k]
      })
      if (n > 0) more.push(target)
    })
  }
  return [first, ...more]
}

function idsIn(value: unknown): number[] {
  return Array.isArray(value) ? (value as number[]) : typeof value === 'number' ? [value] : []
}

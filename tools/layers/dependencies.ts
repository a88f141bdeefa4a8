// docs/dependencies.md is the list of packages under review: every package and the rooms that may import it.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { resolve } from './engine.ts'
import type { Fault, Source } from './tree.ts'

const doc = 'docs/dependencies.md'

interface Row {
  readonly rooms: readonly string[]
  readonly line: number
}

/** Compares package.json, the imports of all files and the rows of the document with each other. */
export function checkDependencies(root: string, sources: readonly Source[]): Fault[] {
  const path = join(root, doc)
  if (!existsSync(path)) return [{ file: doc, line: 1, rule: 'dependency', message: 'is missing' }]
  const rows = readRows(readFileSync(path, 'utf8'))
  const declared = declaredPackages(root)
  const faults: Fault[] = []
  for (const name of declared) {
    if (!rows.has(name))
      faults.push({ file: 'package.json', line: 1, rule: 'dependency', message: `${name} has no row in ${doc}` })
  }
  for (const [name, { line }] of rows) {
    if (!declared.has(name)) {
      faults.push({ file: doc, line, rule: 'dependency', message: `${name} is not in package.json: remove the row` })
    }
  }
  for (const source of sources) {
    for (const one of source.imports) {
      const target = one.specifier === null ? null : resolve(source.path, one.specifier)
      if (target?.kind !== 'package') continue
      const message = refuse(target.name, source, rows)
      if (message) faults.push({ file: source.path, line: one.line, rule: 'dependency', message })
    }
  }
  return faults
}

function refuse(name: string, source: Source, rows: ReadonlyMap<string, Row>): string | null {
  const row = rows.get(name)
  if (!row) return `${name} has no row in ${doc}`
  const area = source.room.split('/', 1)[0] as string
  const isListed =
    row.rooms.includes(source.room) || row.rooms.includes(area) || (source.isTest && row.rooms.includes('tests'))
  return isListed ? null : `${doc} does not name ${source.isTest ? 'tests' : source.room} as an importer of ${name}`
}

/** Rows look like: | `name` | why | `room`, `room` | what it may touch | */
function readRows(text: string): Map<string, Row> {
  const rows = new Map<string, Row>()
  for (const [index, line] of text.split('\n').entries()) {
    const cells = line.split('|').map((cell) => cell.trim())
    const names = ticked(cells[1] ?? '')
    if (cells.length < 6 || names.length === 0) continue
    for (const name of names) rows.set(name, { rooms: ticked(cells[3] ?? ''), line: index + 1 })
  }
  return rows
}

function ticked(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1] as string)
}

function declaredPackages(root: string): Set<string> {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<string, object | undefined>
  const kinds = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies']
  return new Set(kinds.flatMap((kind) => Object.keys(manifest[kind] ?? {})))
}

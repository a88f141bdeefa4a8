/** The last figures of each part, as data beside the page that is made of them: a run renews its own part only. */

import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { AuditFigures } from '../parts/audit.ts'
import type { GrowthFigures } from '../parts/growth.ts'
import type { IdleFigures } from '../parts/idle.ts'
import type { ProcessFigures } from '../parts/processes.ts'
import type { SandboxFigures } from '../parts/sandbox.ts'
import type { Result } from './result.ts'

/** Every part with what it keeps. */
export interface Parts {
  readonly operations: Result
  readonly rows: Result
  readonly growth: GrowthFigures
  readonly processes: ProcessFigures
  readonly idle: IdleFigures
  readonly audit: AuditFigures
  readonly sandbox: SandboxFigures
}

/** Folder of the page's data and graphs. */
export const figuresFolder = resolve(import.meta.dirname, '../../../docs/benchmarks')

/** The part as the last run left it; `null` before the first. */
export async function readPart<P extends keyof Parts>(part: P): Promise<Parts[P] | null> {
  const text = await readFile(join(figuresFolder, `${part}.json`), 'utf8').catch(() => null)
  return text === null ? null : (JSON.parse(text) as Parts[P])
}

/** Figures are kept to four digits: more would be noise in the history of the file. */
export async function writePart<P extends keyof Parts>(part: P, value: Parts[P]): Promise<void> {
  await mkdir(figuresFolder, { recursive: true })
  const text = JSON.stringify(
    value,
    (_key, item) => (typeof item === 'number' && !Number.isInteger(item) ? Number(item.toPrecision(4)) : item),
    1,
  )
  await writeFile(join(figuresFolder, `${part}.json`), `${text}\n`)
}

/** A run of some operations: its rows in place of the older ones of the same operations, the others as they were. */
export function mergeResults(older: Result | null, newer: Result): Result {
  if (older === null) return newer
  const renewed = new Set(newer.rows.map(({ key }) => key))
  const rows = [...older.rows.filter(({ key }) => !renewed.has(key)), ...newer.rows]
  return { ...newer, rows: rows.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)) }
}

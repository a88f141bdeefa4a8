// The table of error codes, docs/errors.md, held against the code both ways.
//   tools/docs/errors.ts          says what differs
//   tools/docs/errors.ts write    adds new codes (their meaning is left to be written), drops old ones, sets class and status
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Fault, readSources, type Source } from '../layers/tree.ts'

const page = 'docs/errors.md'
const areas = ['framework', 'apps', 'platform']

/** Codes of Node's own errors that our code compares with. */
const foreign = new Set([
  'ERR_ENCODING_INVALID_ENCODED_DATA',
  'ERR_HTTP_REQUEST_TIMEOUT',
  'ERR_PARSE_ARGS_UNKNOWN_OPTION',
])

/** Codes that are put together at run time, by the text that they begin with in the source. */
const composed: Readonly<Record<string, readonly string[]>> = {
  'ERR_ACCESS_${operation.toUpperCase()}`': ['READ', 'WRITE', 'CREATE', 'UNLINK'].map((one) => `ERR_ACCESS_${one}`),
  'ERR_ACCESS_${operation.toUpperCase()}_RECORDS`': ['READ', 'WRITE', 'CREATE', 'UNLINK'].map(
    (one) => `ERR_ACCESS_${one}_RECORDS`,
  ),
  "ERR_CONSTRAINT_${kind.toUpperCase().replace('-', '_')}`": ['UNIQUE', 'NOT_NULL', 'FOREIGN_KEY', 'CHECK'].map(
    (one) => `ERR_CONSTRAINT_${one}`,
  ),
  // Errors of the operating system, such as ERR_ENOSPC: the command line tells them in words; the page has one sentence.
  'ERR_${code}`': [],
}

/** One code of the source. */
export interface ErrorCode {
  readonly code: string
  /** Room that it is thrown in, such as `framework/orm`. */
  readonly room: string
  /** Class and status where the source names them beside the code; null where a helper decides. */
  readonly class: string | null
  readonly status: number | null
}

/** One row of the page. */
export interface ErrorRow {
  readonly code: string
  readonly line: number
  readonly class: string
  readonly status: string
  readonly meaning: string
  readonly advice: string
}

/** All stable codes that the sources below `root` can throw, sorted. */
export function findCodes(sources: readonly Source[]): { codes: ErrorCode[]; faults: Fault[] } {
  const statuses = statusesOf(sources)
  const codes = new Map<string, ErrorCode>()
  const faults: Fault[] = []
  const add = (code: string, room: string, className: string | null): void => {
    const known = codes.get(code)
    const name = known?.class ?? className
    codes.set(code, { code, room: known?.room ?? room, class: name, status: statuses.get(name ?? '') ?? null })
  }
  for (const source of sources) {
    if (source.isTest || source.path.includes('/testing/')) continue
    for (const [index, token] of source.tokens.entries()) {
      if ((token.kind !== 'string' && token.kind !== 'template') || token.text === null) continue
      if (!/^ERR_[A-Z0-9_]*[A-Z0-9]$/.test(token.text) || foreign.has(token.text)) continue
      const [made, name] = [source.tokens[index - 3]?.text, source.tokens[index - 2]?.text ?? '']
      const isThrown = made === 'new' && source.tokens[index - 1]?.text === '(' && statuses.has(name)
      add(token.text, source.room, isThrown ? name : null)
    }
    for (const match of source.text.matchAll(/(?:new (\w+)\(|super\()?\s*`(ERR_\w*\$\{.*?`)/g)) {
      const parts = composed[match[2] ?? '']
      const line = source.text.slice(0, match.index).split('\n').length
      if (parts) for (const code of parts) add(code, source.room, match[1] ?? 'ValidationError')
      else
        faults.push({
          file: source.path,
          line,
          rule: 'errors',
          message: `tools/docs/errors.ts does not know which codes \`${match[2]} can become`,
        })
    }
  }
  return { codes: [...codes.values()].sort((a, b) => (a.code < b.code ? -1 : 1)), faults }
}

// Classes of errors.ts and those that other files derive from them.
function statusesOf(sources: readonly Source[]): Map<string, number> {
  const statuses = new Map<string, number>()
  for (const { text } of sources) {
    for (const match of text.matchAll(/class (\w+) extends AppError \{\s*readonly status = (\d+)/g))
      statuses.set(match[1] as string, Number(match[2]))
  }
  for (const { text } of sources) {
    for (const match of text.matchAll(/class (\w+) extends (\w+)/g)) {
      const status = statuses.get(match[2] as string)
      if (status !== undefined && !statuses.has(match[1] as string)) statuses.set(match[1] as string, status)
    }
  }
  return statuses
}

/** The rows of the page's tables. */
export function readRows(text: string): ErrorRow[] {
  return text.split('\n').flatMap((line, index) => {
    const match = /^\| `(ERR_[A-Z0-9_]+)` \| (.*) \| (.*) \| (.*) \| (.*) \|$/.exec(line)
    if (!match) return []
    const [, code = '', className = '', status = '', meaning = '', advice = ''] = match
    return [{ code, line: index + 1, class: className, status, meaning, advice }]
  })
}

/** What differs between the code and the page. */
export function compareErrors(codes: readonly ErrorCode[], rows: readonly ErrorRow[]): Fault[] {
  const faults: Fault[] = []
  const add = (line: number, message: string): void => void faults.push({ file: page, line, rule: 'errors', message })
  const byCode = new Map(codes.map((one) => [one.code, one]))
  const seen = new Set<string>()
  for (const row of rows) {
    const known = byCode.get(row.code)
    if (seen.has(row.code)) add(row.line, `${row.code} stands twice`)
    seen.add(row.code)
    if (!known) add(row.line, `no code throws ${row.code} any more`)
    else if (known.class !== null && (known.class !== row.class || String(known.status) !== row.status))
      add(row.line, `${row.code} is ${known.class} ${known.status} in the code`)
    if (row.meaning.trim().length < 8 || row.advice.trim().length < 4)
      add(row.line, `${row.code} lacks its meaning or what to do`)
  }
  for (const { code } of codes) if (!seen.has(code)) add(1, `${code} has no row`)
  return faults
}

/** Holds the page against the sources below `root`. */
export function findErrorFaults(root: string): Fault[] {
  const { codes, faults } = findCodes(readSources(root, areas))
  return [...faults, ...compareErrors(codes, readRows(readFileSync(join(root, page), 'utf8')))]
}

// New rows go to the end of the room's table, or to the end of the page where the room has none yet.
function write(root: string): void {
  const { codes } = findCodes(readSources(root, areas))
  const byCode = new Map(codes.map((one) => [one.code, one]))
  const lines = readFileSync(join(root, page), 'utf8').trimEnd().split('\n')
  const kept = lines.flatMap((line) => {
    const [row] = readRows(line)
    if (!row) return [line]
    const known = byCode.get(row.code)
    byCode.delete(row.code)
    if (!known) return []
    const [name, status] = known.class === null ? [row.class, row.status] : [known.class, known.status]
    return [`| \`${row.code}\` | ${name} | ${status} | ${row.meaning} | ${row.advice} |`]
  })
  const fresh = [...byCode.values()].map(
    ({ code, class: name, status, room }) => `| \`${code}\` | ${name ?? '?'} | ${status ?? '?'} | ? ${room} | ? |`,
  )
  writeFileSync(join(root, page), `${[...kept, ...fresh].join('\n')}\n`)
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '..', '..')
  if (process.argv[2] === 'write') write(root)
  const faults = findErrorFaults(root)
  for (const { file, line, message } of faults) console.error(`${file}:${line} ${message}`)
  console.log(faults.length === 0 ? 'errors: in order' : `errors: ${faults.length} faults`)
  process.exitCode = faults.length === 0 ? 0 : 1
}

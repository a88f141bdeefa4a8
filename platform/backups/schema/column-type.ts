/** The column types that an archive may name: an allow-list, so that restored SQL never holds text of the archive. */

import { ValidationError } from '../../../framework/errors.ts'
import { Sql } from '../../../framework/sql/index.ts'

const PLAIN = [
  ...[
    'bigint',
    'boolean',
    'bytea',
    'character varying',
    'cidr',
    'date',
    'double precision',
    'inet',
    'integer',
    'interval',
  ],
  ...[
    'json',
    'jsonb',
    'macaddr',
    'numeric',
    'real',
    'smallint',
    'text',
    'time without time zone',
    'time with time zone',
  ],
  ...['timestamp without time zone', 'timestamp with time zone', 'tsvector', 'uuid', 'xid8', 'pg_lsn', 'oid', 'point'],
] as const

/** Types with a length, precision or scale in parentheses: the text before, the text after, and how many numbers. */
const SIZED: readonly { before: string; after: string; numbers: 1 | 2; max: number }[] = [
  { before: 'character varying', after: '', numbers: 1, max: 10_485_760 },
  { before: 'character', after: '', numbers: 1, max: 10_485_760 },
  { before: 'numeric', after: '', numbers: 2, max: 1000 },
  { before: 'timestamp', after: ' without time zone', numbers: 1, max: 6 },
  { before: 'timestamp', after: ' with time zone', numbers: 1, max: 6 },
  { before: 'time', after: ' without time zone', numbers: 1, max: 6 },
  { before: 'time', after: ' with time zone', numbers: 1, max: 6 },
]

const known: ReadonlySet<string> = new Set(PLAIN)

/** Whether a type, written as PostgreSQL's `format_type` prints it, may stand in an archive. */
export function isColumnType(text: string): boolean {
  const element = text.endsWith('[]') ? text.slice(0, -2) : text
  return known.has(element) || isSized(element)
}

/** The type as SQL. @throws ValidationError ERR_ARCHIVE_TYPE for everything that is not on the list. */
export function columnType(text: string): Sql {
  if (!isColumnType(text)) {
    throw new ValidationError(
      'ERR_ARCHIVE_TYPE',
      `The archive names a column type that is not allowed: '${text.slice(0, 60)}'.`,
    )
  }
  // The text is now one of a finite set (a listed name, bounded numbers), so it may become SQL.
  return new Sql([text], [])
}

function isSized(text: string): boolean {
  const match = /^([a-z ]+)\((\d{1,8})(?:,(\d{1,4}))?\)([a-z ]*)$/.exec(text)
  if (match === null) return false
  const [, before, first, second, after] = match
  return SIZED.some(
    (kind) =>
      kind.before === before &&
      kind.after === after &&
      (kind.numbers === 2 || second === undefined) &&
      Number(first) <= kind.max &&
      Number(second ?? 0) <= kind.max,
  )
}

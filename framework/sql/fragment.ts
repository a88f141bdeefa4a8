/** SQL text with bound parameters. A string never becomes SQL text except through `sql` literals in our own source. */

import { InvalidRequestError } from '../errors.ts'

export type SqlValue = string | number | bigint | boolean | null | Uint8Array | readonly SqlValue[]

/** A piece of SQL: literal chunks with values between them; immutable, freely nested. */
export class Sql {
  readonly chunks: readonly string[]
  readonly values: readonly SqlValue[]

  constructor(chunks: readonly string[], values: readonly SqlValue[]) {
    this.chunks = chunks
    this.values = values
  }

  /** Text with `$1…` and the values in order, as the driver takes them. */
  compile(): { text: string; values: readonly SqlValue[] } {
    let text = this.chunks[0] ?? ''
    for (let i = 1; i < this.chunks.length; i++) text += `$${i}${this.chunks[i]}`
    return { text, values: this.values }
  }
}

/**
 * The template tag: every `${value}` is bound, every `${fragment}` is spliced in.
 * @throws InvalidRequestError ERR_SQL_TEXT for strings with NUL or lone surrogates
 */
// Keeps promise: software/sql-injection
export function sql(literals: TemplateStringsArray, ...parts: readonly (SqlValue | Sql)[]): Sql {
  const chunks: string[] = [literals[0] ?? '']
  const values: SqlValue[] = []
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]
    const after = literals[i + 1] ?? ''
    if (part instanceof Sql) {
      chunks[chunks.length - 1] += part.chunks[0] ?? ''
      for (let k = 0; k < part.values.length; k++) {
        values.push(part.values[k] as SqlValue)
        chunks.push(part.chunks[k + 1] ?? '')
      }
      chunks[chunks.length - 1] += after
    } else {
      if (part === undefined) throw new TypeError('undefined cannot be bound to SQL')
      values.push(guard(part))
      chunks.push(after)
    }
  }
  return new Sql(chunks, values)
}

/** A quoted identifier; only names of the registry's shape pass. PostgreSQL cuts names at 63 bytes, so longer ones are refused. */
export function id(...path: readonly string[]): Sql {
  return new Sql([path.map(quoteName).join('.')], [])
}

/** Joins fragments; the separator is one of the few that SQL needs. */
export function join(
  parts: readonly Sql[],
  separator: ', ' | ' AND ' | ' OR ' | ' ' | ' UNION ALL ' | '; ' = ', ',
): Sql {
  const chunks: string[] = ['']
  const values: SqlValue[] = []
  parts.forEach((part, i) => {
    chunks[chunks.length - 1] += (i > 0 ? separator : '') + (part.chunks[0] ?? '')
    for (let k = 0; k < part.values.length; k++) {
      values.push(part.values[k] as SqlValue)
      chunks.push(part.chunks[k + 1] ?? '')
    }
  })
  return new Sql(chunks, values)
}

/** A quoted SQL string literal, for the few places where PostgreSQL takes no parameter (DDL defaults, JSON keys in cached plans). */
export function literal(text: string): Sql {
  guard(text)
  const escaped = text.replaceAll("'", "''")
  return new Sql([text.includes('\\') ? ` E'${escaped.replaceAll('\\', '\\\\')}'` : `'${escaped}'`], [])
}

/**
 * A statement with its values written into the text, as the literals that they would be as parameters: for the bodies of
 * functions, which take none.
 */
export function inlined({ chunks, values }: Sql): Sql {
  const text = values.reduce<string>(
    (before, value, i) => before + literalOf(value) + (chunks[i + 1] ?? ''),
    chunks[0] ?? '',
  )
  return new Sql([text], [])
}

function literalOf(value: SqlValue): string {
  if (value === null) return 'NULL'
  const text =
    value instanceof Uint8Array
      ? `\\x${Buffer.from(value).toString('hex')}`
      : Array.isArray(value)
        ? listText(value)
        : String(value)
  return literal(text).chunks[0] ?? ''
}

function listText(list: readonly SqlValue[]): string {
  const items = list.map((item) => {
    if (item === null) return 'NULL'
    if (Array.isArray(item)) return listText(item)
    return typeof item === 'string' ? `"${item.replace(/["\\]/g, '\\$&')}"` : String(item)
  })
  return `{${items.join(',')}}`
}

/** A whole number as text of the statement, for definitions, which take no parameters. @throws TypeError for anything else */
export function whole(value: number): Sql {
  if (!Number.isSafeInteger(value)) throw new TypeError(`${value} is no whole number.`)
  return new Sql([String(value)], [])
}

/** Nothing at all. */
export const empty: Sql = new Sql([''], [])

function quoteName(name: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_.$]*$/.test(name) || name.length > 63) {
    throw new InvalidRequestError(
      'ERR_SQL_NAME',
      `'${name.slice(0, 80)}' is not a usable database name; use letters, digits and _ (at most 63).`,
    )
  }
  return `"${name}"`
}

/**
 * Refuses text that PostgreSQL or the driver would silently change: NUL ends a string, a lone surrogate becomes U+FFFD,
 * so that two different strings would be stored as one.
 */
export function guard(value: SqlValue): SqlValue {
  if (typeof value === 'string') {
    if (value.includes('\0') || !value.isWellFormed()) {
      throw new InvalidRequestError(
        'ERR_SQL_TEXT',
        'The text holds a NUL character or half of a surrogate pair; remove it and send the text again.',
      )
    }
  } else if (Array.isArray(value)) for (const item of value) guard(item)
  return value
}

/**
 * Expressions of a schema (defaults, checks, index parts, conditions) as an archive may state them: read by a small
 * grammar and written anew from what was recognised. Text that the grammar does not know never reaches PostgreSQL.
 */

import { ValidationError } from '../../../framework/errors.ts'
import { empty, id, join, literal, Sql, sql } from '../../../framework/sql/index.ts'
import { columnType } from './column-type.ts'

/** What names an expression may use. */
export interface ExpressionScope {
  readonly columns: ReadonlySet<string>
  readonly sequences: ReadonlySet<string>
}

export interface ParsedExpression {
  readonly sql: Sql
  /** The column's name when the expression is nothing but a column. */
  readonly column: string | null
}

const MAX_LENGTH = 10_000
const MAX_DEPTH = 60

/** Functions of pg_catalog that compute a value from their arguments, the clock or randomness, and nothing else. */
const FUNCTIONS: ReadonlySet<string> = new Set([
  ...[
    'abs',
    'array_length',
    'array_to_string',
    'btrim',
    'cardinality',
    'ceil',
    'char_length',
    'clock_timestamp',
    'date_part',
    'date_trunc',
  ],
  ...[
    'floor',
    'gen_random_uuid',
    'jsonb_array_length',
    'jsonb_extract_path_text',
    'jsonb_typeof',
    'left',
    'length',
    'lower',
    'ltrim',
    'md5',
    'mod',
  ],
  ...[
    'now',
    'num_nonnulls',
    'num_nulls',
    'octet_length',
    'pg_current_xact_id',
    'position',
    'replace',
    'reverse',
    'right',
    'round',
    'rtrim',
  ],
  ...[
    'setweight',
    'split_part',
    'starts_with',
    'statement_timestamp',
    'strpos',
    'substr',
    'substring',
    'timezone',
    'to_tsvector',
    'translate',
  ],
  ...['transaction_timestamp', 'trunc', 'upper'],
])
/** Function-like words of the SQL grammar itself; they take no schema. */
const CONSTRUCTS: ReadonlySet<string> = new Set(['coalesce', 'greatest', 'least', 'nullif'])
const EXTENSION_FUNCTIONS: ReadonlySet<string> = new Set(['immutable_unaccent'])
const CONSTANTS: ReadonlySet<string> = new Set([
  ...['true', 'false', 'null', 'current_timestamp', 'current_date', 'localtimestamp', 'current_time', 'localtime'],
])
const OPERATORS: ReadonlySet<string> = new Set([
  ...[
    '=',
    '<>',
    '<',
    '>',
    '<=',
    '>=',
    '+',
    '-',
    '*',
    '/',
    '%',
    '||',
    '~',
    '~*',
    '!~',
    '!~*',
    '~~',
    '~~*',
    '!~~',
    '!~~*',
    '->',
    '->>',
    '#>>',
    '@>',
    '<@',
    '@@',
  ],
])

/** @throws ValidationError ERR_ARCHIVE_EXPRESSION for anything outside the grammar. */
export function parseExpression(text: string, scope: ExpressionScope): ParsedExpression {
  if (text.length > MAX_LENGTH) throw refused(text)
  return new Parser(text, scope).whole()
}

type Token =
  | { readonly kind: 'word' | 'name' | 'number' | 'symbol'; readonly text: string; readonly end: number }
  | { readonly kind: 'string'; readonly text: string; readonly end: number }
  | { readonly kind: 'end'; readonly text: ''; readonly end: number }

class Parser {
  readonly #text: string
  readonly #scope: ExpressionScope
  #token: Token
  #depth = 0

  constructor(text: string, scope: ExpressionScope) {
    this.#text = text
    this.#scope = scope
    this.#token = this.#scan(0)
  }

  whole(): ParsedExpression {
    const first = this.#token
    const parsed = this.#expression()
    if (this.#token.kind !== 'end') throw refused(this.#text)
    const isColumn = (first.kind === 'word' || first.kind === 'name') && first.end === this.#text.trimEnd().length
    return { sql: parsed, column: isColumn && this.#scope.columns.has(first.text) ? first.text : null }
  }

  // Operands and operators keep their order and their parentheses, so that PostgreSQL's own precedence decides again.
  #expression(): Sql {
    if (++this.#depth > MAX_DEPTH) throw refused(this.#text)
    const parts = [this.#operand()]
    for (let operator = this.#operator(); operator !== null; operator = this.#operator())
      parts.push(operator, this.#operand())
    this.#depth--
    return join(parts, ' ')
  }

  #operand(): Sql {
    const prefix = this.#acceptWord('not') ? sql`NOT ` : this.#acceptSymbol('-') ? sql`- ` : empty
    let operand = sql`${prefix}${this.#primary()}`
    for (;;) {
      if (this.#token.kind === 'symbol' && this.#token.text === '::') operand = sql`${operand}::${this.#type()}`
      else if (this.#acceptWord('is'))
        operand = sql`${operand} IS ${this.#acceptWord('not') ? sql`NOT ` : empty}${this.#truth()}`
      else if (this.#acceptWord('collate')) operand = sql`${operand} COLLATE ${this.#collation()}`
      else return operand
    }
  }

  #operator(): Sql | null {
    const { kind, text } = this.#token
    if (kind === 'symbol' && OPERATORS.has(text)) {
      this.#next()
      const comparison = new Sql([text], [])
      for (const quantifier of ['any', 'all'] as const) {
        if (this.#isWord(quantifier))
          return sql`${comparison} ${quantifier === 'any' ? sql`ANY` : sql`ALL`}${this.#skip()}`
      }
      return comparison
    }
    if (this.#acceptWord('and')) return sql`AND`
    if (this.#acceptWord('or')) return sql`OR`
    if (this.#acceptWord('at')) {
      this.#expectWord('time')
      this.#expectWord('zone')
      return sql`AT TIME ZONE`
    }
    return null
  }

  #primary(): Sql {
    const token = this.#token
    if (token.kind === 'number') return new Sql([this.#take()], [])
    if (token.kind === 'string') return literal(this.#take())
    if (this.#acceptSymbol('(')) {
      const inner = this.#expression()
      this.#expectSymbol(')')
      return sql`(${inner})`
    }
    if (token.kind !== 'word' && token.kind !== 'name') throw refused(this.#text)
    const name = this.#take()
    if (token.kind === 'word') {
      if (name === 'array' && this.#acceptSymbol('[')) return sql`ARRAY[${this.#list(']')}]`
      if (name === 'case') return this.#case()
      if (name === 'nextval') return this.#nextval()
      if (CONSTANTS.has(name) && !this.#scope.columns.has(name)) return new Sql([name.toUpperCase()], [])
      if (name === 'ext' && this.#acceptSymbol('.')) return this.#extensionCall()
      if (name === 'pg_catalog' && this.#acceptSymbol('.')) return this.#call(this.#take())
      if (this.#token.kind === 'symbol' && this.#token.text === '(') return this.#call(name)
    }
    if (!this.#scope.columns.has(name)) throw refused(this.#text)
    return id(name)
  }

  #call(name: string): Sql {
    const isConstruct = CONSTRUCTS.has(name)
    if (!isConstruct && !FUNCTIONS.has(name)) throw refused(this.#text)
    this.#expectSymbol('(')
    // The schema is named, so that nothing of the same name in another schema is called.
    return isConstruct
      ? sql`${new Sql([name.toUpperCase()], [])}(${this.#list(')')})`
      : sql`${id('pg_catalog', name)}(${this.#list(')')})`
  }

  #extensionCall(): Sql {
    const name = this.#take()
    if (!EXTENSION_FUNCTIONS.has(name)) throw refused(this.#text)
    this.#expectSymbol('(')
    return sql`${id('ext', name)}(${this.#list(')')})`
  }

  #nextval(): Sql {
    this.#expectSymbol('(')
    if (this.#token.kind !== 'string') throw refused(this.#text)
    const name = /^app\.("?)([A-Za-z_][A-Za-z0-9_$]*)\1$/.exec(this.#take())?.[2]
    this.#expectSymbol('::')
    this.#expectWord('regclass')
    this.#expectSymbol(')')
    if (name === undefined || !this.#scope.sequences.has(name)) throw refused(this.#text)
    return sql`pg_catalog.nextval(${literal(`app."${name}"`)}::regclass)`
  }

  #case(): Sql {
    const parts: Sql[] = [sql`CASE`]
    if (!this.#isWord('when')) parts.push(this.#expression())
    while (this.#acceptWord('when')) {
      const condition = this.#expression()
      this.#expectWord('then')
      parts.push(sql`WHEN ${condition} THEN ${this.#expression()}`)
    }
    if (this.#acceptWord('else')) parts.push(sql`ELSE ${this.#expression()}`)
    this.#expectWord('end')
    return sql`${join(parts, ' ')} END`
  }

  #list(close: ')' | ']'): Sql {
    const items: Sql[] = []
    if (this.#acceptSymbol(close)) return empty
    do items.push(this.#expression())
    while (this.#acceptSymbol(','))
    this.#expectSymbol(close)
    return join(items)
  }

  #truth(): Sql {
    for (const word of ['null', 'true', 'false'] as const)
      if (this.#acceptWord(word)) return new Sql([word.toUpperCase()], [])
    this.#expectWord('distinct')
    this.#expectWord('from')
    return sql`DISTINCT FROM ${this.#operand()}`
  }

  #collation(): Sql {
    if (this.#take() !== 'C') throw refused(this.#text)
    return sql`"C"`
  }

  // The longest run of characters after `::` that is a type's name.
  #type(): Sql {
    const start = this.#token.end
    const match =
      /^\s*((?:character varying|double precision|timestamp|time|[a-z][a-z0-9_]*)(?:\(\d+(?:,\d+)?\))?(?: with(?:out)? time zone)?(?:\[\])?)/.exec(
        this.#text.slice(start),
      )
    const name = match?.[1]
    if (match === null || name === undefined) throw refused(this.#text)
    const type = columnType(name)
    this.#token = this.#scan(start + match[0].length)
    return type
  }

  #isWord(word: string): boolean {
    return this.#token.kind === 'word' && this.#token.text === word
  }

  #skip(): Sql {
    this.#next()
    if (this.#token.kind !== 'symbol' || this.#token.text !== '(') throw refused(this.#text)
    return empty
  }

  #acceptWord(word: string): boolean {
    if (!this.#isWord(word)) return false
    this.#next()
    return true
  }

  #acceptSymbol(symbol: string): boolean {
    if (this.#token.kind !== 'symbol' || this.#token.text !== symbol) return false
    this.#next()
    return true
  }

  #expectWord(word: string): void {
    if (!this.#acceptWord(word)) throw refused(this.#text)
  }

  #expectSymbol(symbol: string): void {
    if (!this.#acceptSymbol(symbol)) throw refused(this.#text)
  }

  #take(): string {
    const { text } = this.#token
    this.#next()
    return text
  }

  #next(): void {
    this.#token = this.#scan(this.#token.end)
  }

  #scan(from: number): Token {
    const rest = this.#text.slice(from)
    const blank = /^\s*/.exec(rest)?.[0].length ?? 0
    const at = rest.slice(blank)
    const token = (kind: 'word' | 'name' | 'number' | 'symbol' | 'string', text: string, length: number): Token => ({
      kind,
      text,
      end: from + blank + length,
    })
    if (at === '') return { kind: 'end', text: '', end: from + blank }
    let match = /^(E?)'((?:[^'\\]|''|\\\\)*)'/.exec(at)
    if (match !== null && (match[1] === 'E' || !match[2]?.includes('\\'))) {
      const inner = (match[2] ?? '').replaceAll("''", "'")
      return token('string', match[1] === 'E' ? inner.replaceAll('\\\\', '\\') : inner, match[0].length)
    }
    match = /^'((?:[^']|'')*)'/.exec(at)
    if (match !== null) return token('string', (match[1] ?? '').replaceAll("''", "'"), match[0].length)
    match = /^"([A-Za-z_][A-Za-z0-9_.$]{0,62})"/.exec(at)
    if (match !== null) return token('name', match[1] ?? '', match[0].length)
    match = /^[A-Za-z_][A-Za-z0-9_$]*/.exec(at)
    if (match !== null) return token('word', match[0].toLowerCase(), match[0].length)
    match = /^\d+(?:\.\d+)?(?:e[+-]?\d+)?/.exec(at)
    if (match !== null) return token('number', match[0], match[0].length)
    match = /^(?:::|[()[\],.]|[<>=!~*+\-/%|@#]+)/.exec(at)
    if (match !== null && !/--|\/\*/.test(match[0])) return token('symbol', match[0], match[0].length)
    throw refused(this.#text)
  }
}

function refused(text: string): ValidationError {
  return new ValidationError(
    'ERR_ARCHIVE_EXPRESSION',
    `The archive holds an expression that is not allowed: '${text.slice(0, 80)}'.`,
  )
}

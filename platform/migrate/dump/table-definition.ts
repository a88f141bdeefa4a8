/** Reads the statements of a dump that describe data: CREATE TABLE and COPY. Names stay data; they never become SQL. */

/** A column as the dump declares it; `type` is PostgreSQL's spelling, e.g. `character varying`, `jsonb`, `text` when unknown. */
export interface SourceColumn {
  readonly name: string
  readonly type: string
}

/** `public.res_partner` → `res_partner`; other schemas keep their name in front. */
const namePattern = /^(?:("(?:[^"]|"")+"|[\w$\u0080-\uffff]+)\.)?("(?:[^"]|"")+"|[\w$\u0080-\uffff]+)/

/** Table and column types of a CREATE TABLE statement, or null when the statement is something else. */
export function parseCreateTable(
  statement: string,
): { table: string; columns: SourceColumn[]; inherits: string[] } | null {
  const head = /^CREATE\s+(?:UNLOGGED\s+|FOREIGN\s+)?TABLE\s+(?:IF NOT EXISTS\s+)?/i.exec(statement)
  if (!head) return null
  const name = readName(statement.slice(head[0].length))
  if (!name) return null
  const body = insideParentheses(statement, head[0].length + name.length)
  if (!body) return null
  const columns: SourceColumn[] = []
  for (const part of splitAtCommas(body.text)) {
    const column = namePattern.exec(part)
    if (!column || /^(CONSTRAINT|PRIMARY|UNIQUE|CHECK|FOREIGN|EXCLUDE|LIKE)\b/.test(part)) continue
    const type =
      /^\s+((?:(?!\s+(?:NOT NULL|NULL|DEFAULT|COLLATE|CONSTRAINT|GENERATED|CHECK|REFERENCES)\b)[\s\S])*)/.exec(
        part.slice(column[0].length),
      )?.[1] ?? 'text'
    columns.push({ name: unquote(column[2] ?? ''), type: type.trim().replace(/\(.*\)/, '') })
  }
  const inherits = /INHERITS\s*\(([^)]*)\)/i.exec(statement.slice(body.end))?.[1]
  return {
    table: name.table,
    columns,
    inherits: inherits === undefined ? [] : inherits.split(',').map((n) => readName(n.trim())?.table ?? ''),
  }
}

/** Where the data of a COPY statement goes. `'refused'`: it would read a file or run a program. Null: another statement. */
export function parseCopy(statement: string): { table: string; columns: string[] } | 'refused' | null {
  if (!/^COPY\b/i.test(statement)) return null
  const name = readName(statement.slice(4).trimStart())
  if (!name) return 'refused'
  const rest = statement.slice(4).trimStart().slice(name.length)
  const list = /^\s*\(([\s\S]*)\)\s+FROM\s+stdin\s*$/i.exec(rest)
  if (!list) return 'refused'
  return { table: name.table, columns: splitAtCommas(list[1] ?? '').map(unquote) }
}

/** The number that a sequence stood at, of `SELECT pg_catalog.setval('public.x', 5, true)`; null for other statements. */
export function parseSetval(statement: string): { sequence: string; value: number; called: boolean } | null {
  const found = /^SELECT pg_catalog\.setval\('public\.([\w]+)', (-?\d{1,18}), (true|false)\)$/.exec(statement)
  return found ? { sequence: found[1] ?? '', value: Number(found[2]), called: found[3] === 'true' } : null
}

function readName(text: string): { table: string; length: number } | null {
  const found = namePattern.exec(text)
  if (!found) return null
  const schema = found[1] === undefined ? 'public' : unquote(found[1])
  const table = unquote(found[2] ?? '')
  return { table: schema === 'public' ? table : `${schema}.${table}`, length: found[0].length }
}

function unquote(name: string): string {
  const trimmed = name.trim()
  return trimmed.startsWith('"') ? trimmed.slice(1, -1).replaceAll('""', '"') : trimmed
}

function insideParentheses(text: string, from: number): { text: string; end: number } | null {
  const start = text.indexOf('(', from)
  if (start < 0) return null
  for (const { at, depth } of depths(text, start))
    if (depth === 0) return { text: text.slice(start + 1, at), end: at + 1 }
  return null
}

function splitAtCommas(text: string): string[] {
  const parts: string[] = []
  let start = 0
  for (const { at, depth, char } of depths(text, 0)) {
    if (char !== ',' || depth !== 0) continue
    parts.push(text.slice(start, at).trim())
    start = at + 1
  }
  parts.push(text.slice(start).trim())
  return parts.filter((p) => p !== '')
}

// Parentheses and commas outside of quotes, with the depth after each.
function* depths(text: string, from: number): Generator<{ at: number; depth: number; char: string }> {
  let depth = 0
  let quote = ''
  for (let at = from; at < text.length; at++) {
    const char = text[at] as string
    if (quote !== '') {
      if (char === quote) quote = ''
    } else if (char === "'" || char === '"') quote = char
    else if (char === '(' || char === ')' || char === ',') {
      depth += char === '(' ? 1 : char === ')' ? -1 : 0
      yield { at, depth, char }
    }
  }
}

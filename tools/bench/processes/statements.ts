/** Counts, and on demand writes down, every statement that this process sends to PostgreSQL, `BEGIN` and `COMMIT` included. */

import pg from 'pg'

export interface SentStatement {
  readonly text: string
  readonly values: readonly unknown[]
}

type Query = (...args: unknown[]) => unknown

let count = 0
let written: SentStatement[] | null = null

/** Looks at what passes from now on. */
export function watchStatements(): void {
  const client = pg.Client.prototype as unknown as { query: Query }
  const query = client.query
  client.query = function (this: unknown, ...args: unknown[]) {
    count++
    if (written !== null) written.push(describe(args))
    return query.apply(this, args)
  }
}

export function statementCount(): number {
  return count
}

/** Begins to write down. */
export function beginCapture(): void {
  written = []
}

/** What was sent since `beginCapture`. */
export function endCapture(): SentStatement[] {
  const all = written ?? []
  written = null
  return all
}

function describe([first, values]: readonly unknown[]): SentStatement {
  if (typeof first === 'string') return { text: first, values: Array.isArray(values) ? values : [] }
  const config = first as Partial<SentStatement>
  return { text: config.text ?? '', values: config.values ?? [] }
}

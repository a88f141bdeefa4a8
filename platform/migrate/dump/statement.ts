/**
 * Splits the SQL part of a dump into statements, as psql would, in order to know where data begins and which statements
 * are passed over. Nothing here reaches a database.
 */

/** What a scanner tells after each line. */
export type Scanned =
  | { readonly is: 'statement'; readonly text: string }
  | { readonly is: 'meta'; readonly line: string }

// Statements that matter (CREATE TABLE, COPY, setval) are short; of others only the head is kept.
const maxKept = 1_000_000

/** Reads line by line; keeps what is open (quotes, comments, a half statement) between lines. */
export class StatementScanner {
  #text = ''
  #open: {
    readonly kind: 'quote' | 'escape-quote' | 'name' | 'dollar' | 'comment'
    readonly tag: string
    depth: number
  } | null = null

  /** Whether a line begins inside a string, a comment or a statement. */
  get idle(): boolean {
    return this.#open === null && this.#text.trim() === ''
  }

  /** The statements that end on this line, and any psql command outside of quotes. */
  push(line: string): Scanned[] {
    const found: Scanned[] = []
    let at = 0
    while (at < line.length) {
      if (this.#open) {
        at = this.#close(line, at)
        continue
      }
      const c = line[at] as string
      const rest = line.slice(at)
      const dollar =
        c === '$' && !/[\w$]/.test(line[at - 1] ?? '')
          ? /^\$([A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/.exec(rest)?.[0]
          : undefined
      if (rest.startsWith('--')) break
      if (c === '\\') {
        found.push({ is: 'meta', line: rest })
        break
      }
      if (rest.startsWith('/*')) this.#begin('comment', '', 2, rest)
      else if (c === "'") this.#begin(/(^|\W)[eE]$/.test(this.#text.slice(-2)) ? 'escape-quote' : 'quote', "'", 1, rest)
      else if (c === '"') this.#begin('name', '"', 1, rest)
      else if (dollar) this.#begin('dollar', dollar, dollar.length, rest)
      else if (c === ';') {
        found.push({ is: 'statement', text: this.#text.trim() })
        this.#text = ''
      } else this.#keep(c)
      at += rest.startsWith('/*') ? 2 : (dollar?.length ?? 1)
    }
    this.#keep('\n')
    return found
  }

  #begin(
    kind: 'quote' | 'escape-quote' | 'name' | 'dollar' | 'comment',
    tag: string,
    length: number,
    rest: string,
  ): void {
    this.#open = { kind, tag, depth: 1 }
    if (kind !== 'comment') this.#keep(rest.slice(0, length))
  }

  // Goes to the end of what is open, or to the end of the line.
  #close(line: string, from: number): number {
    const open = this.#open
    if (!open) return from
    let at = from
    while (at < line.length) {
      const c = line[at] as string
      if (open.kind === 'comment') {
        const two = line.slice(at, at + 2)
        if (two === '/*' || two === '*/') {
          open.depth += two === '/*' ? 1 : -1
          at += 2
          if (open.depth === 0) return this.#end(at)
        } else at++
      } else if (open.kind === 'dollar') {
        if (line.startsWith(open.tag, at)) {
          this.#keep(open.tag)
          return this.#end(at + open.tag.length)
        }
        this.#keep(c)
        at++
      } else if (open.kind === 'escape-quote' && c === '\\') {
        this.#keep(line.slice(at, at + 2))
        at += 2
      } else {
        // A doubled quote stands for itself.
        const doubled = c === open.tag && line[at + 1] === open.tag
        this.#keep(doubled ? c + c : c)
        at += doubled ? 2 : 1
        if (c === open.tag && !doubled) return this.#end(at)
      }
    }
    return at
  }

  #end(at: number): number {
    this.#open = null
    return at
  }

  #keep(text: string): void {
    if (this.#text.length < maxKept) this.#text += text
  }
}

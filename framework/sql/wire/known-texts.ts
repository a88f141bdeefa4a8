/** What this process remembers of the texts it has sent: under which name servers keep their plans, and how long they take. */

/** One text. The same for all databases: names are per connection, and what is quick in one is so in its neighbours. */
export interface KnownText {
  /** Under which the server keeps it from the second time on. */
  name: string | undefined
  /** How many rows it finds only its values tell: it is planned anew each time, in connections that do so with all they keep. */
  readonly byValue: boolean
  runs: number
  /** Moving average in milliseconds. */
  averageMs: number
}

const mostTexts = 5_000
/** Texts longer than this come from callers' lists and do not come again. */
const longestText = 20_000
const known = new Map<string, KnownText>()
let names = 0

// A plan made without the pattern sorts ten thousand rows to show eighty.
const needsItsValues = /LIKE \$\d/

/**
 * Notes that a text is about to be sent. A plan is kept from the second time on: shapes that callers make up once leave
 * nothing behind in the server.
 * @returns `undefined` for a text that is not remembered
 */
export function noteText(text: string): KnownText | undefined {
  if (text.length >= longestText) return undefined
  let entry = known.get(text)
  if (entry === undefined) {
    if (known.size > mostTexts) known.clear()
    entry = { name: undefined, byValue: needsItsValues.test(text), runs: 0, averageMs: 0 }
    known.set(text, entry)
  } else {
    // A counter keeps names short.
    entry.name ??= `s${(names++).toString(36)}`
  }
  entry.runs++
  return entry
}

/** Notes how long it took. */
export function noteDuration(entry: KnownText, ms: number): void {
  entry.averageMs = entry.runs <= 1 ? ms : entry.averageMs + (ms - entry.averageMs) / 8
}

/** Whether a statement has shown often enough that nobody who stands behind it waits long. */
export function isQuick(entry: KnownText): boolean {
  return !entry.byValue && entry.runs > 6 && entry.averageMs < 4
}

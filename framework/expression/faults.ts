/** What is wrong with an expression: a stable code, the place, and what was probably meant. */

import { ValidationError } from '../errors.ts'

export type FaultCode =
  | 'ERR_EXPRESSION_SYNTAX'
  | 'ERR_EXPRESSION_LIMIT'
  | 'ERR_EXPRESSION_NAME'
  | 'ERR_EXPRESSION_TYPE'
  | 'ERR_EXPRESSION_FUEL'

/** @param at index of the first character that is wrong; people count from 1 */
export function fault(code: FaultCode, reason: string, at: number, hint = ''): ValidationError {
  const advice = hint === '' ? '' : ` ${hint}`
  return new ValidationError(code, `Invalid expression: ${reason} (position ${at + 1}).${advice}`, {
    detail: { position: at + 1 },
  })
}

/** `Did you mean 'amount_total'?`, where one of the names is close enough; else nothing. */
export function didYouMean(wrong: string, names: Iterable<string>): string {
  const near = nearest(wrong, names)
  return near === null ? '' : `Did you mean '${near}'?`
}

/** The name with the fewest differing letters; `null` where all are too far away. */
export function nearest(wrong: string, names: Iterable<string>): string | null {
  const word = wrong.slice(0, 60)
  let best: string | null = null
  let least = Math.max(2, Math.floor(word.length / 3)) + 1
  for (const name of names) {
    if (Math.abs(name.length - word.length) >= least) continue
    const far = distance(word.toLowerCase(), name.toLowerCase())
    if (far < least) [best, least] = [name, far]
  }
  return best
}

// Levenshtein's distance; both words are short.
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let k = 1; k <= b.length; k++)
      next.push(
        Math.min((row[k] ?? 0) + 1, (next[k - 1] ?? 0) + 1, (row[k - 1] ?? 0) + (a[i - 1] === b[k - 1] ? 0 : 1)),
      )
    row = next
  }
  return row[b.length] ?? 0
}

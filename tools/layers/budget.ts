// Budgets of dangerous things: how often each named use may occur in product code, held by files under review.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Fault, Source } from './tree.ts'

/** A call whose first argument is its name, and the file that says how often each name may occur. */
interface Counted {
  readonly rule: string
  readonly word: string
  /** Whether the word between these two tokens is a use; its list of imports is none. */
  readonly isUse: (before: string | undefined, after: string | undefined) => boolean
  readonly file: string
  /** The room that carries it out, which may pass a name on. */
  readonly room: string
}

const counted: readonly Counted[] = [
  {
    rule: 'elevation',
    word: 'elevate',
    isUse: (before, after) => before === '.' && after !== '<',
    file: 'framework/access/elevations.json',
    room: 'framework/access',
  },
  {
    rule: 'unsafe-html',
    word: 'unsafeHtml',
    isUse: (before, after) => before !== 'function' && after !== ',' && after !== '}',
    file: 'framework/templates/unsafe-html.json',
    room: 'framework/templates',
  },
]

/** Counts `.elevate('name', …)` and `unsafeHtml('reason', …)` in product code against their budgets; tests are free. */
export function checkBudgets(root: string, sources: readonly Source[]): Fault[] {
  return counted.flatMap((one) => checkOne(root, sources, one))
}

function checkOne(root: string, sources: readonly Source[], { rule, word, isUse, file, room }: Counted): Fault[] {
  const budget = readBudget(root, file)
  if (budget === null) return [{ file, line: 1, rule, message: 'must map names to counts ≥ 0' }]
  const faults: Fault[] = []
  const counts = new Map<string, number>()
  for (const source of sources) {
    if (source.isTest) continue
    for (const [index, token] of source.tokens.entries()) {
      if (token.kind !== 'word' || token.text !== word) continue
      const [before, after] = [index - 1, index + 1].map((i) => source.tokens[i]?.text ?? undefined)
      if (!isUse(before, after)) continue
      const at = { file: source.path, line: token.line, rule }
      const name = source.tokens[index + 2]
      if (after !== '(' || name?.kind !== 'string') {
        if (source.room !== room) faults.push({ ...at, message: 'needs its name as a literal' })
        continue
      }
      const count = (counts.get(name.text) ?? 0) + 1
      counts.set(name.text, count)
      const most = budget.get(name.text)
      if (most === undefined) faults.push({ ...at, message: `'${name.text}' is not in ${file}` })
      else if (count > most) faults.push({ ...at, message: `'${name.text}' occurs more than ${most} times` })
    }
  }
  return faults
}

function readBudget(root: string, file: string): Map<string, number> | null {
  const path = join(root, file)
  if (!existsSync(path)) return new Map()
  try {
    const entries = Object.entries(JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>)
    const isSound = entries.every(([, most]) => Number.isInteger(most) && (most as number) >= 0)
    return isSound ? new Map(entries as [string, number][]) : null
  } catch {
    return null
  }
}

// The elevation budget: how often each named elevation may occur in product code, held by a file under review.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Fault, Source } from './tree.ts'

/** Where the budget lies; a name's number is the most occurrences that the code may have. */
export const budgetFile = 'framework/access/elevations.json'

/** Counts `.elevate('name', …)` in product code against the budget; tests may elevate freely. */
export function checkElevations(root: string, sources: readonly Source[]): Fault[] {
  const budget = readBudget(root)
  if (budget === null)
    return [{ file: budgetFile, line: 1, rule: 'elevation', message: 'must map names to counts ≥ 0' }]
  const faults: Fault[] = []
  const counts = new Map<string, number>()
  for (const source of sources) {
    if (source.isTest) continue
    for (const [index, token] of source.tokens.entries()) {
      if (token.kind !== 'word' || token.text !== 'elevate' || source.tokens[index - 1]?.text !== '.') continue
      if (source.tokens[index + 1]?.text === '<') continue
      const at = { file: source.path, line: token.line, rule: 'elevation' }
      const name = source.tokens[index + 2]
      if (source.tokens[index + 1]?.text !== '(' || name?.kind !== 'string') {
        // The room that carries elevation out may pass the name on.
        if (source.room !== 'framework/access') faults.push({ ...at, message: 'needs its name as a literal' })
        continue
      }
      const count = (counts.get(name.text) ?? 0) + 1
      counts.set(name.text, count)
      const most = budget.get(name.text)
      if (most === undefined) faults.push({ ...at, message: `'${name.text}' is not in ${budgetFile}` })
      else if (count > most) faults.push({ ...at, message: `'${name.text}' occurs more than ${most} times` })
    }
  }
  return faults
}

function readBudget(root: string): Map<string, number> | null {
  const path = join(root, budgetFile)
  if (!existsSync(path)) return new Map()
  try {
    const entries = Object.entries(JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>)
    const isSound = entries.every(([, most]) => Number.isInteger(most) && (most as number) >= 0)
    return isSound ? new Map(entries as [string, number][]) : null
  } catch {
    return null
  }
}

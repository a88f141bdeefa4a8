// Tries derived mutants: for each, suites run until one is red. What stays green everywhere has survived.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Derived, deriveMutants } from './derive.ts'
import { type RunOptions, runSuite } from './run-suite.ts'

export type Fate = 'killed' | 'survived' | 'broken'
export interface Tried {
  readonly mutant: Derived
  readonly fate: Fate
  /** The suite that was red. */
  readonly by: string | null
}

// A seed whose models delegate, hang on each other and go round in circles.
const few = { HOLDFAST_CASES: '2000', HOLDFAST_SEED: '16' }
const suites: readonly { readonly file: string; readonly options: RunOptions; readonly writes: boolean }[] = [
  { file: 'framework/orm/wild.test.ts', options: { env: few }, writes: false },
  {
    file: 'framework/orm/domain/property.test.ts',
    options: { env: { ...few, HOLDFAST_CASES: '2100' } },
    writes: false,
  },
  { file: 'framework/access/rules.test.ts', options: { env: { ...few, HOLDFAST_CASES: '900' } }, writes: true },
  { file: 'framework/access/hidden-fields.test.ts', options: {}, writes: false },
  { file: 'framework/access/hidden-records.test.ts', options: {}, writes: true },
  { file: 'framework/access/callers-values.test.ts', options: {}, writes: true },
  { file: 'framework/access/short-writes.test.ts', options: {}, writes: true },
  { file: 'framework/orm/model/groups/groups.test.ts', options: {}, writes: false },
  { file: 'framework/orm/domain/domain.test.ts', options: {}, writes: false },
  { file: 'framework/orm/write/write.test.ts', options: {}, writes: true },
  { file: 'framework/orm/write/unlink.test.ts', options: {}, writes: true },
  { file: 'framework/access/companies.test.ts', options: {}, writes: true },
  {
    file: 'tests/proof/method-role.test.ts',
    options: { only: 'says: (portal|salesperson|archived user)' },
    writes: false,
  },
]

/** Mutants that are no mistakes, each with the reason why nothing can be red. */
export function knownSurvivors(root: string): Readonly<Record<string, string>> {
  return JSON.parse(readFileSync(join(root, 'tools/proof/survivors.json'), 'utf8')) as Record<string, string>
}

export async function tryMutant(root: string, mutant: Derived): Promise<Tried> {
  const { file, start, end, instead } = mutant
  const isWrite = file.includes('/write/') || file.endsWith('seen.ts')
  const order = isWrite ? suites.toSorted((a, b) => Number(b.writes) - Number(a.writes)) : suites
  for (const suite of order) {
    const run = await runSuite(root, suite.file, {
      ...suite.options,
      seeded: { file, start, end, instead },
      timeoutMs: 90_000,
    })
    if (run.is === 'broken') return { mutant, fate: 'broken', by: null }
    if (run.is === 'red') return { mutant, fate: 'killed', by: suite.file }
  }
  return { mutant, fate: 'survived', by: null }
}

/** Mutants spread over all of them: `count` of them, beginning elsewhere each day. */
export function sampleOf(root: string, count: number, day = Math.floor(Date.now() / 86_400_000)): Derived[] {
  const all = deriveMutants(root)
  const step = Math.max(1, Math.floor(all.length / count))
  return Array.from({ length: Math.min(count, all.length) }, (_, i) => all[(day + i * step) % all.length] as Derived)
}

// The long run of the proof: enumerators, random questions, derived mutants, broken twins, attack tools. Writes
// docs/security/proof.md from what the suites tell (a line of JSON each, in the file that HOLDFAST_PROOF names).

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isTestFile, listFiles } from '../layers/tree.ts'
import { deriveMutants } from './derive.ts'
import { knownSurvivors, sampleOf, type Tried, tryMutant } from './mutate.ts'
import { pageOf } from './page.ts'
import { runSuite } from './run-suite.ts'
import { twins } from './twins.ts'

/** What a suite tells. */
export interface ProofLine {
  readonly suite: string
  readonly cases: number
  readonly holesSeeded: number
  readonly holesFound: number
}

export interface Proof {
  readonly date: string
  readonly command: string
  readonly seed: number | null
  readonly minutes: number
  /** What the reader has to know of this run besides. */
  readonly note?: string
  readonly lines: readonly ProofLine[]
  /** Suites that were not green, and what is missing of those that were not run. */
  readonly failures: readonly string[]
  readonly mutants: {
    readonly derived: number
    readonly tried: number
    readonly killed: number
    readonly broken: number
    readonly equivalent: Readonly<Record<string, string>>
    /** Each with the suite that noticed it. */
    readonly noticed: Readonly<Record<string, string>>
    readonly survivors: readonly { readonly id: string; readonly line: number; readonly clause: string }[]
  }
  readonly twins: readonly { readonly name: string; readonly suite: string; readonly isRed: boolean }[]
}

export interface ProofOptions {
  /** Minutes for mutants; what does not fit is left out and the page says so. */
  readonly mutantMinutes: number
  /** Cases of random questions in all. */
  readonly cases: number
}

const root = join(import.meta.dirname, '..', '..')

/** Suites of random questions with their share of the cases. */
const random: readonly { readonly file: string; readonly share: number; readonly runs: number }[] = [
  { file: 'framework/orm/domain/property.test.ts', share: 0.5, runs: 1 },
  { file: 'framework/orm/wild.test.ts', share: 0.44, runs: 4 },
  { file: 'framework/access/rules.test.ts', share: 0.06, runs: 1 },
]
/** Folders whose suites tell the proof what they tried. */
const telling = /^tests\/(proof|attack-tools)\//

/** Runs it all; bounded by its options, it takes no longer than they allow. */
export async function prove(options: ProofOptions, command: string, say: (text: string) => void): Promise<Proof> {
  const startedAt = Date.now()
  const seed = startedAt % 1_000_000
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-proof-'))
  const told = join(folder, 'lines.jsonl')
  const failures: string[] = []
  const run = async (file: string, env: Readonly<Record<string, string>>): Promise<void> => {
    say(file)
    const done = await runSuite(root, file, { env: { HOLDFAST_PROOF: told, ...env }, timeoutMs: 1_200_000 })
    if (done.is !== 'green')
      failures.push(`${file} (${JSON.stringify(env)}): ${done.text.match(/error: .*/)?.[0] ?? done.is}`)
  }
  try {
    for (const { file, share, runs } of random)
      for (let n = 0; n < runs; n++) {
        const cases = String(Math.ceil((options.cases * share) / runs))
        await run(file, { HOLDFAST_CASES: cases, HOLDFAST_SEED: String(seed + n) })
      }
    for (const file of listFiles(root, ['tests'], isTestFile)) if (telling.test(file)) await run(file, {})
    const seededHoles = await tryTwins(say)
    const mutants = await tryMutants(options.mutantMinutes, say)
    const text = await readFile(told, 'utf8').catch(() => '')
    const lines = text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as ProofLine)
    return {
      date: new Date(startedAt).toISOString().slice(0, 16).replace('T', ' '),
      command,
      seed,
      minutes: Math.round((Date.now() - startedAt) / 60_000),
      lines,
      failures,
      mutants,
      twins: seededHoles,
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function tryTwins(say: (text: string) => void): Promise<Proof['twins']> {
  const tried: { name: string; suite: string; isRed: boolean }[] = []
  for (const { name, suite, only, ...seeded } of twins) {
    say(`twin: ${name}`)
    const env = { HOLDFAST_CASES: '2500', HOLDFAST_SEED: '11' }
    tried.push({ name, suite, isRed: (await runSuite(root, suite, { seeded, only, env })).is === 'red' })
  }
  return tried
}

async function tryMutants(minutes: number, say: (text: string) => void): Promise<Proof['mutants']> {
  const until = Date.now() + minutes * 60_000
  const all = deriveMutants(root)
  const known = knownSurvivors(root)
  const tried: Tried[] = []
  for (const mutant of sampleOf(root, all.length)) {
    if (Date.now() > until) break
    if (mutant.id in known) continue
    const one = await tryMutant(root, mutant)
    say(`mutant ${tried.length + 1}: ${one.fate} ${mutant.id}`)
    tried.push(one)
  }
  const of = (fate: Tried['fate']) => tried.filter((one) => one.fate === fate)
  return {
    derived: all.length,
    tried: tried.length,
    killed: of('killed').length,
    broken: of('broken').length,
    equivalent: known,
    noticed: Object.fromEntries(of('killed').map(({ mutant: { id }, by }) => [id, by ?? ''])),
    survivors: of('survived').map(({ mutant: { id, line, clause } }) => ({ id, line, clause })),
  }
}

/** Writes figures and page to docs/security/. */
export async function writeProof(proof: Proof): Promise<void> {
  const folder = join(root, 'docs', 'security')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'proof.json'), `${JSON.stringify(proof, null, 2)}\n`)
  await writeFile(join(folder, 'proof.md'), pageOf(proof))
}

/** The figures of the last long run. */
export async function readProof(): Promise<Proof> {
  return JSON.parse(await readFile(join(root, 'docs', 'security', 'proof.json'), 'utf8')) as Proof
}

/**
 * What a security suite tells the proof: how much it tried, how many holes were seeded in its broken twin, how many of them it
 * found. `npm run bench -- --proof` names a file in HOLDFAST_PROOF, gets a line of JSON per suite there, and takes the long run.
 */

import { appendFileSync } from 'node:fs'
import type { TestContext } from 'node:test'

export interface ProofLine {
  readonly suite: string
  readonly cases: number
  readonly holesSeeded: number
  readonly holesFound: number
}

const file = process.env['HOLDFAST_PROOF']

/** Whether suites try all they have instead of what fits into every run of the tests. */
export const isLongRun: boolean = file !== undefined && file !== ''

/** Says it in the report of the tests, and in the proof's file where there is one. */
export function tellProof(t: TestContext, line: ProofLine): void {
  t.diagnostic(`proof ${JSON.stringify(line)}`)
  if (isLongRun) appendFileSync(file as string, `${JSON.stringify(line)}\n`)
}

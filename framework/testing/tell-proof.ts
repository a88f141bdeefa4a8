/** What a suite tells the long run of the proof: how much it tried, how many holes were seeded and how many of them it found. */

import { appendFileSync } from 'node:fs'
import type { TestContext } from 'node:test'

export interface ProofLine {
  readonly suite: string
  readonly cases: number
  readonly holesSeeded?: number
  readonly holesFound?: number
}

const file = process.env.HOLDFAST_PROOF

/** Whether suites try all they have instead of what fits into every run of the tests. */
export const isLongRun: boolean = file !== undefined && file !== ''

/** Says it in the report of the tests, and as a line of JSON in the file that HOLDFAST_PROOF names. */
export function tellProof(t: Pick<TestContext, 'diagnostic'>, line: ProofLine): void {
  const text = JSON.stringify({ holesSeeded: 0, holesFound: 0, ...line })
  t.diagnostic(`proof ${text}`)
  if (file) appendFileSync(file, `${text}\n`)
}

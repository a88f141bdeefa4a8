/** A call on the maze, with the answer of the kernel and the answer of the policy. */

import type { Env } from '../../orm/index.ts'
import type { Dice, Model } from './data.ts'
import type { Policy } from './policy.ts'

export type Json = unknown

export interface Call {
  readonly title: string
  readonly mode: 'read' | 'write'
  /** The answer in a form that does not depend on what the API leaves open. */
  actual(env: Env): Promise<Json>
  /** @throws Denied where the caller lacks a right */
  expected(policy: Policy): Json
}

/** Makes a call up. */
export type Maker = (dice: Dice, model: Model, ids: (model: Model) => readonly number[]) => Call

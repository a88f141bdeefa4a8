/** What is measured: a call of the external API, and what a hand-written handler does in its place. */

import type { Prepared } from '../data/prepare.ts'
import type { SentStatement } from '../processes/statements.ts'
import type { RivalPlan } from '../processes/protocol.ts'

export type Protocol = 'JSON-2' | 'JSON-RPC'

export interface ApiCall {
  readonly model: string
  readonly method: string
  /** The records that it is called on; absent for methods of the model. */
  readonly ids?: readonly number[]
  readonly named: Readonly<Record<string, unknown>>
}

export interface Operation {
  /** Letter under which `odoo-figures` lists it. */
  readonly key: string
  readonly title: string
  readonly as: 'seller' | 'ownSeller'
  readonly protocols: readonly Protocol[]
  readonly concurrency: readonly number[]
  /** Records that one call makes; figures per second count records then. */
  readonly recordsPerCall: number
  /** Calls that follow each other for the operation; each may use the answer of the one before. */
  readonly calls: readonly ((data: Prepared, n: number, before: unknown) => ApiCall)[]
  /** What the handler is sent for the n-th operation. */
  readonly rivalArguments: (data: Prepared, n: number) => readonly unknown[]
  /** The handler's statement; `sent` is what the server itself sent for the operation with n = 0. */
  readonly rivalPlan: (data: Prepared, sent: readonly SentStatement[]) => Omit<RivalPlan, 'path'>
  /** What stands beside it, in words. */
  readonly rivalDoes: string
}

/** What is measured: a call of the external API, and what a hand-written handler does in its place. */

import type { Prepared } from '../data/prepare.ts'
import type { CallTo } from '../load/connection.ts'
import type { RivalPlan } from '../processes/protocol.ts'
import type { SentStatement } from '../processes/statements.ts'

/** How a call is sent; `HTTP`: as a browser asks for a page. */
export type Protocol = 'JSON-2' | 'JSON-RPC' | 'XML-RPC' | 'HTTP'

export interface ApiCall {
  readonly model: string
  readonly method: string
  /** The records that it is called on; absent for methods of the model. */
  readonly ids?: readonly number[]
  readonly named: Readonly<Record<string, unknown>>
}

/** What both sides must leave alike: rows of a table and of another that hangs on it. */
export interface Comparison {
  readonly table: string
  /** Columns that hold the row's own id. */
  readonly ownId: readonly string[]
  /** Columns that differ from row to row by nature; `id`, `create_date` and `write_date` always do. */
  readonly ignore: readonly string[]
  readonly lines?: { readonly table: string; readonly link: string; readonly ignore: readonly string[] }
}

export interface Operation {
  /** The letter of this operation in `odoo-figures.ts`. */
  readonly key: string
  readonly title: string
  readonly as: 'seller' | 'ownSeller'
  readonly protocols: readonly Protocol[]
  readonly concurrency: readonly number[]
  /** Records that one call makes; figures per second count records then. */
  readonly recordsPerCall: number
  /** The aim: share of the handler's throughput; `null` where the house takes another one on purpose. */
  readonly aim: number | null
  /** What is no method of a model: the whole request; `calls` is empty then. */
  readonly request?: (data: Prepared, n: number) => CallTo
  /** Calls that make up the operation, one after the other; each is given the answer of the one before. */
  readonly calls: readonly ((data: Prepared, n: number, before: unknown) => ApiCall)[]
  /** What the handler is sent for the n-th operation. */
  readonly rivalArguments: (data: Prepared, n: number) => readonly unknown[]
  /** What the handler does for it; `sent` is what the server itself sent for the operation with n = 0, `served` its answer. */
  readonly rivalPlan: (data: Prepared, sent: readonly SentStatement[], served: unknown) => Omit<RivalPlan, 'path'>
  /** What the handler does, in words. */
  readonly rivalDoes: string
  readonly compare?: Comparison
}

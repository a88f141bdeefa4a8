/** What one transaction still owes: stored fields to be computed again, rules to be checked. Shared by all environments of a request. */

import type { NotedEvent } from '../audit/index.ts'
import type { Env } from './env.ts'
import type { Grant, Operation } from './grant.ts'

export interface TransactionState {
  /** `model.field` (or `model.#n` for the n-th constraint) → records. */
  readonly pending: Map<string, Set<number>>
  /** Access to be checked once the values are final. */
  readonly afterChecks: {
    readonly env: Env
    readonly model: string
    readonly operation: Operation
    readonly ids: readonly number[]
  }[]
  /** `model,id` of records whose lists are being written: the caller may write them, whether or not she may read them. */
  readonly parents: Set<string>
  /** Records that callers were shown, by grant and model (`seen.ts`). */
  readonly seen: WeakMap<Grant, Map<string, Set<number>>>
  /** Nesting of create and write; obligations are settled when it returns to 0. */
  depth: number
  flushing: boolean
  /** The request is one call of the kernel's own `create`, so nothing follows it. The first `create` takes it away. */
  isOnlyCall: boolean
  /** Whether a statement of this request has confirmed that the rights in memory still count. */
  epochSeen: boolean
  /** Statements of the request that were recorded; each entry says which it was. */
  recordedSteps: number
  /** Events of a request without a transaction; written before its answer leaves. */
  readonly noted: NotedEvent[]
  /** How often the time was asked for: what was compiled by it is good for this moment only. */
  clockReads: number
}

export function newState(): TransactionState {
  return {
    pending: new Map(),
    afterChecks: [],
    parents: new Set(),
    seen: new WeakMap(),
    depth: 0,
    flushing: false,
    isOnlyCall: false,
    epochSeen: false,
    noted: [],
    recordedSteps: 0,
    clockReads: 0,
  }
}

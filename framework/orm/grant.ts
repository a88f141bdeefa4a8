/** The proof that rights were looked at. The query compiler asks it at every table and field, and does not run without one. */

import { InvalidRequestError } from '../errors.ts'
import type { Domain } from './domain/domain.ts'

export type Operation = 'read' | 'write' | 'create' | 'unlink'

/**
 * Minted by `access/` only. `true` = no condition, `false` = no access at all, a domain = only these records.
 * A domain of a rule is compiled without further rules (a rule speaks about the records themselves).
 */
export interface Grant {
  /** Which records of a model this operation may touch. */
  records(model: string, operation: Operation): true | false | Domain
  /** Whether the field exists for this caller. */
  field(model: string, field: string, operation: 'read' | 'write' | 'create'): boolean
  /**
   * Whether the caller may learn that a record exists which he may not read. Only who administers rights may: he could
   * give himself the right. To everybody else an absent record and a forbidden one look the same.
   */
  readonly seesExistence: boolean
  /** Operations for which nothing at all is asked, documents included: the framework's own work. */
  readonly unlimited: ReadonlySet<Operation>
  /** Names this very grant and never another one of this process, given when it is minted: part of the key of kept plans. */
  readonly key: string
}

/** @throws InvalidRequestError ERR_OPERATION for a word that is none of the four */
export function toOperation(word: string): Operation {
  if (word === 'read' || word === 'write' || word === 'create' || word === 'unlink') return word
  throw new InvalidRequestError(
    'ERR_OPERATION',
    `The operation is one of read, write, create, unlink; not '${String(word).slice(0, 40)}'.`,
  )
}

const readOnly = new Set<string>()

/** From now on no grant lets anybody change records of the model: no rule of an administrator, no elevation, not the framework. */
export function closeToChanges(model: string): void {
  readOnly.add(model)
}

const minted = new WeakSet<Grant>()

let count = 0

/** Makes a grant valid. Reserved: only `access/` may call it (tools/layers.ts). */
export function mintGrant(rights: Omit<Grant, 'key'>): Grant {
  const grant: Grant = {
    ...rights,
    records: (model, operation) =>
      operation !== 'read' && readOnly.has(model) ? false : rights.records(model, operation),
    key: `g${++count}`,
  }
  minted.add(grant)
  return grant
}

/** @throws TypeError when the grant was not minted: a programming error, never a caller's. */
export function requireGrant(grant: Grant): Grant {
  if (!minted.has(grant)) throw new TypeError('A query was asked for without a grant of access/.')
  return grant
}

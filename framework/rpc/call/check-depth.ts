/** How deeply the arguments of a call may be nested: what walks through them later recurses, and a stack is finite. */

import { InvalidRequestError } from '../../errors.ts'

/** Levels of lists and dictionaries; read specifications and nested commands of real clients stay below 20. */
const deepest = 100

/** @throws InvalidRequestError ERR_RPC_DEPTH */
export function checkDepth(value: unknown): void {
  let level: unknown[] = [value]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > deepest)
      throw new InvalidRequestError('ERR_RPC_DEPTH', `The arguments are nested more than ${deepest} levels deep.`)
    const next: unknown[] = []
    for (const item of level) {
      if (item === null || typeof item !== 'object' || ArrayBuffer.isView(item)) continue
      for (const inner of Array.isArray(item) ? item : Object.values(item))
        if (inner !== null && typeof inner === 'object') next.push(inner)
    }
    level = next
  }
}

/** Values of rules that depend on the clock: grants are kept for long, so these are worked out when a statement is compiled. */

import type { Env } from '../env.ts'
import type { Domain } from './domain.ts'

/** A value of a rule's domain that is not known before somebody asks. */
export class LateValue {
  readonly #at: (env: Env) => unknown

  constructor(at: (env: Env) => unknown) {
    this.#at = at
  }

  /** `undefined`: there is no value now, and the rule holds for no record. */
  at(env: Env): unknown {
    return this.#at(env)
  }
}

/** The domain that holds for no record. */
export const nothing: Domain = [[0, '=', 1]]

/** The domain with all values as they are now; where one has none, a domain that holds for no record. */
export function settled(domain: Domain, env: Env): Domain {
  if (!hasLate(domain)) return domain
  const missing = { any: false }
  const now = settle(domain, env, missing) as Domain
  return missing.any ? nothing : now
}

const checked = new WeakMap<Domain, boolean>()

function hasLate(domain: Domain): boolean {
  let known = checked.get(domain)
  if (known === undefined) {
    known = isLate(domain)
    checked.set(domain, known)
  }
  return known
}

function isLate(part: unknown): boolean {
  return part instanceof LateValue || (Array.isArray(part) && part.some(isLate))
}

function settle(part: unknown, env: Env, missing: { any: boolean }): unknown {
  if (Array.isArray(part)) return part.map((item) => settle(item, env, missing))
  if (!(part instanceof LateValue)) return part
  const value = part.at(env)
  if (value === undefined) missing.any = true
  return value ?? null
}

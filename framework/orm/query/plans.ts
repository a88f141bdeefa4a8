/**
 * Compiled statements, kept for the next request that asks for the same under the same rights. What a caller sends as
 * values is never part of one: its domain is compiled each time, and fills a hole of the statement.
 */

import type { Env } from '../env.ts'

/** Plans of all tenants together; those that nobody asked for the longest go first. */
const mostPlans = 4_000
/** Longer specifications are not met twice. */
const longestShape = 4_000
const plans = new Map<string, unknown>()

/**
 * The plan of this kind and shape for whoever `env` stands for; `make` compiles it where there is none.
 * @param kind decides what `make` returns; one place in the source for each
 * @param shape all that `make` depends on besides `env`; `null` = keep nothing
 */
export function planOf<T>(env: Env, kind: string, shape: string | null, make: () => T): T {
  const owner = shape === null || shape.length > longestShape ? null : env.planKey
  if (owner === null) return make()
  const key = `${kind} ${owner} ${shape}`
  const known = plans.get(key) as T | undefined
  if (known !== undefined) {
    plans.delete(key)
    plans.set(key, known)
    return known
  }
  const { clockReads } = env.state
  const made = make()
  // Compiled by today's date (a rule may speak of it), it would be wrong tomorrow.
  if (env.state.clockReads !== clockReads) return made
  if (plans.size >= mostPlans) {
    const oldest = plans.keys().next()
    if (!oldest.done) plans.delete(oldest.value)
  }
  plans.set(key, made)
  return made
}

/** How many plans there are; for tests. */
export function planCount(): number {
  return plans.size
}

/** Forgets all plans; for tests that compare with compiling anew. */
export function forgetPlans(): void {
  plans.clear()
}

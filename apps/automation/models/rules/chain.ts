/** What automations of one transaction set off among themselves, bounded. */

import { type Env, ValidationError } from '#framework'

const limits = { depth: 8, runs: 500 } as const

interface Chain {
  depth: number
  runs: number
  /** `automation,id` of what is being worked on: it does not set itself off again. */
  readonly busy: Set<string>
}

// By the transaction's own state, which no caller has in hand: a key of the context would switch automations off from outside.
const chains = new WeakMap<Env['state'], Chain>()

/** Those of the records on which this automation is not at work already. */
export function idle(env: Env, automation: number, ids: readonly number[]): readonly number[] {
  const busy = chains.get(env.state)?.busy
  return busy ? ids.filter((id) => !busy.has(`${automation},${id}`)) : ids
}

/** @throws ValidationError ERR_AUTOMATION_LOOP when automations set each other off without end */
export async function linked(
  env: Env,
  automation: number,
  name: string,
  ids: readonly number[],
  work: () => Promise<void>,
) {
  const chain = chains.get(env.state) ?? { depth: 0, runs: 0, busy: new Set<string>() }
  chains.set(env.state, chain)
  chain.runs++
  if (chain.depth >= limits.depth || chain.runs > limits.runs)
    throw new ValidationError(
      'ERR_AUTOMATION_LOOP',
      `Automations set each other off without end; the last was “${name}”. Nothing was saved; an administrator has to narrow their conditions.`,
    )
  const keys = ids.map((id) => `${automation},${id}`)
  for (const key of keys) chain.busy.add(key)
  chain.depth++
  try {
    await work()
  } finally {
    chain.depth--
    for (const key of keys) chain.busy.delete(key)
  }
}

/** What an attack is, and how its answers are judged. */

import { callBy, type Call, type Outcome, type Person, type Protocol } from '../support/index.ts'
import { absent, canary, canaryPrice, nothing, type Target, type World } from './world.ts'

export interface Attack {
  /** Ends the sentence "a salesperson gets nothing of another one's order …". */
  readonly by: string
  /** The attack itself. */
  readonly call: (world: World, target: Target) => Call
  /** Calls that know no secret; the attack has to look exactly like each of them. Default: the same with absent ids. */
  readonly like?: readonly ((world: World) => Call)[]
  /** `refused`: an error must come. A function: whether a result is harmless. Default: anything without the secret. */
  readonly must?: 'refused' | ((value: unknown, world: World) => boolean)
}

/** The ways in which the answers give something away; none when all is well. */
export async function examine(world: World, attack: Attack, protocol: Protocol, as: Person): Promise<string[]> {
  const holes: string[] = []
  const run = (call: Call): Promise<Outcome> => callBy(protocol, world.server, world.company, as, call)
  const before = await world.fingerprint()
  const call = attack.call(world, world.target)
  const outcome = await run(call)
  // What the caller sent may come back in a message.
  if (shows(outcome.text) && !shows(JSON.stringify(call))) holes.push(`shows the secret: ${outcome.text.slice(0, 300)}`)
  if (outcome.text.includes('ERR_SERVER')) holes.push(`breaks the server: ${outcome.text}`)
  if (attack.must === 'refused' && outcome.ok) holes.push(`was not refused: ${outcome.text.slice(0, 300)}`)
  if (typeof attack.must === 'function' && outcome.ok && !attack.must(outcome.value, world))
    holes.push(`gave a wrong result: ${outcome.text.slice(0, 300)}`)
  if ((await world.fingerprint()) !== before) holes.push('changed the secret order')
  for (const innocent of attack.like ?? [(w: World) => attack.call(w, nothing)]) {
    const other = await run(innocent(world))
    const [mine, theirs] = [faceOf(world, outcome), faceOf(world, other)]
    if (mine !== theirs)
      holes.push(`can be told from an innocent call:\n  ${mine.slice(0, 300)}\n  ${theirs.slice(0, 300)}`)
  }
  return holes
}

function shows(text: string): boolean {
  return text.includes(canary) || text.includes(String(canaryPrice))
}

/** What a caller can tell answers apart by; the ids that the caller sent and the time do not count. */
function faceOf({ target }: World, { ok, value, kind, message, status }: Outcome): string {
  const sent = [target.order, target.line, target.attachment, absent]
  return JSON.stringify({ ok, value, kind, message, status })
    .replace(new RegExp(`\\b(${sent.join('|')})\\b`, 'g'), '#')
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, '<time>')
    .replace(/\bid": ?9\d{5,}\b/g, 'id":<new>')
    .replace(/"value":\[?9\d{5,}\]?,/g, '"value":<new>,')
    .replace(/\bS\d{5}\b/g, '<number>')
}

/** Whether a list of ids or rows holds one of these records. */
export function holds(value: unknown, ...ids: readonly number[]): boolean {
  return (
    JSON.stringify(value)
      .match(/\d+/g)
      ?.some((digits) => ids.includes(Number(digits))) ?? false
  )
}

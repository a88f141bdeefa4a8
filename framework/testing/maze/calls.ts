/** Random calls on the maze. */

import type { Call } from './call.ts'
import { changes } from './changes.ts'
import { type Dice, type Model, models } from './data.ts'
import { looks } from './looks.ts'

const makers = [...looks, ...changes]

/** One of the ways to look at records or to change them. */
export function randomCall(dice: Dice, ids: (model: Model) => readonly number[]): Call {
  return dice.pick(makers)(dice, dice.pick(models), ids)
}

/** Binds the arguments of a call, positional and named, to the parameters that the method declares. */

import type { ApiMethod, Context, ParamType } from '../../orm/index.ts'
import { checkDepth } from './check-depth.ts'
import { checkType, toIds } from './check-type.ts'
import { checkContext } from './context.ts'
import { argumentsRefused } from './refusal.ts'

export interface Bound {
  /** The records to call it on; empty for `on: 'model'`. */
  readonly ids: readonly number[]
  /** One value per declared parameter, in order. */
  readonly values: readonly unknown[]
  readonly context: Context
}

interface Plan {
  readonly names: readonly string[]
  readonly types: readonly ParamType[]
  /** Place of each name. */
  readonly places: ReadonlyMap<string, number>
}

const plans = new WeakMap<ApiMethod, Plan>()

/** @throws InvalidRequestError ERR_RPC_ARGUMENTS, ERR_RPC_TYPE or ERR_RPC_CONTEXT; `label` (`res.partner.write`) is for its message */
export function bind(
  label: string,
  method: ApiMethod,
  args: readonly unknown[],
  kwargs: Readonly<Record<string, unknown>>,
): Bound {
  checkDepth([args, kwargs])
  const plan = planOf(method)
  let ids: readonly number[] = []
  let first = 0
  if (method.on === 'records') {
    if (args.length > 0) {
      ids = recordIds(method, args[0])
      first = 1
    } else if (!plan.places.has('ids')) ids = recordIds(method, kwargs['ids'])
  }
  const given = args.length - first
  if (given > plan.names.length) {
    throw argumentsRefused(
      `${label} takes ${plan.names.length} ${plan.names.length === 1 ? 'argument' : 'arguments'}, but ${given} were given.`,
    )
  }
  const values = plan.types.map((type) => type.initial)
  const filled = new Uint8Array(plan.names.length)
  for (let place = 0; place < given; place++) put(plan, values, filled, place, args[first + place])
  for (const name of Object.keys(kwargs)) {
    const place = plan.places.get(name)
    if (place !== undefined) {
      if (filled[place] === 1) throw argumentsRefused(`${label} got the argument "${name}" twice.`)
      put(plan, values, filled, place, kwargs[name])
    } else if (name !== 'context' && !(name === 'ids' && method.on === 'records' && first === 0)) {
      throw argumentsRefused(`${label} has no argument "${name.slice(0, 60)}".`)
    }
  }
  for (let place = 0; place < filled.length; place++) {
    if (filled[place] === 0 && plan.types[place]?.optional !== true)
      throw argumentsRefused(`missing a required argument: '${plan.names[place]}'`)
  }
  return { ids, values, context: plan.places.has('context') ? {} : checkContext(kwargs['context']) }
}

function recordIds(method: ApiMethod, value: unknown): readonly number[] {
  const isLenient = method.passesOverTexts === true && Array.isArray(value)
  return toIds('ids', isLenient ? value.filter((one) => typeof one !== 'string') : value)
}

function put(plan: Plan, values: unknown[], filled: Uint8Array, place: number, value: unknown): void {
  values[place] = checkType(plan.names[place] as string, plan.types[place] as ParamType, value)
  filled[place] = 1
}

function planOf(method: ApiMethod): Plan {
  let plan = plans.get(method)
  if (plan === undefined) {
    const names = Object.keys(method.params)
    plan = { names, types: Object.values(method.params), places: placesOf(method, names) }
    plans.set(method, plan)
  }
  return plan
}

function placesOf(method: ApiMethod, names: readonly string[]): Map<string, number> {
  const places = new Map(names.map((name, place) => [name, place]))
  for (const [alias, name] of Object.entries(method.aliases ?? {})) places.set(alias, names.indexOf(name))
  return places
}

/** Where the room above that makes views plugs in; records know no views themselves. */

import type { Env } from '../../env.ts'
import type { ModelInfo } from '../../registry.ts'

/** Views by kind, and the fields of the models that they show. */
export interface Views {
  readonly views: Readonly<Record<string, object>>
  readonly models: Readonly<Record<string, object>>
}
type ViewMaker = (env: Env, model: ModelInfo, wanted: unknown) => Views

let maker: ViewMaker = () => ({ views: {}, models: {} })

/** Set once, by `views/` when it is loaded. */
export function setViewMaker(make: ViewMaker): void {
  maker = make
}

export function viewMaker(env: Env, model: ModelInfo, wanted: unknown): Views {
  return maker(env, model, wanted)
}

/** Where the room above that makes views plugs in; records know no views themselves. */

import type { Env } from '../../env.ts'
import type { ModelInfo } from '../../registry.ts'

type ViewMaker = (env: Env, model: ModelInfo, wanted: unknown) => unknown

let maker: ViewMaker = () => ({ views: {}, models: {} })

/** Set once, by `views/` when it is loaded. */
export function setViewMaker(make: ViewMaker): void {
  maker = make
}

export function viewMaker(env: Env, model: ModelInfo, wanted: unknown): unknown {
  return maker(env, model, wanted)
}

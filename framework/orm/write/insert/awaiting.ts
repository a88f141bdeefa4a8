/** What of others has to be computed again because records were made. */

import type { Env } from '../../env.ts'
import type { FieldInfo, ModelInfo, Trigger } from '../../registry.ts'
import { addPending, affected } from '../recompute.ts'

/** Ids that new records point to through a many2one; `null` when that is not known yet. */
type PointedTo = (inverse: FieldInfo) => readonly number[] | null

/** Whether records of others have to be computed again because of new ones. */
export function isAwaitedElsewhere(env: Env, model: ModelInfo, pointedTo: PointedTo): boolean {
  return awaiting(env, model).some(({ inverse }) => pointedTo(inverse)?.length !== 0)
}

/** Notes that records were made: what hangs on lists that they are in is computed again. Their own fields are not looked at. */
export async function markModifiedElsewhere(
  env: Env,
  model: ModelInfo,
  ids: readonly number[],
  pointedTo: PointedTo,
): Promise<void> {
  const reached = new Map<string, Promise<number[]>>()
  for (const { trigger, inverse } of awaiting(env, model)) {
    const parents = pointedTo(inverse)
    if (parents?.length === 0) continue
    const way = `${trigger.targetModel} ${trigger.path.join('.')}`
    const found = reached.get(way) ?? affected(env, trigger, ids, parents)
    reached.set(way, found)
    addPending(env, trigger, await found)
  }
}

interface Awaiting {
  readonly trigger: Trigger
  readonly inverse: FieldInfo
}

const awaitingByModel = new WeakMap<ModelInfo, readonly Awaiting[]>()

// Nobody can point to a record that was just made, except through the record's own many2one.
function awaiting(env: Env, model: ModelInfo): readonly Awaiting[] {
  let found = awaitingByModel.get(model)
  if (!found) {
    const triggers = [...model.fields.values()]
      .filter((field) => field.column || field.link)
      .flatMap((field) => env.registry.triggers.get(`${model.name}.${field.name}`) ?? [])
    found = [...new Set(triggers)].flatMap((trigger) => {
      const last = lastStep(env, trigger)
      const inverse = last?.kind === 'one2many' ? model.fields.get(last.inverse ?? '') : undefined
      return inverse ? [{ trigger, inverse }] : []
    })
    awaitingByModel.set(model, found)
  }
  return found
}

function lastStep(env: Env, trigger: Trigger): FieldInfo | undefined {
  let model = env.registry.models.get(trigger.targetModel)
  let last: FieldInfo | undefined
  for (const name of trigger.path) {
    last = model?.fields.get(name)
    model = env.registry.models.get(last?.comodel ?? '')
  }
  return last
}

/** Which stored computed fields are worked out next, and together: as few passes over as few models as dependencies allow. */

import type { FieldInfo, ModelInfo, ModelRegistry } from '../registry.ts'

/** Fields of one model that are due for exactly the same records, in the order in which they are computed. */
export interface Batch {
  readonly model: ModelInfo
  readonly fields: readonly FieldInfo[]
  readonly ids: readonly number[]
}

interface Due {
  readonly key: string
  readonly model: ModelInfo
  readonly field: FieldInfo
  readonly ids: ReadonlySet<number>
  readonly rank: number
  readonly own: ReadonlySet<string>
  readonly others: ReadonlySet<string>
}

const free: ReadonlySet<string> = new Set()

/** Takes the next batch out of what is pending (`model.field` → records; constraints, `model.#n`, stay); `null` when there is none. */
export function nextBatch(registry: ModelRegistry, pending: Map<string, Set<number>>): Batch | null {
  const due = dueFields(registry, pending)
  if (due.length === 0) return null
  const isDue = new Set(due.map(({ key }) => key))
  const ready = due.filter((one) => !meets(one.others, isDue, one.key))
  const [first] = ready.filter(({ model }) => model === bestModel(due, ready))
  if (!first) return null
  // A field that is due for fewer records waits for its turn: its value may have been given for the others.
  const batch: Due[] = []
  const taken = new Set<string>()
  for (const one of ready) {
    if (one.model !== first.model || !sameMembers(one.ids, first.ids)) continue
    if ([...one.own].some((key) => isDue.has(key) && !taken.has(key) && key !== one.key)) continue
    batch.push(one)
    taken.add(one.key)
  }
  for (const key of taken) pending.delete(key)
  const fields = [...batch.map(({ field }) => field), ...following(registry, first.model, taken, isDue)]
  return { model: first.model, fields, ids: [...first.ids] }
}

// What is made of these fields on the same records would be due right after them: it comes along, unless a value that was
// given for it may have to stay.
function following(
  registry: ModelRegistry,
  model: ModelInfo,
  taken: Set<string>,
  isDue: ReadonlySet<string>,
): FieldInfo[] {
  return computedOf(registry, model).flatMap(({ key, field, own, others }) => {
    if (field.options.editable || isDue.has(key) || !meets(own, taken)) return []
    if (meets(others, isDue, key) || [...own].some((one) => isDue.has(one) && !taken.has(one))) return []
    taken.add(key)
    return [field]
  })
}

type Place = Pick<Due, 'key' | 'field' | 'rank' | 'own' | 'others'>

const places = new WeakMap<ModelRegistry, Map<string, readonly Place[]>>()

// The stored computed fields of a model, lower ranks first.
function computedOf(registry: ModelRegistry, model: ModelInfo): readonly Place[] {
  let known = places.get(registry)
  if (!known) {
    known = new Map()
    places.set(registry, known)
  }
  let list = known.get(model.name)
  if (!list) {
    list = [...model.fields.values()]
      .flatMap((field) => {
        const key = `${model.name}.${field.name}`
        const order = field.column && field.computed ? registry.computedOrder.get(key) : undefined
        return order ? [{ key, field, ...order }] : []
      })
      .sort((a, b) => a.rank - b.rank)
    known.set(model.name, list)
  }
  return list
}

function dueFields(registry: ModelRegistry, pending: Map<string, Set<number>>): Due[] {
  const due: Due[] = []
  for (const [key, ids] of pending) {
    if (key.includes('.#')) continue
    const dot = key.lastIndexOf('.')
    const model = registry.models.get(key.slice(0, dot))
    const field = model?.fields.get(key.slice(dot + 1))
    if (!model || !field) {
      pending.delete(key)
      continue
    }
    const { rank = 0, own = free, others = free } = registry.computedOrder.get(key) ?? {}
    due.push({ key, model, field, ids, rank, own, others })
  }
  return due.sort((a, b) => a.rank - b.rank)
}

// A model all of whose fields can be computed is done in one pass. Where none is, the one that most others wait for.
function bestModel(due: readonly Due[], ready: readonly Due[]): ModelInfo | undefined {
  const isReady = new Set(ready)
  const models = new Set(ready.map(({ model }) => model))
  let best: ModelInfo | undefined
  let mostWaiting = -1
  for (const model of models) {
    if (due.every((one) => one.model !== model || isReady.has(one))) return model
    const keys = new Set(ready.filter((one) => one.model === model).map(({ key }) => key))
    const waiting = due.filter((one) => one.model !== model && meets(one.others, keys)).length
    if (waiting <= mostWaiting) continue
    mostWaiting = waiting
    best = model
  }
  return best
}

function meets(a: ReadonlySet<string>, b: ReadonlySet<string>, except?: string): boolean {
  for (const one of a) if (one !== except && b.has(one)) return true
  return false
}

function sameMembers(a: ReadonlySet<number>, b: ReadonlySet<number>): boolean {
  if (a.size !== b.size) return false
  for (const n of a) if (!b.has(n)) return false
  return true
}

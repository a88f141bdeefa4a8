/** What has to be computed again when a field changes, and in which order. */

import type { FieldInfo, ModelInfo, Trigger } from './registry.ts'

type Models = ReadonlyMap<string, ModelInfo>

/** `model.field` → stored computed fields that depend on it, with the path from their record to the changed one. */
export function buildTriggers(models: Models): Map<string, Trigger[]> {
  const triggers = new Map<string, Trigger[]>()
  const add = (key: string, trigger: Trigger) => {
    const list = triggers.get(key) ?? []
    if (
      !list.some(
        (t) =>
          t.targetModel === trigger.targetModel &&
          t.targetField === trigger.targetField &&
          t.path.join('.') === trigger.path.join('.'),
      )
    )
      list.push(trigger)
    triggers.set(key, list)
  }
  for (const model of models.values()) {
    for (const field of model.fields.values()) {
      if (!field.column || !field.computed) continue
      for (const path of storedDependencies(models, model, field)) walk(models, model, field.name, path, add)
    }
    // Constraints are triggered like computed fields; their target is '#' and their number.
    model.constraints.forEach((constraint, i) => {
      for (const dotted of constraint.after ?? constraint.on)
        for (const path of expand(models, model, dotted.split('.'), [`${model.name}.#${i}`]))
          walk(models, model, `#${i}`, path, add)
    })
  }
  return triggers
}

function walk(
  models: Models,
  model: ModelInfo,
  target: string,
  path: readonly string[],
  add: (key: string, trigger: Trigger) => void,
): void {
  let at: ModelInfo = model
  path.forEach((part, i) => {
    const step = at.fields.get(part)
    if (!step) return
    add(`${at.name}.${part}`, { targetModel: model.name, targetField: target, path: path.slice(0, i) })
    if (step.kind === 'one2many')
      add(`${step.comodel}.${step.inverse}`, {
        targetModel: model.name,
        targetField: target,
        path: path.slice(0, i + 1),
      })
    at = models.get(step.comodel ?? '') ?? at
  })
}

/** Dependencies with every field that has no column replaced by what it is made of. */
export function storedDependencies(
  models: Models,
  model: ModelInfo,
  field: FieldInfo,
  seen: readonly string[] = [],
): string[][] {
  return (field.computed?.on ?? []).flatMap((dotted) =>
    expand(models, model, dotted.split('.'), [...seen, `${model.name}.${field.name}`]),
  )
}

/** What a path reads of the database: every field without a column on it replaced by what it is made of. */
export function expand(
  models: Models,
  model: ModelInfo,
  path: readonly string[],
  seen: readonly string[] = [],
): string[][] {
  const [head, ...rest] = path
  const field = head === undefined ? undefined : model.fields.get(head)
  if (!field || head === undefined)
    throw new TypeError(`A computed field of ${seen[0]} depends on ${model.name}.${head}, which does not exist.`)
  const through = (prefix: readonly string[]) =>
    rest.length === 0
      ? [[...prefix]]
      : expand(models, models.get(field.comodel ?? '') ?? fail(seen, field), rest, seen).map((tail) => [
          ...prefix,
          ...tail,
        ])
  if (field.column || field.kind === 'one2many' || field.kind === 'many2many') {
    if (field.related && !field.column) return expand(models, model, [...field.related, ...rest], seen)
    return through([head])
  }
  if (field.related) return expand(models, model, [...field.related, ...rest], seen)
  if (field.computed) {
    if (seen.includes(`${model.name}.${head}`)) return []
    return storedDependencies(models, model, field, seen)
  }
  return through([head])
}

function fail(seen: readonly string[], field: FieldInfo): never {
  throw new TypeError(`A computed field of ${seen[0]} goes through ${field.model}.${field.name}, which is no relation.`)
}

/** Where a stored computed field stands among the others. */
export interface ComputedOrder {
  /** Lower ones are computed first. */
  readonly rank: number
  /** `model.field` of those on the same record that its function is given, and all that these are given in turn. */
  readonly own: ReadonlySet<string>
  /** Those that have to be in the table before it is computed: of other records, and all that these are made of in turn. */
  readonly others: ReadonlySet<string>
}

/**
 * The order of stored computed fields, by `model.field`.
 * @throws TypeError when two fields depend on each other (a field may depend on itself through a parent)
 */
export function orderComputed(models: Models): Map<string, ComputedOrder> {
  const order = new Map<string, ComputedOrder>()
  const visiting = new Set<string>()
  const visit = (model: ModelInfo, field: FieldInfo): ComputedOrder => {
    const key = `${model.name}.${field.name}`
    const known = order.get(key)
    if (known !== undefined) return known
    if (visiting.has(key))
      throw new TypeError(`The computed field ${key} depends on itself through other fields; break the circle.`)
    visiting.add(key)
    let rank = 0
    const own = new Set<string>()
    const others = new Set<string>()
    const besides = onSameRecord(model, field)
    for (const path of storedDependencies(models, model, field)) {
      let at: ModelInfo = model
      for (const part of path) {
        const step = at.fields.get(part)
        if (!step) break
        if (step.column && step.computed && !(at.name === model.name && part === field.name)) {
          const before = visit(at, step)
          rank = Math.max(rank, before.rank + 1)
          for (const one of before.others) others.add(one)
          const key = `${at.name}.${part}`
          for (const one of [key, ...before.own]) (path.length === 1 && besides.has(key) ? own : others).add(one)
        }
        at = models.get(step.comodel ?? '') ?? at
      }
    }
    visiting.delete(key)
    const found = { rank, own, others }
    order.set(key, found)
    return found
  }
  for (const model of models.values())
    for (const field of model.fields.values()) if (field.column && field.computed) visit(model, field)
  return order
}

// Stored computed fields that a function gets by their names, or that another function between them gets.
function onSameRecord(model: ModelInfo, field: FieldInfo, seen = new Set<string>()): Set<string> {
  const found = new Set<string>()
  for (const name of field.computed?.on ?? []) {
    const given = model.fields.get(name)
    if (!given?.computed || seen.has(name)) continue
    seen.add(name)
    if (given.column) found.add(`${model.name}.${name}`)
    else if (!given.related) for (const one of onSameRecord(model, given, seen)) found.add(one)
  }
  return found
}

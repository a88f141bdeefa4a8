// Whether every model of every application says who may reach it: a model that nobody thought of is a fault of the check,
// not a surprise of the first customer. The entries themselves must name models, fields and groups that exist.
import { availableApps, loadEveryApp } from '#framework/modules/index.ts'
import { buildRegistry, type Declaration, type ModelInfo, type ModelRegistry } from '#framework/orm/index.ts'
import { ValidationError } from '#framework/errors.ts'
import { checkPaths, checkShape } from '../framework/modules/rights/domain-shape.ts'
import type { Fault } from './layers/tree.ts'

type Entry = Extract<Declaration, { is: 'access' | 'unreachable' }>

/** What an application depends on, itself included; from the manifests. */
type Reach = ReadonlyMap<string, ReadonlySet<string>>

/** A sentence, not a shrug. */
const shortestReason = 20

/** Every fault of the applications on disk. */
export async function findAccessFaults(): Promise<Fault[]> {
  const broken = await loadEveryApp()
  if (broken.length > 0)
    return broken.map(({ name, cause }) => fault(name, 'access-load', `the application cannot be loaded: ${cause}`))
  const apps = await availableApps()
  const reach = new Map<string, ReadonlySet<string>>()
  // Dependencies come first in the list.
  for (const { name, depends } of apps)
    reach.set(name, new Set([name, ...depends.flatMap((other) => [...(reach.get(other) ?? [])])]))
  return accessFaults(buildRegistry(apps.map(({ name }) => name)), reach)
}

/** The faults of a set of applications that are loaded. */
export function accessFaults(registry: ModelRegistry, reach: Reach): Fault[] {
  const entries = registry.declarations.filter((one): one is Entry => one.is === 'access' || one.is === 'unreachable')
  return [
    ...[...registry.models.values()].flatMap((model) => modelFaults(model, entries)),
    ...entries.flatMap((entry) => entryFaults(entry, registry, reach)),
  ]
}

function modelFaults(model: ModelInfo, entries: readonly Entry[]): Fault[] {
  if (model.options.abstract) return []
  const mine = entries.filter((entry) => entry.model === model.name)
  const isPermitted = mine.some(
    (entry) => entry.is === 'access' && entry.rules.some(({ group }) => group !== undefined),
  )
  const isClosed = mine.some((entry) => entry.is === 'unreachable')
  if (isPermitted && isClosed)
    return [fault(model.app, 'access-contradiction', `${model.name} has permissions and is declared unreachable`)]
  if (isPermitted || isClosed) return []
  const remedy = `name a group in access('${model.name}', …), or say unreachable('${model.name}', reason)`
  return [fault(model.app, 'access-missing', `nobody may reach the model ${model.name}: ${remedy}`)]
}

function entryFaults(entry: Entry, registry: ModelRegistry, reach: Reach): Fault[] {
  const model = registry.models.get(entry.model)
  const isInReach = model !== undefined && reach.get(entry.app)?.has(model.app) === true
  if (!isInReach) return [fault(entry.app, 'access-model', `there is no model ${entry.model} in what it depends on`)]
  if (entry.is === 'unreachable')
    return entry.reason.trim().length >= shortestReason
      ? []
      : [fault(entry.app, 'access-reason', `${entry.model} is declared unreachable without saying why`)]
  return entry.rules.flatMap(({ group, ops, fields = [], domain }) => [
    ...(ops.length > 0 ? [] : [fault(entry.app, 'access-ops', `an entry of ${entry.model} names no operation`)]),
    ...groupFaults(entry, group, registry, reach),
    ...fields
      .filter((name) => !model.fields.has(name))
      .map((name) => fault(entry.app, 'access-field', `${entry.model} has no field ${name}`)),
    ...domainFaults(entry, model, domain, registry),
  ])
}

function groupFaults(entry: Entry, group: string | undefined, registry: ModelRegistry, reach: Reach): Fault[] {
  if (group === undefined) return []
  const full = group.includes('.') ? group : `${entry.app}.${group}`
  const isThere = registry.declarations.some(
    (one) =>
      one.is === 'records' &&
      one.model === 'res.groups' &&
      reach.get(entry.app)?.has(one.app) === true &&
      Object.keys(one.rows).some((key) => (key.includes('.') ? key : `${one.app}.${key}`) === full),
  )
  return isThere ? [] : [fault(entry.app, 'access-group', `${entry.model}: there is no group ${full}`)]
}

function domainFaults(entry: Entry, model: ModelInfo, domain: unknown, registry: ModelRegistry): Fault[] {
  if (domain === undefined) return []
  try {
    checkPaths(registry, model, checkShape(domain))
    return []
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error
    return [fault(entry.app, 'access-domain', `${entry.model}: ${error.message}`)]
  }
}

function fault(app: string, rule: string, message: string): Fault {
  return { file: `apps/${app}/access.ts`, line: 1, rule, message }
}

/** Models, fields and methods that a person may use: the registry as her rights show it. */

import { type Tenant, withEnv } from '../../../access/index.ts'
import type { ApiMethod, Env, ModelInfo, ParamType } from '../../../orm/index.ts'

export interface ReferenceUser {
  readonly name: string
  readonly login: string
}

export interface ModelEntry {
  readonly name: string
  readonly description: string
  readonly methods: number
}

export interface MethodEntry {
  readonly name: string
  /** `search_read(domain, fields=null, offset=0)` */
  readonly signature: string
  readonly on: 'model' | 'records'
  readonly returns: string
  readonly doc: string
}

export interface FieldEntry {
  readonly name: string
  readonly label: string
  readonly type: string
  readonly required: boolean
  readonly computed: boolean
}

export interface ModelReference extends ModelEntry {
  readonly own: readonly MethodEntry[]
  readonly base: readonly MethodEntry[]
  readonly fields: readonly FieldEntry[]
}

/** All models that the user may call a method of, by name. */
export async function readModels(tenant: Tenant, uid: number): Promise<{ user: ReferenceUser; models: ModelEntry[] }> {
  return await withEnv(tenant, uid, { mode: 'read' }, async (env) => {
    const models = [...env.registry.models.values()]
      .filter((model) => isReachable(env, model))
      .map((model) => entry(env, model))
    models.sort((a, b) => (a.name < b.name ? -1 : 1))
    return { user: env.user, models }
  })
}

/** One model in full; `null` when it is absent for this user. */
export async function readModel(
  tenant: Tenant,
  uid: number,
  name: string,
): Promise<{ user: ReferenceUser; model: ModelReference | null }> {
  return await withEnv(tenant, uid, { mode: 'read' }, async (env) => {
    const model = env.registry.models.get(name)
    if (model === undefined || !isReachable(env, model)) return { user: env.user, model: null }
    const common = commonMethods(env)
    const methods = callable(env, model)
    return {
      user: env.user,
      model: {
        ...entry(env, model),
        own: methods.filter(([method]) => !common.has(method)).map(method),
        base: methods.filter(([method]) => common.has(method)).map(method),
        fields: [...model.fields.values()]
          .filter((field) => env.grant.field(model.name, field.name, 'read'))
          .map((field) => ({
            name: field.name,
            label: field.label,
            type: field.comodel === undefined ? field.kind : `${field.kind} → ${field.comodel}`,
            required: field.options.required === true,
            computed: field.computed !== undefined,
          })),
      },
    }
  })
}

function isReachable(env: Env, model: ModelInfo): boolean {
  return (
    model.api.size > 0 &&
    model.options.abstract !== true &&
    callable(env, model).length > 0 &&
    env.grant.records(model.name, 'read') !== false
  )
}

function callable(env: Env, model: ModelInfo): [string, ApiMethod][] {
  return [...model.api].filter(
    ([, one]) => one.access === 'none' || env.grant.records(model.name, one.access) !== false,
  )
}

// Methods that (nearly) every model has are told once; told apart by counting, because the registry does not mark them.
function commonMethods(env: Env): ReadonlySet<string> {
  const seen = new Map<string, number>()
  const models = [...env.registry.models.values()].filter((model) => model.api.size > 0)
  for (const model of models) for (const name of model.api.keys()) seen.set(name, (seen.get(name) ?? 0) + 1)
  return new Set(
    [...seen].filter(([, times]) => models.length > 2 && times > models.length * 0.8).map(([name]) => name),
  )
}

function entry(env: Env, model: ModelInfo): ModelEntry {
  return { name: model.name, description: model.options.description ?? '', methods: callable(env, model).length }
}

function method([name, declared]: [string, ApiMethod]): MethodEntry {
  const params = Object.entries(declared.params).map(([param, type]) =>
    type.optional ? `${param}=${initial(type)}` : param,
  )
  return {
    name,
    signature: `${name}(${params.join(', ')})`,
    on: declared.on,
    returns: declared.returns.kind,
    doc: declared.doc,
  }
}

function initial(type: ParamType): string {
  return JSON.stringify(type.initial ?? null) ?? 'null'
}

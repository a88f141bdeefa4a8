/** Models, fields and methods that a person may use, as the reference shows them. */

import { type Tenant, withEnv } from '../../../access/index.ts'
import type { Env, ParamType } from '../../../orm/index.ts'
import { describeApi, describeModel, type MethodDescription, type ModelDescription } from '../../../rpc/index.ts'
import { exampleBody } from './examples.ts'

export interface ReferenceUser {
  readonly name: string
  readonly login: string
}

export interface ModelEntry {
  readonly name: string
  readonly description: string
  readonly methods: number
}

export interface ParamEntry {
  readonly name: string
  readonly type: string
  /** The value where it is not given; `null` where it has to be. */
  readonly initial: string | null
}

export interface MethodEntry {
  readonly name: string
  /** `search_read(domain=[], fields=null, offset=0)` */
  readonly signature: string
  readonly on: 'model' | 'records'
  readonly changes: boolean
  readonly params: readonly ParamEntry[]
  readonly returns: string
  readonly doc: string
  /** Named arguments to begin with, for examples and trying it. */
  readonly body: Readonly<Record<string, unknown>>
}

export interface FieldEntry {
  readonly name: string
  readonly label: string
  readonly type: string
  readonly required: boolean
  readonly fixed: boolean
}

export interface ModelReference extends ModelEntry {
  readonly own: readonly MethodEntry[]
  readonly base: readonly MethodEntry[]
  readonly fields: readonly FieldEntry[]
}

/** All models that the user may call a method of, by name. */
export async function readModels(tenant: Tenant, uid: number): Promise<{ user: ReferenceUser; models: ModelEntry[] }> {
  return await withEnv(tenant, uid, { mode: 'read' }, async (env) => ({
    user: env.user,
    models: describeApi(env).models.map(entry),
  }))
}

/** One model in full; `null` when it is absent for this user. */
export async function readModel(
  tenant: Tenant,
  uid: number,
  name: string,
): Promise<{ user: ReferenceUser; model: ModelReference | null }> {
  return await withEnv(tenant, uid, { mode: 'read' }, async (env) => ({ user: env.user, model: reference(env, name) }))
}

function reference(env: Env, name: string): ModelReference | null {
  const model = describeModel(env, name)
  if (model === null) return null
  const methods = (isBase: boolean) =>
    model.methods.filter((one) => one.isBase === isBase).map((one) => methodEntry(model, one))
  return {
    ...entry(model),
    own: methods(false),
    base: methods(true),
    fields: model.fields
      .filter((field) => field.readable)
      .map((field) => ({
        name: field.name,
        label: field.label,
        type: field.comodel === undefined ? field.kind : `${field.kind} → ${field.comodel}`,
        required: field.required,
        fixed: !field.writable,
      })),
  }
}

function entry(model: ModelDescription): ModelEntry {
  return { name: model.name, description: model.title, methods: model.methods.length }
}

function methodEntry(model: ModelDescription, { name, declared }: MethodDescription): MethodEntry {
  const params = Object.entries(declared.params).map(([param, type]) => ({
    name: param,
    type: type.kind,
    initial: type.optional ? initial(type) : null,
  }))
  const listed = params.map((param) => (param.initial === null ? param.name : `${param.name}=${param.initial}`))
  return {
    name,
    signature: `${name}(${listed.join(', ')})`,
    on: declared.on,
    changes: declared.readonly !== true,
    params,
    returns: declared.returns.kind,
    doc: declared.doc,
    body: exampleBody(model, declared),
  }
}

function initial(type: ParamType): string {
  return JSON.stringify(type.initial ?? null) ?? 'null'
}

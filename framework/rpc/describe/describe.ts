/**
 * What one user may call: models, fields and methods from the `expose` declarations and her Grant. OpenAPI, the reference
 * pages and the typed client all come from this one description; what she may not use is not in it.
 */

import { type ApiMethod, baseApi, describeFields, type Env, type ModelInfo, type Operation } from '../../orm/index.ts'

export interface ApiDescription {
  readonly models: readonly ModelDescription[]
}

export interface ModelDescription {
  readonly name: string
  /** What one record is: 'Sales Order'. */
  readonly title: string
  readonly fields: readonly FieldDescription[]
  readonly methods: readonly MethodDescription[]
}

export interface FieldDescription {
  readonly name: string
  readonly kind: string
  readonly label: string
  readonly help: string | undefined
  /** Model that a relation leads to. */
  readonly comodel: string | undefined
  /** Values that a selection knows, with their labels; `undefined` where any text goes. */
  readonly selection: readonly (readonly [string, string])[] | undefined
  readonly required: boolean
  readonly readable: boolean
  /** May be given to `create` or `write`. */
  readonly writable: boolean
}

export interface MethodDescription {
  readonly name: string
  readonly declared: ApiMethod
  /** One that every model has. */
  readonly isBase: boolean
}

const operations = ['read', 'write', 'create', 'unlink'] as const

/** The description for the user of this environment; models in the order of their names. */
export function describeApi(env: Env): ApiDescription {
  const models = [...env.registry.models.keys()]
    .sort()
    .map((name) => describeModel(env, name))
    .filter((model) => model !== null)
  return { models }
}

/** One model; `null` when it is absent for this user, for whatever reason. */
export function describeModel(env: Env, name: string): ModelDescription | null {
  const model = env.registry.models.get(name)
  if (model === undefined || model.api.size === 0 || model.options.abstract === true) return null
  if (!operations.some((operation) => may(env, model, operation))) return null
  const methods = [...model.api]
    .filter(([method, declared]) => isCallable(env, model, method, declared))
    .map(([method, declared]) => ({ name: method, declared, isBase: baseApi[method] === declared }))
  if (methods.length === 0) return null
  return { name, title: model.options.description ?? name, fields: fieldsOf(env, model), methods }
}

function may(env: Env, model: ModelInfo, operation: Operation): boolean {
  return env.grant.records(model.name, operation) !== false
}

// Methods that ask for nothing by themselves and then do what a right is needed for.
const eitherOf: Readonly<Record<string, readonly Operation[]>> = {
  web_save: ['create', 'write'],
  onchange: ['read', 'create', 'write'],
  default_get: ['read', 'create', 'write'],
  fields_get: ['read', 'create', 'write'],
}

function isCallable(env: Env, model: ModelInfo, name: string, declared: ApiMethod): boolean {
  if (declared.access !== 'none') return may(env, model, declared.access)
  const needed = baseApi[name] === declared ? eitherOf[name] : undefined
  return needed === undefined || needed.some((operation) => may(env, model, operation))
}

function fieldsOf(env: Env, model: ModelInfo): FieldDescription[] {
  const told = describeFields(env, model, null, ['string', 'help', 'readonly', 'required', 'selection'])
  const result: FieldDescription[] = []
  for (const field of model.fields.values()) {
    const facts = told[field.name] ?? {}
    const readable = told[field.name] !== undefined && field.options.secret !== true
    const isFixed = told[field.name] === undefined ? field.computed !== undefined : facts['readonly'] === true
    const writable =
      !isFixed &&
      (['create', 'write'] as const).some(
        (operation) => may(env, model, operation) && env.grant.field(model.name, field.name, operation),
      )
    if (!readable && !writable) continue
    result.push({
      name: field.name,
      kind: field.kind,
      label: typeof facts['string'] === 'string' ? facts['string'] : field.label,
      help: field.options.help,
      comodel: field.comodel,
      selection: field.kind === 'selection' ? field.selection : undefined,
      required: field.options.required === true,
      readable,
      writable,
    })
  }
  return result.sort((a, b) => (a.name < b.name ? -1 : 1))
}

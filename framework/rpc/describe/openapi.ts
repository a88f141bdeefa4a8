/** The OpenAPI 3.1 document of JSON-2 for one user. What models share is told once. */

import type { ApiMethod, ParamType } from '../../orm/index.ts'
import { version } from '../protocol/services.ts'
import type { ApiDescription, MethodDescription, ModelDescription } from './describe.ts'
import { paramSchema, recordSchema, refer, type Schema, sharedSchemas, valuesSchema } from './schemas.ts'

/** The document as data. */
export function openApi(database: string, api: ApiDescription): Schema {
  const bases = baseMethods(api)
  return {
    openapi: '3.1.0',
    info: {
      title: `Holdfast: ${database}`,
      version: version.server_version,
      description:
        'The models and methods that you may call over JSON-2. At an address that serves several databases, name yours in the header X-Odoo-Database.',
    },
    servers: [{ url: '/' }],
    security: [{ key: [] }],
    tags: api.models.map(({ name, title }) => ({ name, description: title })),
    paths: Object.fromEntries(
      api.models.flatMap((model) =>
        model.methods.map((method) => [`/json/2/${model.name}/${method.name}`, { post: operation(model, method) }]),
      ),
    ),
    components: {
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: 'An API key of your account; made under /web/keys.' },
      },
      schemas: {
        ...sharedSchemas,
        ...Object.fromEntries(
          api.models.flatMap((model) => [
            [model.name, recordSchema(model)],
            ...(takesValues(model) ? [[`${model.name}.values`, valuesSchema(model)]] : []),
          ]),
        ),
      },
      requestBodies: Object.fromEntries([...bases].map(([name, declared]) => [name, requestBody(declared)])),
      responses: {
        ...Object.fromEntries([...bases].map(([name, declared]) => [name, success(declared)])),
        ...refusals,
      },
    },
  }
}

const json = (schema: Schema) => ({ 'application/json': { schema } })

const refusals: Schema = {
  Error: {
    description:
      'Refused or failed: 401 no or wrong key, 403 no right, 404 no such model, method or record, 422 the data or the arguments, 429 too many tries, 500 an unknown field, a malformed domain, or a fault of ours with a reference number in debug.',
    content: json(refer('schemas', 'Error')),
  },
}

function operation(model: ModelDescription, { name, declared, isBase }: MethodDescription): Schema {
  const ofModel = isBase ? special(model, name, declared) : undefined
  const isShared = isBase && ofModel?.body === undefined
  return {
    operationId: `${model.name}.${name}`,
    tags: [model.name],
    summary: declared.doc,
    requestBody: isShared ? refer('requestBodies', name) : (ofModel?.body ?? requestBody(declared)),
    responses: {
      '200': ofModel?.answer ?? (isBase ? refer('responses', name) : success(declared)),
      default: refer('responses', 'Error'),
    },
  }
}

function baseMethods(api: ApiDescription): Map<string, ApiMethod> {
  const found = new Map<string, ApiMethod>()
  for (const { methods } of api.models)
    for (const { name, declared, isBase } of methods) if (isBase) found.set(name, declared)
  return found
}

function takesValues(model: ModelDescription): boolean {
  return model.methods.some(({ declared }) => Object.values(declared.params).some(isValues))
}

function isValues({ kind }: ParamType): boolean {
  return kind === 'values' || kind === 'valuesList'
}

// Where a base method's arguments or answer speak of the model's own fields.
function special(model: ModelDescription, name: string, declared: ApiMethod): { body?: Schema; answer?: Schema } {
  const record = refer('schemas', model.name)
  const rows = { type: 'array', items: record }
  const answers: Readonly<Record<string, Schema>> = {
    read: rows,
    search_read: rows,
    web_read: rows,
    web_save: rows,
    web_search_read: {
      type: 'object',
      required: ['length', 'records'],
      properties: { length: { type: 'integer' }, records: rows },
    },
  }
  const answer = answers[name]
  return {
    ...(Object.values(declared.params).some(isValues) ? { body: requestBody(declared, `${model.name}.values`) } : {}),
    ...(answer === undefined ? {} : { answer: { description: 'The result.', content: json(answer) } }),
  }
}

function requestBody(declared: ApiMethod, values?: string): Schema {
  const params = Object.entries(declared.params)
  const required = params.filter(([, type]) => !type.optional).map(([name]) => name)
  const properties = {
    ...(declared.on === 'records' ? { ids: refer('schemas', 'Ids') } : {}),
    ...Object.fromEntries(params.map(([name, type]) => [name, param(type, values)])),
    ...('context' in declared.params ? {} : { context: refer('schemas', 'Context') }),
  }
  return {
    required: required.length > 0,
    content: json({
      type: 'object',
      properties,
      ...(required.length === 0 ? {} : { required }),
      additionalProperties: false,
    }),
  }
}

function param(type: ParamType, values: string | undefined): Schema {
  const own = values === undefined ? undefined : refer('schemas', values)
  if (own !== undefined && type.kind === 'values') return own
  if (own !== undefined && type.kind === 'valuesList') return { anyOf: [own, { type: 'array', items: own }] }
  const schema = paramSchema(type)
  if (!type.optional) return schema
  // `null` and `false` stand for "not given" wherever something may be left out.
  const initial = type.initial
  if (initial === null || initial === undefined || typeof initial === 'object') return schema
  return { ...schema, default: initial }
}

function success(declared: ApiMethod): Schema {
  return { description: 'The result.', content: json(paramSchema(declared.returns)) }
}

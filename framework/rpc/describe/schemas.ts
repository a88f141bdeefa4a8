/** The JSON Schemas (2020-12, as OpenAPI 3.1 has them) of values on the wire. */

import type { ParamType } from '../../orm/index.ts'
import type { FieldDescription, ModelDescription } from './describe.ts'

/** A schema as data. */
export type Schema = Readonly<Record<string, unknown>>

/** A reference into the document's own components. */
export function refer(kind: 'schemas' | 'requestBodies' | 'responses', name: string): Schema {
  return { $ref: `#/components/${kind}/${name}` }
}

const shared = (name: string) => refer('schemas', name)
const orFalse = (schema: Schema, description: string): Schema => ({ anyOf: [schema, { const: false }], description })

/** What fields and arguments of each kind look like; an empty value is `false`, as in Odoo. */
export const sharedSchemas: Readonly<Record<string, Schema>> = {
  Id: { type: 'integer', minimum: 0, maximum: 2_147_483_647 },
  Ids: { type: 'array', items: shared('Id'), description: 'Ids of records.' },
  Text: orFalse({ type: 'string' }, 'A text; false when empty.'),
  Date: orFalse({ type: 'string', format: 'date' }, 'YYYY-MM-DD; false when empty.'),
  Datetime: orFalse(
    { type: 'string', pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$' },
    'YYYY-MM-DD HH:MM:SS in UTC; false when empty.',
  ),
  Binary: orFalse(
    { type: 'string', contentEncoding: 'base64' },
    'Base64; with bin_size in the context, its size in words; false when empty.',
  ),
  Many2one: {
    anyOf: [
      { type: 'array', prefixItems: [shared('Id'), { type: 'string' }], minItems: 2, maxItems: 2 },
      shared('Id'),
      { const: false },
    ],
    description: '[id, display name]; the id alone with load = null; false when empty.',
  },
  Many2oneValue: orFalse(shared('Id'), 'Id of the record; false for none.'),
  Command: {
    type: 'array',
    minItems: 1,
    maxItems: 3,
    prefixItems: [{ type: 'integer', minimum: 0, maximum: 6 }],
    description:
      '[0, 0, values] creates, [1, id, values] updates, [2, id] deletes, [3, id] unlinks, [4, id] links, [5] clears, [6, 0, ids] replaces.',
  },
  Commands: { type: 'array', items: { anyOf: [shared('Command'), shared('Id')] } },
  Values: { type: 'object', description: 'Values by field.' },
  Domain: {
    type: 'array',
    items: {
      anyOf: [
        { enum: ['&', '|', '!'] },
        { type: 'array', prefixItems: [{ type: ['string', 'integer'] }, { type: 'string' }], minItems: 3, maxItems: 3 },
      ],
    },
    description: 'Conditions [field, operator, value] in prefix notation with & (implied), | and !.',
    examples: [[['name', 'ilike', 'acme']]],
  },
  Fields: { type: 'array', items: { type: 'string' }, description: 'Names of fields.' },
  Spec: {
    type: 'object',
    additionalProperties: { type: 'object' },
    description: 'Fields to read; for relations with the fields to read there.',
    examples: [{ name: {}, partner_id: { fields: { display_name: {} } } }],
  },
  Context: {
    type: 'object',
    properties: {
      lang: { type: 'string' },
      tz: { type: 'string' },
      active_test: { type: 'boolean' },
      allowed_company_ids: shared('Ids'),
      bin_size: { type: 'boolean' },
    },
    description: 'Language, time zone, companies and defaults (default_<field>) of the call.',
  },
  Error: {
    type: 'object',
    required: ['name', 'message', 'arguments', 'context', 'debug'],
    properties: {
      name: { type: 'string', description: 'The class as clients of Odoo know it.' },
      message: { type: 'string' },
      arguments: { type: 'array' },
      context: { type: 'object' },
      debug: { type: 'string', description: 'The stable code, with a reference number where we are at fault.' },
    },
  },
}

const ofField: Readonly<Record<string, readonly [read: Schema, write: Schema]>> = {
  char: [shared('Text'), shared('Text')],
  text: [shared('Text'), shared('Text')],
  html: [shared('Text'), shared('Text')],
  reference: [shared('Text'), shared('Text')],
  boolean: [{ type: 'boolean' }, { type: 'boolean' }],
  integer: [{ type: 'integer' }, { type: 'integer' }],
  float: [{ type: 'number' }, { type: 'number' }],
  monetary: [{ type: 'number' }, { type: 'number' }],
  date: [shared('Date'), shared('Date')],
  datetime: [shared('Datetime'), shared('Datetime')],
  binary: [shared('Binary'), shared('Binary')],
  many2one: [shared('Many2one'), shared('Many2oneValue')],
  one2many: [shared('Ids'), shared('Commands')],
  many2many: [shared('Ids'), shared('Commands')],
  json: [{}, {}],
}

/** A record as `read` and `search_read` give it; each field is there when it was asked for. */
export function recordSchema(model: ModelDescription): Schema {
  return { type: 'object', title: model.title, properties: properties(model, 'readable', 0) }
}

/** What `create` and `write` take. */
export function valuesSchema(model: ModelDescription): Schema {
  return {
    type: 'object',
    title: `${model.title}: values`,
    properties: properties(model, 'writable', 1),
    additionalProperties: false,
  }
}

function properties(model: ModelDescription, which: 'readable' | 'writable', side: 0 | 1): Schema {
  return Object.fromEntries(
    model.fields.filter((field) => field[which]).map((field) => [field.name, fieldSchema(field, side)]),
  )
}

function fieldSchema(field: FieldDescription, side: 0 | 1): Schema {
  const base =
    field.selection === undefined
      ? (ofField[field.kind]?.[side] ?? {})
      : { enum: [...field.selection.map(([value]) => value), false] }
  // What a field is called and leads to is told once, where it is read.
  if (side === 1 && field.readable) return base
  return {
    ...base,
    title: field.label,
    ...(field.help === undefined ? {} : { description: field.help }),
    ...(field.comodel === undefined ? {} : { 'x-relation': field.comodel }),
  }
}

/** An argument or result of a declared kind. */
export function paramSchema(type: ParamType): Schema {
  return ofParam[type.kind]
}

const ofParam: Readonly<Record<ParamType['kind'], Schema>> = {
  domain: shared('Domain'),
  values: shared('Values'),
  valuesList: { anyOf: [shared('Values'), { type: 'array', items: shared('Values') }] },
  ids: shared('Ids'),
  id: shared('Id'),
  int: { type: 'integer' },
  float: { type: 'number' },
  str: { type: 'string' },
  bool: { type: 'boolean' },
  strings: shared('Fields'),
  json: {},
  spec: shared('Spec'),
  records: shared('Ids'),
  void: { type: 'null' },
}

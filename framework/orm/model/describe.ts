/** What clients learn about a model: its fields and its defaults. */

import { InvalidRequestError } from '../../errors.ts'
import type { Env } from '../env.ts'
import type { Operation } from '../grant.ts'
import type { FieldInfo, ModelInfo } from '../registry.ts'
import { defaultValues } from '../write/create.ts'

const operations: readonly Operation[] = ['read', 'write', 'create', 'unlink']

export type FieldDescription = Record<string, unknown>

/**
 * `fields_get`: fields that the caller may read, with Odoo's attribute names; `attributes` limits them. A model of which she
 * may do nothing has none.
 */
export function describeFields(
  env: Env,
  model: ModelInfo,
  names: readonly string[] | null,
  attributes: readonly string[] | null,
): Record<string, FieldDescription> {
  const result: Record<string, FieldDescription> = {}
  const { grant } = env
  if (operations.every((operation) => grant.records(model.name, operation) === false)) return result
  for (const field of model.fields.values()) {
    if (names && names.length > 0 && !names.includes(field.name)) continue
    if (!grant.field(model.name, field.name, 'read')) continue
    const full = describe(env, model, field)
    result[field.name] =
      attributes && attributes.length > 0
        ? Object.fromEntries(Object.entries(full).filter(([key]) => attributes.includes(key)))
        : full
  }
  return result
}

function describe(_env: Env, model: ModelInfo, field: FieldInfo): FieldDescription {
  const { options } = field
  const relational = field.comodel !== undefined
  const derived = !field.column && (field.computed !== undefined || field.related !== undefined)
  const searchable =
    !options.secret &&
    (((field.column || relational || field.related !== undefined || field.kind === 'binary') &&
      !(derived && !field.related)) ||
      field.searched !== undefined)
  const sortable =
    !options.secret &&
    ((field.column && field.kind !== 'json' && field.kind !== 'binary') ||
      (field.related !== undefined && field.name === 'display_name'))
  const groupable =
    !options.secret && ((field.column && !['binary', 'json'].includes(field.kind)) || field.kind === 'many2many')
  const readonlyField =
    ['id', 'create_uid', 'create_date', 'write_uid', 'write_date', 'display_name'].includes(field.name) ||
    options.readonly === true ||
    (derived && !options.editable && !field.delegate) ||
    (field.computed !== undefined && !options.editable)
  const description: FieldDescription = {
    change_default: false,
    company_dependent: options.companyDependent === true,
    default_export_compatible: field.name === model.recName,
    depends: field.computed?.on ?? [],
    groupable,
    manual: field.manual,
    name: field.name,
    readonly: readonlyField,
    required: options.required === true,
    searchable,
    sortable,
    store: field.column || (relational && !derived) || (field.kind === 'binary' && !derived),
    string: field.label,
    type: field.kind,
  }
  if (options.help) description.help = options.help
  if (options.groups) description.groups = options.groups.join(',')
  if (field.related) description.related = field.related.join('.')
  if (field.selection && field.kind === 'selection') description.selection = field.selection
  if (field.kind === 'reference') description.selection = field.selection ?? []
  if (relational) {
    description.relation = field.comodel
    description.context = {}
    description.domain = (options as { domain?: unknown }).domain ?? []
  }
  if (field.kind === 'one2many') description.relation_field = field.inverse
  if (field.kind === 'char' || field.kind === 'text' || field.kind === 'html') {
    description.translate = options.translate === true
    description.trim = field.kind === 'char' || undefined
    if (options.size) description.size = options.size
  }
  if (field.kind === 'html') {
    description.sanitize = options.sanitize !== false
    description.sanitize_tags = true
  }
  if (options.digits) description.digits = options.digits
  if (field.kind === 'monetary')
    description.currency_field =
      options.currencyField ?? (model.fields.has('currency_id') ? 'currency_id' : 'x_currency_id')
  if (aggregator(field)) description.aggregator = aggregator(field)
  for (const key of Object.keys(description)) if (description[key] === undefined) delete description[key]
  return description
}

/** How a field adds up by default in groups. */
export function aggregator(field: FieldInfo): string | undefined {
  if (field.kind === 'integer' || field.kind === 'float' || field.kind === 'monetary')
    return field.column && field.name !== 'id' ? 'sum' : undefined
  return undefined
}

/** `default_get`: defaults of the wanted fields, as a client writes them. @throws InvalidRequestError for unknown fields of a wrong type */
export async function defaultsFor(
  env: Env,
  model: ModelInfo,
  names: readonly string[],
): Promise<Record<string, unknown>> {
  if (!Array.isArray(names))
    throw new InvalidRequestError('ERR_FIELDS', 'fields_list is a list of field names.', {
      wireName: 'builtins.TypeError',
    })
  const defaults = await defaultValues(env, model, [{}], names)
  const result: Record<string, unknown> = {}
  for (const [field, value] of defaults) if (env.grant.field(model.name, field.name, 'read')) result[field.name] = value
  return result
}

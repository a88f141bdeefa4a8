/** Sorts the values of a caller by what has to be done with them. */

import { InvalidRequestError, ValidationError } from '../../errors.ts'
import type { Env } from '../env.ts'
import type { FieldInfo, ModelInfo } from '../registry.ts'
import { requireFieldWrite } from './operation.ts'

export interface SplitValues {
  /** Own columns. */
  readonly columns: Map<FieldInfo, unknown>
  /** x2many fields with their commands. */
  readonly lists: Map<FieldInfo, unknown>
  /** Files kept as attachments. */
  readonly files: Map<FieldInfo, unknown>
  /** Values of a parent model (`_inherits`), by the many2one that leads there. */
  readonly delegated: Map<string, Record<string, unknown>>
}

const kept = new Set(['id', 'create_uid', 'create_date', 'write_uid', 'write_date', 'display_name'])

/**
 * @param options `writable`: fields that the caller was found to be allowed to write, of a batch
 * @throws InvalidRequestError ERR_FIELD_UNKNOWN for a field that the model does not have
 * @throws AccessError for a field that the caller may not write
 */
export function split(
  env: Env,
  model: ModelInfo,
  values: Readonly<Record<string, unknown>>,
  options: { readonly system: boolean; readonly writing?: boolean; readonly writable?: Set<FieldInfo> },
): SplitValues {
  if (values === null || typeof values !== 'object' || Array.isArray(values))
    throw new InvalidRequestError('ERR_VALUES', 'The values of a record are an object of field names and values.', {
      wireName: 'builtins.TypeError',
    })
  const result: SplitValues = { columns: new Map(), lists: new Map(), files: new Map(), delegated: new Map() }
  for (const [name, value] of Object.entries(values)) {
    const field = model.fields.get(name)
    if (!field)
      throw new InvalidRequestError(
        'ERR_FIELD_UNKNOWN',
        `Invalid field '${name.slice(0, 80)}' in '${model.name}'`,
        options.writing ? { wireName: 'builtins.KeyError' } : {},
      )
    // Who made a record, and when, is never the caller's to say.
    if (kept.has(name) && !options.system) continue
    if (name === 'display_name') continue
    if (!options.writable?.has(field)) {
      requireFieldWrite(env, field, options.writing ? 'write' : 'create')
      options.writable?.add(field)
    }
    if (field.delegate) {
      const parent = result.delegated.get(field.delegate) ?? {}
      parent[name] = value
      result.delegated.set(field.delegate, parent)
    } else if (field.column) result.columns.set(field, value)
    else if ((field.kind === 'one2many' || field.kind === 'many2many') && !field.computed && !field.related)
      result.lists.set(field, value)
    else if (field.kind === 'binary' && !field.computed && !field.related) result.files.set(field, value)
    // Computed and related fields without a column keep what they are computed from.
  }
  return result
}

// Texts by language without one that all languages can fall back to.
function isUntold(value: unknown, isNew: boolean): boolean {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return false
  const texts = value as Readonly<Record<string, unknown>>
  return 'en_US' in texts ? !texts.en_US : isNew && !Object.values(texts).some(Boolean)
}

/** @throws ValidationError ERR_REQUIRED when a required field would be empty */
export function requireValues(model: ModelInfo, columns: ReadonlyMap<FieldInfo, unknown>, all: boolean): void {
  const empty = (v: unknown) => v === undefined || v === null || v === false || v === '' || isUntold(v, all)
  const check = (field: FieldInfo, value: unknown) => {
    if (empty(value)) {
      throw new ValidationError(
        'ERR_REQUIRED',
        `The operation cannot be completed: '${field.label}' (${field.name}) of ${model.options.description} is required.`,
      )
    }
  }
  for (const field of requiredFields(model)) if (all || columns.has(field)) check(field, columns.get(field))
}

const required = new WeakMap<ModelInfo, readonly FieldInfo[]>()

// Numbers and yes-or-no always have a value.
function requiredFields(model: ModelInfo): readonly FieldInfo[] {
  let fields = required.get(model)
  if (!fields) {
    const always = new Set(['boolean', 'integer', 'float', 'monetary'])
    fields = [...model.fields.values()].filter(
      ({ options, column, computed, kind }) => options.required && column && !computed && !always.has(kind),
    )
    required.set(model, fields)
  }
  return fields
}

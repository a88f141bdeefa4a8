/** One value of the source as the target's column takes it. */

import { type FieldInfo, sanitizeHtml } from '../../../framework/orm/index.ts'
import type { IdMaps } from './id-maps.ts'

/** Either a value, or the reason why the source's stays aside. */
export type Converted = { readonly value: unknown } | { readonly aside: string }

/** Makes PostgreSQL's text into a value for `jsonb_populate_recordset`: numbers stay text, so that no digit is lost. */
export type Converter = (raw: string, ids: IdMaps) => Converted

/** The converter for a field; `sourceType` is the column's type in the dump, `values` renames selection values. */
export function converterFor(
  field: FieldInfo,
  sourceType: string,
  values: Readonly<Record<string, string>>,
): Converter {
  const plain = plainConverter(field, values)
  const isJson = sourceType === 'jsonb' || sourceType === 'json'
  if (field.options.companyDependent) return isJson ? (raw, ids) => perCompany(raw, ids, plain) : plain
  if (field.options.translate)
    return isJson ? (raw, ids) => translated(raw, ids, plain) : (raw, ids) => inEnglish(plain(raw, ids))
  // Odoo keeps a text per language or a value per company where we keep one.
  if (isJson && field.kind !== 'json') return (raw, ids) => firstOf(raw, ids, plain)
  return plain
}

function plainConverter(field: FieldInfo, values: Readonly<Record<string, string>>): Converter {
  switch (field.kind) {
    case 'boolean':
      return (raw) => ({ value: raw === 't' || raw === 'true' })
    case 'integer':
      return (raw) => (/^-?\d+(\.0*)?$/.test(raw) ? { value: raw.replace(/\..*/, '') } : { aside: 'no whole number' })
    case 'float':
    case 'monetary':
      return (raw) => (/^-?\d+(\.\d*)?([eE][-+]?\d+)?$/.test(raw) ? { value: raw } : { aside: 'no number' })
    case 'many2one':
      return (raw, ids) => reference(field.comodel, Number(raw), ids)
    case 'selection': {
      const allowed = new Set((field.selection ?? []).map(([value]) => value))
      return (raw) => {
        const value = Object.hasOwn(values, raw) ? values[raw] : raw
        return value !== undefined && allowed.has(value)
          ? { value }
          : { aside: `'${raw.slice(0, 40)}' is no choice here` }
      }
    }
    case 'reference':
      return (raw, ids) => {
        const [model, id] = raw.split(',')
        const found = reference(model, Number(id), ids)
        return 'value' in found ? { value: `${model},${String(found.value)}` } : found
      }
    case 'json':
      return (raw) => parsed(raw)
    case 'html':
      // The backup is a stranger's: its HTML is cleaned as if somebody typed it in.
      return (raw) => ({ value: field.options.sanitize === false ? raw : sanitizeHtml(raw) })
    case 'one2many':
    case 'many2many':
      return () => ({ aside: 'no column' })
    default:
      return (raw) => ({ value: raw })
  }
}

function reference(model: string | undefined, sourceId: number, ids: IdMaps): Converted {
  const value = ids.get(model, sourceId)
  return value === null ? { aside: `refers to a ${model ?? 'record'} that is not here` } : { value }
}

function parsed(raw: string): Converted {
  try {
    return { value: JSON.parse(raw) as unknown }
  } catch {
    return { aside: 'no JSON' }
  }
}

function objectOf(raw: string): Map<string, unknown> | null {
  const found = parsed(raw)
  const value = 'value' in found ? found.value : null
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? new Map(Object.entries(value)) : null
}

function translated(raw: string, ids: IdMaps, plain: Converter): Converted {
  const texts = objectOf(raw)
  if (!texts) return { aside: 'no text per language' }
  const mine = new Map<string, unknown>()
  for (const [lang, text] of texts) {
    const converted = typeof text === 'string' ? plain(text, ids) : null
    if (!converted || 'aside' in converted || !/^[a-z]{2,3}(_[A-Za-z0-9@]{2,12})?$/.test(lang))
      return { aside: 'no text per language' }
    mine.set(lang, converted.value)
  }
  return { value: mine.size === 0 ? null : Object.fromEntries(mine) }
}

function inEnglish(converted: Converted): Converted {
  return 'aside' in converted || converted.value === null ? converted : { value: { en_US: converted.value } }
}

// Odoo: {"1": 8.0} is the value for company 1.
function perCompany(raw: string, ids: IdMaps, plain: Converter): Converted {
  const perId = objectOf(raw)
  if (!perId) return { aside: 'no value per company' }
  const mine = new Map<string, unknown>()
  for (const [company, value] of perId) {
    const id = ids.get('res.company', Number(company))
    const converted = id === null || value === null ? null : plain(asText(value), ids)
    if (id === null || (converted && 'aside' in converted))
      return { aside: converted && 'aside' in converted ? converted.aside : 'for a company that is not here' }
    // Numbers went through `plain` as text; in JSON they are numbers again.
    mine.set(
      String(id),
      converted === null ? null : typeof value === 'number' ? Number(converted.value) : converted.value,
    )
  }
  return { value: Object.fromEntries(mine) }
}

function firstOf(raw: string, ids: IdMaps, plain: Converter): Converted {
  const many = objectOf(raw)
  if (!many) return plain(raw, ids)
  const value = many.get('en_US') ?? [...many.values()].find((v) => v !== null && v !== false)
  return value === undefined ? { value: null } : plain(asText(value), ids)
}

function asText(value: unknown): string {
  if (typeof value === 'boolean') return value ? 't' : 'f'
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

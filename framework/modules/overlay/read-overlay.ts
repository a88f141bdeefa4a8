/** Models and fields that a tenant's administrators made at run time (`x_…`), read from ir.model and ir.model.fields. */

import { createHash } from 'node:crypto'
import { ValidationError } from '../../errors.ts'
import type { AnyField, OverlayModels } from '../../orm/index.ts'
import { type Queryable, sql } from '../../sql/index.ts'

/** A row of ir.model.fields that somebody made by hand. */
export interface FieldRow {
  readonly model: string
  readonly name: string
  readonly ttype: string
  readonly label: string
  readonly help: string | null
  readonly relation: string | null
  readonly relation_field: string | null
  readonly relation_table: string | null
  readonly on_delete: string | null
  readonly related: string | null
  readonly compute: string | null
  readonly currency_field: string | null
  readonly size: number | null
  readonly required: boolean | null
  readonly readonly: boolean | null
  readonly store: boolean | null
  readonly index: boolean | null
  readonly translate: boolean | null
  readonly copied: boolean | null
  readonly selection: readonly (readonly [string, string])[]
}

/** What the tenant's own tables say of its own models. */
export interface OverlayRows {
  readonly models: readonly { model: string; name: string; order: string | null; transient: boolean | null }[]
  readonly fields: readonly FieldRow[]
}

/**
 * `undefined` when the tenant has no models or fields of its own, so that it shares the registry of all others.
 * @param adapt what an upgrade will make of the rows, before it does
 */
export async function readOverlay(
  db: Queryable,
  adapt: (rows: OverlayRows) => OverlayRows = (rows) => rows,
): Promise<OverlayModels | undefined> {
  const [found] = await db.query<{ models: OverlayRows['models']; fields: OverlayRows['fields'] }>(sql`
    SELECT
      (SELECT coalesce(json_agg(json_build_object('model', model, 'name', name, 'order', "order", 'transient', transient) ORDER BY model), '[]')
       FROM ir_model WHERE state = 'manual') AS models,
      (SELECT coalesce(json_agg(json_build_object('model', f.model, 'name', f.name, 'ttype', f.ttype, 'label', f.field_description, 'help', f.help,
         'relation', f.relation, 'relation_field', f.relation_field, 'relation_table', f.relation_table, 'on_delete', f.on_delete, 'related', f.related, 'compute', to_jsonb(f)->>'compute', 'currency_field', f.currency_field,
         'size', f.size, 'required', f.required, 'readonly', f.readonly, 'store', f.store, 'index', f."index", 'translate', f.translate, 'copied', f.copied,
         'selection', (SELECT coalesce(json_agg(json_build_array(s.value, s.name) ORDER BY s.sequence, s.id), '[]') FROM ir_model_fields_selection s WHERE s.field_id = f.id))
         ORDER BY f.model, f.name), '[]')
       FROM ir_model_fields f WHERE f.state = 'manual') AS fields`)
  if (!found) return undefined
  const row = adapt(found)
  if (row.models.length === 0 && row.fields.length === 0) return undefined
  return {
    key: createHash('sha256').update(JSON.stringify(row)).digest('hex').slice(0, 16),
    models: row.models.map(({ model, name, order, transient }) => ({
      name: model,
      options: { description: name, ...(order ? { order } : {}), ...(transient ? { transient } : {}) },
    })),
    fields: row.fields.map((field) => ({ model: field.model, name: field.name, field: fieldOf(field) })),
  }
}

const kinds: ReadonlySet<string> = new Set([
  'char',
  'text',
  'html',
  'boolean',
  'integer',
  'float',
  'monetary',
  'date',
  'datetime',
  'binary',
  'selection',
  'many2one',
  'one2many',
  'many2many',
  'reference',
  'json',
])

function fieldOf(row: FieldRow): AnyField {
  if (!kinds.has(row.ttype))
    throw new ValidationError(
      'ERR_FIELD_TYPE',
      `The field ${row.name} has the type '${row.ttype}', which does not exist.`,
    )
  const relational = row.ttype === 'many2one' || row.ttype === 'one2many' || row.ttype === 'many2many'
  if (relational && !row.relation)
    throw new ValidationError('ERR_FIELD_RELATION', `The field ${row.name} needs the model that it refers to.`)
  if (row.ttype === 'one2many' && !row.relation_field)
    throw new ValidationError(
      'ERR_FIELD_RELATION',
      `The field ${row.name} needs the field of the other model that refers back.`,
    )
  const isComputed = row.compute !== null && row.compute !== ''
  return {
    kind: row.ttype as AnyField['kind'],
    ...(relational ? { comodel: row.relation ?? '' } : {}),
    ...(row.ttype === 'one2many' ? { inverse: row.relation_field ?? '' } : {}),
    ...(row.ttype === 'selection' || row.ttype === 'reference' ? { selection: row.selection } : {}),
    options: {
      label: row.label,
      required: row.required === true && !isComputed,
      readonly: row.readonly === true || isComputed,
      ...(row.help ? { help: row.help } : {}),
      ...(isComputed ? { compute: true, formula: row.compute ?? '', store: row.store === true, copy: false } : {}),
      ...(row.related && !isComputed ? { related: row.related, store: row.store === true } : {}),
      ...(row.ttype === 'monetary' && row.currency_field ? { currencyField: row.currency_field } : {}),
      ...(row.ttype === 'char' && row.size && !isComputed ? { size: row.size } : {}),
      ...(row.ttype === 'many2one' ? { ondelete: onDelete(row.on_delete) } : {}),
      ...(row.ttype === 'many2many' ? linkOf(row) : {}),
      ...(row.index ? { index: true } : {}),
      ...(row.translate && !isComputed && (row.ttype === 'char' || row.ttype === 'text' || row.ttype === 'html')
        ? { translate: true }
        : {}),
      ...(row.copied === false ? { copy: false } : {}),
    },
  }
}

function onDelete(value: string | null): 'cascade' | 'restrict' | 'set null' {
  return value === 'cascade' || value === 'restrict' ? value : 'set null'
}

// The name of the link table never comes from the administrator: it could be that of any other table.
function linkOf(row: FieldRow): { table: string; column1: string; column2: string } {
  return { table: linkTableOf(row), column1: 'own_id', column2: 'other_id' }
}

/** The link table of a many2many: named by a hash of what the field was called when it was made, and so for good. */
export function linkTableOf({ model, name, relation, relation_table: fixed }: FieldRow): string {
  if (fixed !== null && /^x_link_[0-9a-f]{12}$/.test(fixed)) return fixed
  return `x_link_${createHash('sha256').update(`${model} ${name} ${relation}`).digest('hex').slice(0, 12)}`
}

/** Writes the names of link tables down, so that a renamed field or model keeps its links. */
export async function fixLinkTables(tx: Queryable): Promise<void> {
  await tx.query(sql`
    UPDATE ir_model_fields SET relation_table = 'x_link_' || left(encode(sha256(convert_to(model || ' ' || name || ' ' || relation, 'UTF8')), 'hex'), 12)
    WHERE state = 'manual' AND ttype = 'many2many' AND relation IS NOT NULL AND relation_table IS NULL`)
}

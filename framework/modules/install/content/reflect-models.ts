/** Writes the models and fields of a registry into `ir.model`, `ir.model.fields` and their external ids. */

import type { FieldInfo, ModelInfo, ModelRegistry } from '../../../orm/index.ts'
import { type Queryable, sql } from '../../../sql/index.ts'
import { firstPersonalId } from './load-records.ts'

/** Brings the three tables to the registry; models and fields made by people at run time stay as they are. */
export async function reflectModels(tx: Queryable, registry: ModelRegistry): Promise<void> {
  const models = [...registry.models.values()].filter((model) => !isManual(model))
  await tx.query(sql`
    WITH wanted AS (
      SELECT * FROM jsonb_to_recordset(${JSON.stringify(models.map(modelRow))}::jsonb)
        AS r (model text, name text, info text, ord text, transient bool, abstract bool, modules text)),
    fresh AS (SELECT w.*, row_number() OVER (ORDER BY w.model) AS n FROM wanted w WHERE NOT EXISTS (SELECT 1 FROM ir_model m WHERE m.model = w.model)),
    gone AS (
      DELETE FROM ir_model m WHERE m.state IS DISTINCT FROM 'manual' AND NOT EXISTS (SELECT 1 FROM wanted w WHERE w.model = m.model)),
    changed AS (
      UPDATE ir_model m SET name = w.name, "order" = w.ord, transient = w.transient, abstract = w.abstract, modules = w.modules FROM wanted w
      WHERE w.model = m.model AND (m.name, m."order", m.transient, m.abstract, m.modules) IS DISTINCT FROM (w.name, w.ord, w.transient, w.abstract, w.modules))
    INSERT INTO ir_model (id, model, name, "order", state, transient, abstract, modules, create_uid, create_date, write_uid, write_date)
    SELECT (SELECT coalesce(max(id), 0) FROM ir_model WHERE id < ${firstPersonalId}) + n, model, name, ord, 'base', transient, abstract, modules,
      1, now() AT TIME ZONE 'UTC', 1, now() AT TIME ZONE 'UTC'
    FROM fresh`)
  await reflectFields(tx, models)
  await reflectSelections(tx)
  await reflectExternalIds(tx, models)
}

async function reflectFields(tx: Queryable, models: readonly ModelInfo[]): Promise<void> {
  const rows = models.flatMap((model) =>
    [...model.fields.values()].filter((field) => !field.manual).map((field) => fieldRow(model, field)),
  )
  await tx.query(sql`
    WITH wanted AS MATERIALIZED (
      SELECT r.*, m.id AS model_id FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r (
        model text, name text, field_description text, help text, ttype text, relation text, relation_field text, relation_table text, column1 text,
        column2 text, required bool, readonly bool, store bool, "index" bool, translate bool, copied bool, related text, depends text, on_delete text,
        size int4, currency_field text, company_dependent bool, modules text, selection text)
      JOIN ir_model m ON m.model = r.model),
    gone AS (
      DELETE FROM ir_model_fields f WHERE f.state = 'base' AND NOT EXISTS (SELECT 1 FROM wanted w WHERE w.model = f.model AND w.name = f.name)),
    changed AS (
      UPDATE ir_model_fields f SET field_description = w.field_description, help = w.help, ttype = w.ttype, relation = w.relation,
        relation_field = w.relation_field, required = w.required, readonly = w.readonly, store = w.store, selection = w.selection, modules = w.modules,
        relation_table = w.relation_table, column1 = w.column1, column2 = w.column2, size = w.size, translate = w.translate,
        company_dependent = w.company_dependent, "index" = w."index", copied = w.copied, related = w.related, depends = w.depends,
        on_delete = w.on_delete, currency_field = w.currency_field
      FROM wanted w WHERE w.model = f.model AND w.name = f.name AND f.state = 'base' AND
        (f.field_description, f.help, f.ttype, f.relation, f.relation_field, f.required, f.readonly, f.store, f.selection, f.modules, f.relation_table, f.column1, f.column2, f.size, f.translate, f.company_dependent, f."index", f.copied, f.related, f.depends, f.on_delete, f.currency_field) IS DISTINCT FROM
        (w.field_description, w.help, w.ttype, w.relation, w.relation_field, w.required, w.readonly, w.store, w.selection, w.modules, w.relation_table, w.column1, w.column2, w.size, w.translate, w.company_dependent, w."index", w.copied, w.related, w.depends, w.on_delete, w.currency_field))
    INSERT INTO ir_model_fields (id, model_id, model, name, complete_name, field_description, help, ttype, relation, relation_field, relation_table, column1,
      column2, required, readonly, store, "index", translate, copied, related, depends, on_delete, size, currency_field, company_dependent, modules,
      selection, state, create_uid, create_date, write_uid, write_date)
    SELECT (SELECT coalesce(max(id), 0) FROM ir_model_fields WHERE id < ${firstPersonalId}) + row_number() OVER (ORDER BY model, name),
      model_id, model, name, model || '.' || name, field_description, help, ttype, relation, relation_field, relation_table, column1,
      column2, required, readonly, store, "index", translate, copied, related, depends, on_delete, size, currency_field, company_dependent, modules,
      selection, 'base', 1, now() AT TIME ZONE 'UTC', 1, now() AT TIME ZONE 'UTC'
    FROM wanted w WHERE NOT EXISTS (SELECT 1 FROM ir_model_fields f WHERE f.model = w.model AND f.name = w.name)`)
}

async function reflectSelections(tx: Queryable): Promise<void> {
  await tx.query(sql`
    WITH wanted AS (
      SELECT f.id AS field_id, s.pair ->> 0 AS value, s.pair ->> 1 AS name, s.n AS sequence
      FROM ir_model_fields f, jsonb_array_elements(f.selection::jsonb) WITH ORDINALITY AS s (pair, n)
      WHERE f.state = 'base' AND f.selection IS NOT NULL),
    gone AS (
      DELETE FROM ir_model_fields_selection s USING ir_model_fields f WHERE f.id = s.field_id AND f.state = 'base'
        AND NOT EXISTS (SELECT 1 FROM wanted w WHERE w.field_id = s.field_id AND w.value = s.value)),
    changed AS (
      UPDATE ir_model_fields_selection s SET name = w.name, sequence = w.sequence FROM wanted w
      WHERE w.field_id = s.field_id AND w.value = s.value AND (s.name, s.sequence) IS DISTINCT FROM (w.name, w.sequence))
    INSERT INTO ir_model_fields_selection (id, field_id, value, name, sequence, create_uid, create_date, write_uid, write_date)
    SELECT (SELECT coalesce(max(id), 0) FROM ir_model_fields_selection WHERE id < ${firstPersonalId}) + row_number() OVER (ORDER BY field_id, sequence),
      field_id, value, name, sequence, 1, now() AT TIME ZONE 'UTC', 1, now() AT TIME ZONE 'UTC'
    FROM wanted w WHERE NOT EXISTS (SELECT 1 FROM ir_model_fields_selection s WHERE s.field_id = w.field_id AND s.value = w.value)`)
}

async function reflectExternalIds(tx: Queryable, models: readonly ModelInfo[]): Promise<void> {
  await tx.query(sql`
    DELETE FROM ir_model_data d WHERE (d.model = 'ir.model' AND NOT EXISTS (SELECT 1 FROM ir_model m WHERE m.id = d.res_id))
      OR (d.model = 'ir.model.fields' AND NOT EXISTS (SELECT 1 FROM ir_model_fields f WHERE f.id = d.res_id))`)
  const rows = models.flatMap((model) => [
    { module: model.app, name: `model_${model.table}`, model: 'ir.model', of: model.name, field: null },
    ...[...model.fields.values()]
      .filter((field) => !field.manual)
      .map((field) => ({
        module: field.app,
        name: `field_${model.table}__${field.name}`,
        model: 'ir.model.fields',
        of: model.name,
        field: field.name,
      })),
  ])
  await tx.query(sql`
    INSERT INTO ir_model_data (module, name, model, res_id, noupdate, create_uid, create_date, write_uid, write_date)
    SELECT r.module, r.name, r.model, coalesce(f.id, m.id), false, 1, now() AT TIME ZONE 'UTC', 1, now() AT TIME ZONE 'UTC'
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r (module text, name text, model text, "of" text, field text)
    JOIN ir_model m ON m.model = r."of" LEFT JOIN ir_model_fields f ON f.model = r."of" AND f.name = r.field
    WHERE r.field IS NULL OR f.id IS NOT NULL
    ON CONFLICT (module, name) DO UPDATE SET res_id = excluded.res_id WHERE ir_model_data.res_id <> excluded.res_id`)
}

function isManual(model: ModelInfo): boolean {
  return model.name.startsWith('x_')
}

function modelRow(model: ModelInfo): Record<string, unknown> {
  return {
    model: model.name,
    name: model.options.description,
    ord: model.options.order ?? 'id',
    transient: model.options.transient === true,
    abstract: model.options.abstract === true,
    modules: model.app,
  }
}

function fieldRow(model: ModelInfo, field: FieldInfo): Record<string, unknown> {
  const { options } = field
  return {
    model: model.name,
    name: field.name,
    field_description: field.label,
    help: options.help ?? null,
    ttype: field.kind,
    relation: field.comodel ?? null,
    relation_field: field.inverse ?? null,
    relation_table: field.link?.table ?? null,
    column1: field.link?.own ?? null,
    column2: field.link?.other ?? null,
    required: options.required === true,
    readonly: isReadonly(field),
    store: isStored(field),
    index: options.index !== undefined && options.index !== false,
    translate: options.translate === true,
    copied: isCopied(field),
    related: field.related?.join('.') ?? null,
    depends: field.computed?.on.join(',') ?? null,
    on_delete: field.kind === 'many2one' ? (options.ondelete ?? (options.required ? 'restrict' : 'set null')) : null,
    size: options.size ?? null,
    currency_field: field.kind === 'monetary' ? (options.currencyField ?? 'currency_id') : null,
    company_dependent: options.companyDependent === true,
    modules: field.app,
    selection: field.selection && field.kind === 'selection' ? JSON.stringify(field.selection) : null,
  }
}

function isReadonly({ options, delegate }: FieldInfo): boolean {
  return (
    options.readonly ??
    (delegate === undefined && options.editable !== true && (options.compute === true || options.related !== undefined))
  )
}

function isStored(field: FieldInfo): boolean {
  return (
    field.column ||
    field.link !== undefined ||
    (field.options.store !== false && field.options.compute !== true && field.related === undefined)
  )
}

function isCopied({ kind, options }: FieldInfo): boolean {
  return options.copy ?? (kind !== 'one2many' && options.compute !== true && options.related === undefined)
}

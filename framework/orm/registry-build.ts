/** Builds the registry of a set of applications from what they declared. */

import { createHash } from 'node:crypto'
import type { ApiMethod } from './declare/expose.ts'
import { type Declaration, declared, type ModelOptions, type TableConstraint } from './declare/declare.ts'
import type { Field, FieldKind } from './declare/field.ts'
import { RecordSet } from './model/record-set.ts'
import type { ComputedInfo, ConstraintInfo, FieldInfo, ModelInfo, ModelRegistry, SearchFunction } from './registry.ts'
import { companyConstraint } from './check-company.ts'
import { baseApi } from './model/base-api.ts'
import { buildTriggers, orderComputed } from './triggers.ts'

/** Models and fields that a tenant made at run time (`x_…`). */
export interface OverlayModels {
  /** Identifies the overlay's content. */
  readonly key: string
  readonly models: readonly { readonly name: string; readonly options: ModelOptions }[]
  readonly fields: readonly {
    readonly model: string
    readonly name: string
    readonly field: AnyField
    readonly computed?: ComputedInfo
  }[]
}

export type AnyField = Field<unknown, FieldKind, string, boolean>

interface Draft {
  readonly name: string
  readonly app: string
  options: ModelOptions
  readonly fields: Map<string, { field: AnyField; app: string; manual: boolean }>
  readonly api: Map<string, ApiMethod>
  readonly computed: Map<string, ComputedInfo>
  readonly searched: Map<string, SearchFunction>
  readonly constraints: ConstraintInfo[]
  readonly onchanges: ModelInfo['onchanges'][number][]
  readonly mixins: ((Base: typeof RecordSet) => typeof RecordSet)[]
  readonly tableConstraints: Map<string, TableConstraint>
}

const built = new Map<string, ModelRegistry>()

/**
 * The registry for these applications (dependencies first). Registries without an overlay are shared by all tenants.
 * @throws TypeError for declarations that contradict each other: a programming error, found at start
 */
export function buildRegistry(apps: readonly string[], overlay?: OverlayModels): ModelRegistry {
  const all = declared()
  const key = createHash('sha256')
    .update(JSON.stringify([apps, all.length, overlay?.key ?? '']))
    .digest('hex')
    .slice(0, 16)
  const known = built.get(key)
  if (known) return known
  const order = new Map(apps.map((name, i) => [name, i]))
  order.set('framework', -1)
  const mine = all.filter((d) => order.has(d.app)).sort((a, b) => (order.get(a.app) ?? 0) - (order.get(b.app) ?? 0))
  const drafts = collect(mine, overlay)
  const models = new Map<string, ModelInfo>()
  for (const draft of drafts.values()) models.set(draft.name, finish(draft, drafts))
  addDelegatedFields(models)
  checkRelations(models)
  for (const model of models.values()) {
    const constraint = companyConstraint(model, models)
    if (constraint) (model.constraints as ConstraintInfo[]).push(constraint)
  }
  // Circles among computed fields are found before anything walks along them.
  const computedOrder = orderComputed(models)
  const registry = { apps, models, declarations: mine, key, triggers: buildTriggers(models), computedOrder }
  if (overlay === undefined) built.set(key, registry)
  return registry
}

function collect(declarations: readonly Declaration[], overlay: OverlayModels | undefined): Map<string, Draft> {
  const drafts = new Map<string, Draft>()
  const draftOf = (name: string, app: string): Draft => {
    const draft = drafts.get(name)
    if (!draft)
      throw new TypeError(
        `Application ${app} extends the model ${name}, which no application that it depends on declares.`,
      )
    return draft
  }
  for (const d of declarations) {
    if (d.is !== 'model') continue
    if (drafts.has(d.model)) throw new TypeError(`The model ${d.model} is declared twice (by ${d.app}); use extend().`)
    drafts.set(d.model, newDraft(d.model, d.app, d.options))
  }
  for (const m of overlay?.models ?? []) drafts.set(m.name, newDraft(m.name, 'base', m.options))
  for (const d of declarations) {
    switch (d.is) {
      case 'model':
      case 'extend': {
        const draft = draftOf(d.model, d.app)
        for (const [name, field] of Object.entries(d.fields))
          draft.fields.set(name, { field: merge(draft.fields.get(name)?.field, field), app: d.app, manual: false })
        if (d.is === 'extend') {
          const mixins = [...(draft.options.mixins ?? []), ...(d.options.mixins ?? [])]
          draft.options = { ...draft.options, ...d.options, ...(mixins.length > 0 ? { mixins } : {}) }
        }
        for (const [name, c] of Object.entries(d.options.constraints ?? {})) draft.tableConstraints.set(name, c)
        break
      }
      case 'expose':
        for (const [name, method] of Object.entries(d.api)) draftOf(d.model, d.app).api.set(name, method)
        break
      case 'computed':
        draftOf(d.model, d.app).computed.set(d.field, { on: d.on, fn: d.fn as ComputedInfo['fn'] })
        break
      case 'searched':
        draftOf(d.model, d.app).searched.set(d.field, d.fn as SearchFunction)
        break
      case 'constrain':
        draftOf(d.model, d.app).constraints.push({ on: d.on, fn: d.fn as ConstraintInfo['fn'] })
        break
      case 'onchange':
        draftOf(d.model, d.app).onchanges.push({ on: d.on, fn: d.fn as never })
        break
      case 'behaviour':
        draftOf(d.model, d.app).mixins.push(d.mixin)
        break
    }
  }
  for (const { model, name, field, computed } of overlay?.fields ?? []) {
    drafts.get(model)?.fields.set(name, { field, app: 'base', manual: true })
    if (computed) drafts.get(model)?.computed.set(name, computed)
  }
  return drafts
}

function newDraft(name: string, app: string, options: ModelOptions): Draft {
  return {
    name,
    app,
    options,
    fields: new Map(),
    api: new Map(),
    computed: new Map(),
    searched: new Map(),
    constraints: [],
    onchanges: [],
    mixins: [],
    tableConstraints: new Map(),
  }
}

// An extension may repeat a field to change some of its options; kind and relation stay unless given anew.
function merge(before: AnyField | undefined, now: AnyField): AnyField {
  if (!before || before.kind !== now.kind) return now
  return { ...before, ...now, options: { ...before.options, ...now.options } }
}

function finish(draft: Draft, drafts: ReadonlyMap<string, Draft>): ModelInfo {
  const parts = [...(draft.options.mixins ?? []).map((name) => drafts.get(name)), draft].filter((d) => d !== undefined)
  const table = draft.options.table ?? draft.name.replaceAll('.', '_')
  const fields = new Map<string, FieldInfo>()
  const add = (name: string, field: AnyField, app: string, manual = false) => {
    let computed: ComputedInfo | undefined
    let searched: SearchFunction | undefined
    for (const part of parts) computed = part.computed.get(name) ?? computed
    for (const part of parts) searched = part.searched.get(name) ?? searched
    fields.set(name, { ...fieldInfo(draft.name, table, name, field, app, manual, computed), searched })
  }
  add('id', magic('integer', 'ID'), draft.app)
  for (const part of parts) for (const [name, { field, app, manual }] of part.fields) add(name, field, app, manual)
  if (!draft.options.abstract) {
    add('create_uid', magic('many2one', 'Created by', 'res.users'), draft.app)
    add('create_date', magic('datetime', 'Created on'), draft.app)
    add('write_uid', magic('many2one', 'Last Updated by', 'res.users'), draft.app)
    add('write_date', magic('datetime', 'Last Updated on'), draft.app)
  }
  const recName = draft.options.recName ?? (fields.has('name') ? 'name' : fields.has('x_name') ? 'x_name' : 'id')
  const displayName = draft.options.displayName ?? recName
  if (!fields.has('display_name')) {
    fields.set('display_name', {
      ...fieldInfo(draft.name, table, 'display_name', magic('char', 'Display Name'), draft.app, false, undefined),
      column: false,
      related: [displayName],
    })
  }
  let cls: typeof RecordSet = class extends RecordSet {}
  for (const part of parts) for (const mixin of part.mixins) cls = mixin(cls)
  const api = new Map(Object.entries(baseApi))
  for (const part of parts) for (const [name, method] of part.api) api.set(name, method)
  const parent =
    draft.options.parent ??
    (fields.get('parent_id')?.comodel === draft.name
      ? 'parent_id'
      : fields.get('x_parent_id')?.comodel === draft.name
        ? 'x_parent_id'
        : undefined)
  return {
    name: draft.name,
    app: draft.app,
    table,
    options: draft.options,
    fields,
    api,
    recordSet: cls,
    recName,
    displayName,
    parent,
    constraints: parts.flatMap((p) => p.constraints),
    onchanges: parts.flatMap((p) => p.onchanges),
    tableConstraints: draft.tableConstraints,
  }
}

function magic(kind: FieldKind, label: string, comodel?: string): AnyField {
  return { kind, ...(comodel ? { comodel } : {}), options: { label, readonly: true, copy: false } } as AnyField
}

function fieldInfo(
  model: string,
  table: string,
  name: string,
  field: AnyField,
  app: string,
  manual: boolean,
  computed: ComputedInfo | undefined,
): FieldInfo {
  const { kind, options } = field
  const related = options.related?.split('.')
  const derived = options.compute === true || related !== undefined
  if (options.compute && !computed && !related)
    throw new TypeError(`${model}.${name} says compute: true, but no computed() gives its value.`)
  const relational = kind === 'one2many' || kind === 'many2many'
  const column =
    !relational &&
    !(kind === 'binary' && options.attachment !== false) &&
    (derived ? options.store === true : options.store !== false)
  return {
    name,
    model,
    kind,
    comodel: field.comodel,
    inverse: field.inverse,
    selection: field.selection,
    options,
    app,
    manual,
    label: options.label ?? humanLabel(name),
    column,
    columnType: columnType(field),
    related,
    computed: computed ?? storedRelated(related, options.store),
    searched: undefined,
    link: kind === 'many2many' && !derived ? linkTable(table, field) : undefined,
    delegate: undefined,
  }
}

// A stored related field is a computed one whose single dependency is its path.
function storedRelated(path: readonly string[] | undefined, store: boolean | undefined): ComputedInfo | undefined {
  if (!path || store !== true) return undefined
  return {
    on: [path.join('.')],
    fn: ((record: Record<string, unknown>) =>
      path.reduce<unknown>(
        (value, part) => (value === null || value === undefined ? null : (value as Record<string, unknown>)[part]),
        record,
      ) ?? null) as ComputedInfo['fn'],
  }
}

function columnType({ kind, options }: AnyField): string {
  if (options.translate || options.companyDependent) return 'jsonb'
  switch (kind) {
    case 'char':
    case 'selection':
    case 'reference':
      return 'varchar'
    case 'text':
    case 'html':
      return 'text'
    case 'boolean':
      return 'bool'
    case 'integer':
    case 'many2one':
      return 'int4'
    case 'float':
      return options.digits ? 'numeric' : 'float8'
    case 'monetary':
      return 'numeric'
    case 'date':
      return 'date'
    case 'datetime':
      return 'timestamp'
    case 'binary':
      return 'bytea'
    default:
      return 'jsonb'
  }
}

function linkTable(table: string, field: AnyField): FieldInfo['link'] {
  const other = (field.comodel ?? '').replaceAll('.', '_')
  const [a, b] = [table, other].sort()
  const { table: given, column1, column2 } = field.options
  return { table: given ?? `${a}_${b}_rel`, own: column1 ?? `${table}_id`, other: column2 ?? `${other}_id` }
}

function addDelegatedFields(models: Map<string, ModelInfo>): void {
  for (const model of models.values()) {
    for (const [parentName, link] of Object.entries(model.options.inherits ?? {})) {
      const parent = models.get(parentName)
      if (!parent) throw new TypeError(`${model.name} inherits ${parentName}, which is not declared.`)
      const fields = model.fields as Map<string, FieldInfo>
      for (const [name, field] of parent.fields) {
        if (fields.has(name)) continue
        fields.set(name, {
          ...field,
          model: model.name,
          column: false,
          related: [link, name],
          computed: undefined,
          searched: undefined,
          link: undefined,
          delegate: link,
          options: { ...field.options, store: false, required: false },
        })
      }
    }
  }
}

function checkRelations(models: ReadonlyMap<string, ModelInfo>): void {
  for (const model of models.values()) {
    if (model.options.abstract) continue
    for (const field of model.fields.values()) {
      if (field.comodel && !models.has(field.comodel) && !field.delegate)
        throw new TypeError(
          `${model.name}.${field.name} points to ${field.comodel}, which no installed application declares.`,
        )
      if (field.kind === 'one2many' && !field.delegate && !field.related && !field.computed) {
        const inverse = models.get(field.comodel ?? '')?.fields.get(field.inverse ?? '')
        if (!inverse)
          throw new TypeError(
            `${model.name}.${field.name} names the inverse ${field.comodel}.${field.inverse}, which does not exist.`,
          )
        if (inverse.kind !== 'many2one' && inverse.options.modelField === undefined)
          throw new TypeError(`${model.name}.${field.name} names an inverse that points to no record.`)
      }
    }
    if (!model.fields.has(model.displayName))
      throw new TypeError(`${model.name} shows ${model.displayName} as its name, which is no field of it.`)
  }
}

// 'order_line' → 'Order Line', 'partner_id' → 'Partner'
function humanLabel(name: string): string {
  const words = name
    .replace(/^x_/, '')
    .replace(/_ids?$/, '')
    .split('_')
    .filter(Boolean)
  return words.map((w) => w.charAt(0).toUpperCase() + w.slice(1)).join(' ') || name
}

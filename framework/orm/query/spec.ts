/** What to read: fields of a model, relations plain or with fields of their own. */

import { InvalidRequestError } from '../../errors.ts'
import type { FieldInfo, ModelInfo } from '../registry.ts'
import type { Scope } from './scope.ts'

/** How a relation appears: `pair` [id, name], `id`, or `nested` objects. */
export interface Want {
  readonly field: FieldInfo
  readonly style: 'pair' | 'id' | 'nested'
  readonly inner?: Spec
  readonly limit?: number
  readonly order?: string
}

/** Wanted fields by name, `id` always being there; `hidden` ones only feed computed fields and are dropped. */
export interface Spec {
  readonly model: ModelInfo
  readonly wants: ReadonlyMap<string, Want>
  /** Fields to be worked out in JavaScript after the rows arrived, lowest rank first. */
  readonly computed: readonly FieldInfo[]
  /** Files to be fetched after the rows arrived. */
  readonly files: readonly FileWant[]
  /** Names in `wants` that the caller did not ask for. */
  readonly hidden: ReadonlySet<string>
  /** Where a computed field finds what it depends on: key in the row by the dependency's first part. */
  readonly inputs: ReadonlyMap<FieldInfo, ReadonlyMap<string, string>>
}

/** A file in a row: which field holds it, and through which many2one (a key of `wants`) its record is reached. */
export interface FileWant {
  readonly name: string
  readonly field: FieldInfo
  readonly via?: string
}

/** What somebody wants to read, before the model and the rights are asked. */
export interface Wish {
  /** Same key, same specification for the same caller; `null` where nobody asks twice. */
  readonly key: string | null
  spec(scope: Scope, model: ModelInfo): Spec
}

/** Fields by name, relations in one style, as `read` and `search_read` take them. */
export function flat(fields: readonly string[] | null | undefined, style: 'pair' | 'id'): Wish {
  return {
    key: `${style} ${JSON.stringify(fields ?? [])}`,
    spec: (scope, model) => flatSpec(scope, model, fields, style),
  }
}

/** The specification of `web_read`. */
export function nested(specification: Readonly<Record<string, unknown>>): Wish {
  return {
    key: `nested ${JSON.stringify(specification)}`,
    spec: (scope, model) => nestedSpec(scope, model, specification),
  }
}

/** Dotted paths, as `load()` takes them. */
export function byPaths(paths: readonly string[]): Wish {
  return { key: `paths ${JSON.stringify(paths)}`, spec: (scope, model) => pathSpec(scope, model, paths) }
}

/** These computed fields anew, though they have a column: for recomputation. */
export function anew(fields: readonly FieldInfo[]): Wish {
  return {
    key: `anew ${fields.map(({ name }) => name).join(' ')}`,
    spec: (scope, model) => makeSpec(scope, model, [], fields),
  }
}

/** The flat specification of `read` and `search_read`; `fields` empty = all that the caller may read. */
function flatSpec(
  scope: Scope,
  model: ModelInfo,
  fields: readonly string[] | null | undefined,
  style: 'pair' | 'id',
): Spec {
  const names = fields && fields.length > 0 ? fields : readableFields(scope, model)
  return makeSpec(
    scope,
    model,
    names.map((name) => [name, { style }]),
  )
}

/** Names of all fields that the caller may read, files and secrets apart. */
export function readableFields(scope: Scope, model: ModelInfo): string[] {
  return [...model.fields.values()].filter((f) => !f.options.secret && scope.mayUse(model, [f.name])).map((f) => f.name)
}

/** The nested specification of `web_read`: `{ partner_id: { fields: { name: {} } } }`. */
export function nestedSpec(scope: Scope, model: ModelInfo, specification: unknown, depth = 0): Spec {
  if (specification === null || typeof specification !== 'object' || Array.isArray(specification))
    throw new InvalidRequestError('ERR_SPEC', 'A read specification is an object of field names.')
  if (depth > 8) throw new InvalidRequestError('ERR_SPEC', 'The read specification is nested more than 8 levels deep.')
  const entries = Object.entries(specification as Record<string, unknown>).map(
    ([name, raw]): [string, Partial<Want>] => {
      const field = scope.field(model, name)
      const options = (raw ?? {}) as { fields?: unknown; limit?: unknown; order?: unknown }
      if (!field.comodel || options.fields === undefined) return [name, { style: 'id' }]
      return [
        name,
        {
          style: 'nested',
          inner: nestedSpec(scope, scope.model(field.comodel), options.fields, depth + 1),
          ...(typeof options.limit === 'number' && options.limit >= 0 ? { limit: Math.trunc(options.limit) } : {}),
          ...(typeof options.order === 'string' && options.order ? { order: options.order } : {}),
        },
      ]
    },
  )
  return makeSpec(scope, model, entries)
}

/** A specification from dotted paths, for `load()` and computed fields. */
export function pathSpec(scope: Scope, model: ModelInfo, paths: readonly string[]): Spec {
  return makeSpec(
    scope,
    model,
    [...byHead(paths)].map(([name, tails]): [string, Partial<Want>] => {
      if (tails.length === 0) return [name, { style: 'id' }]
      const field = scope.field(model, name)
      return [name, { style: 'nested', inner: pathSpec(scope, scope.model(field.comodel ?? ''), tails) }]
    }),
  )
}

function makeSpec(
  scope: Scope,
  model: ModelInfo,
  entries: readonly (readonly [string, Partial<Want>])[],
  again: readonly FieldInfo[] = [],
): Spec {
  const wants = new Map<string, Want>()
  const computed: FieldInfo[] = [...again]
  const files: FileWant[] = []
  const hidden = new Set<string>()
  const addFile = (name: string, field: FieldInfo) => {
    const file = fileOf(scope, model, field)
    if (!file) return
    const via = file.via === undefined ? undefined : `__of_${file.via.name}`
    if (via !== undefined && file.via) {
      wants.set(via, { field: file.via, style: 'id' })
      hidden.add(via)
    }
    files.push({ name, field: file.field, ...(via === undefined ? {} : { via }) })
  }
  for (const [name, want] of entries) {
    const field = computedAlias(scope, model, scope.field(model, name))
    const needs = inJavaScript(field)
    if (needs === 'file') addFile(name, field)
    else if (needs === 'compute') computed.push(field)
    else wants.set(name, { field, style: 'id', ...want })
  }
  // What a computed field depends on is read along, as deep as needed, in the same statement.
  for (const field of withComputedDependencies(scope, model, computed)) {
    if (!computed.includes(field)) {
      computed.push(field)
      hidden.add(field.name)
    }
  }
  const inOrder = byDependency(computed)
  const inputs = new Map<FieldInfo, Map<string, string>>()
  const keys = new Map<string, string>()
  for (const field of computed) inputs.set(field, inputsOf(field))
  return { model, wants, computed: inOrder, files, hidden, inputs }

  // The same dependency is read once for all fields that need it in the same shape.
  function inputsOf(field: FieldInfo): Map<string, string> {
    const found = new Map<string, string>()
    for (const [head, tails] of byHead(field.computed?.on ?? [])) {
      if (tails.length === 0 && computed.some((c) => c.name === head)) continue
      const shape = `${head}:${[...tails].sort().join(',')}`
      const known = keys.get(shape)
      const key = known ?? `__${keys.size}`
      if (known === undefined && !addInput(key, head, tails)) continue
      keys.set(shape, key)
      found.set(head, key)
    }
    return found
  }

  function addInput(key: string, head: string, tails: readonly string[]): boolean {
    const field = scope.field(model, head)
    const needs = inJavaScript(field)
    if (needs === 'compute') return false
    hidden.add(key)
    if (needs === 'file') addFile(key, field)
    else if (tails.length === 0 || !field.comodel) wants.set(key, { field, style: 'id' })
    else wants.set(key, { field, style: 'nested', inner: pathSpec(scope, scope.model(field.comodel), tails) })
    return true
  }
}

function byHead(paths: readonly string[]): Map<string, string[]> {
  const tree = new Map<string, string[]>()
  for (const path of paths) {
    const dot = path.indexOf('.')
    const head = dot < 0 ? path : path.slice(0, dot)
    const tails = tree.get(head) ?? []
    if (dot >= 0) tails.push(path.slice(dot + 1))
    tree.set(head, tails)
  }
  return tree
}

function inJavaScript(field: FieldInfo): 'file' | 'compute' | undefined {
  if (field.kind === 'binary' && !field.column && !field.computed) return 'file'
  if (field.computed && !field.column) return 'compute'
  return undefined
}

// A file of the record itself, or of a record that a related field leads to.
function fileOf(scope: Scope, model: ModelInfo, field: FieldInfo): { field: FieldInfo; via?: FieldInfo } | undefined {
  if (!field.related) return { field }
  const [head = '', next] = field.related
  const step = scope.field(model, head)
  if (next === undefined) return fileOf(scope, model, step)
  if (step.kind !== 'many2one' || !step.column || field.related.length > 2) return undefined
  const comodel = scope.model(step.comodel ?? '')
  const end = fileOf(scope, comodel, scope.field(comodel, next))
  return end && !end.via ? { field: end.field, via: step } : undefined
}

// A related field that shows a computed one is computed like it; through a relation it is dug out of the other record.
function computedAlias(scope: Scope, model: ModelInfo, field: FieldInfo): FieldInfo {
  const path = field.related
  if (field.column || !path || field.computed || field.name === 'display_name') return field
  const [head = '', ...rest] = path
  const step = scope.field(model, head)
  if (rest.length === 0) {
    const target = computedAlias(scope, model, step)
    return target.computed && !target.column ? { ...field, computed: target.computed } : field
  }
  let at = scope.model(step.comodel ?? '')
  let end = step
  for (const [i, part] of rest.entries()) {
    end = computedAlias(scope, at, scope.field(at, part))
    if (i < rest.length - 1) at = scope.model(end.comodel ?? '')
  }
  if (!end.computed || end.column) return field
  const dig = (record: Record<string, unknown>) =>
    path.reduce<unknown>((value, part) => (value as Record<string, unknown> | null | undefined)?.[part] ?? null, record)
  return { ...field, computed: { on: [path.join('.')], fn: dig as never } }
}

function withComputedDependencies(scope: Scope, model: ModelInfo, start: readonly FieldInfo[]): FieldInfo[] {
  const found: FieldInfo[] = []
  const visit = (field: FieldInfo) => {
    for (const path of field.computed?.on ?? []) {
      const dependency = path.includes('.') ? undefined : model.fields.get(path)
      if (dependency && inJavaScript(dependency) === 'compute' && !found.includes(dependency)) {
        scope.mayRead(dependency)
        found.push(dependency)
        visit(dependency)
      }
    }
  }
  for (const field of start) visit(field)
  return found
}

// A field comes after those of the list that it is made of.
function byDependency(fields: readonly FieldInfo[]): FieldInfo[] {
  const sorted = new Set<FieldInfo>()
  const visiting = new Set<FieldInfo>()
  const visit = (field: FieldInfo) => {
    if (sorted.has(field) || visiting.has(field)) return
    visiting.add(field)
    for (const before of fields) if (field.computed?.on.includes(before.name)) visit(before)
    sorted.add(field)
  }
  for (const field of fields) visit(field)
  return [...sorted]
}

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
  readonly files: readonly FieldInfo[]
  /** Names in `wants` that the caller did not ask for. */
  readonly hidden: ReadonlySet<string>
}

/** The flat specification of `read` and `search_read`; `fields` empty = all that the caller may read. */
export function flatSpec(scope: Scope, model: ModelInfo, fields: readonly string[] | null | undefined, style: 'pair' | 'id'): Spec {
  const names = fields && fields.length > 0 ? fields : readableFields(scope, model)
  return makeSpec(scope, model, names.map((name) => [name, { style }]))
}

/** Names of all fields that the caller may read, files and secrets apart. */
export function readableFields(scope: Scope, model: ModelInfo): string[] {
  const { grant } = scope.env
  return [...model.fields.values()].filter((f) => !f.options.secret && (!scope.rules || grant.field(model.name, f.name, 'read'))).map((f) => f.name)
}

/** The nested specification of `web_read`: `{ partner_id: { fields: { name: {} } } }`. */
export function nestedSpec(scope: Scope, model: ModelInfo, specification: unknown, depth = 0): Spec {
  if (specification === null || typeof specification !== 'object' || Array.isArray(specification)) throw new InvalidRequestError('ERR_SPEC', 'A read specification is an object of field names.')
  if (depth > 8) throw new InvalidRequestError('ERR_SPEC', 'The read specification is nested more than 8 levels deep.')
  const entries = Object.entries(specification as Record<string, unknown>).map(([name, raw]): [string, Partial<Want>] => {
    const field = scope.field(model, name)
    const options = (raw ?? {}) as { fields?: unknown; limit?: unknown; order?: unknown }
    if (!field.comodel || options.fields === undefined) return [name, { style: 'id' }]
    return [name, {
      style: 'nested',
      inner: nestedSpec(scope, scope.model(field.comodel), options.fields, depth + 1),
      ...(typeof options.limit === 'number' && options.limit >= 0 ? { limit: Math.trunc(options.limit) } : {}),
      ...(typeof options.order === 'string' && options.order ? { order: options.order } : {}),
    }]
  })
  return makeSpec(scope, model, entries)
}

/** A specification from dotted paths, for `load()` and computed fields. */
export function pathSpec(scope: Scope, model: ModelInfo, paths: readonly string[]): Spec {
  const tree = new Map<string, string[]>()
  for (const path of paths) {
    const dot = path.indexOf('.')
    const head = dot < 0 ? path : path.slice(0, dot)
    const tails = tree.get(head) ?? []
    if (dot >= 0) tails.push(path.slice(dot + 1))
    tree.set(head, tails)
  }
  return makeSpec(scope, model, [...tree].map(([name, tails]): [string, Partial<Want>] => {
    if (tails.length === 0) return [name, { style: 'id' }]
    const field = scope.field(model, name)
    return [name, { style: 'nested', inner: pathSpec(scope, scope.model(field.comodel ?? ''), tails) }]
  }))
}

function makeSpec(scope: Scope, model: ModelInfo, entries: readonly (readonly [string, Partial<Want>])[]): Spec {
  const wants = new Map<string, Want>()
  const computed: FieldInfo[] = []
  const files: FieldInfo[] = []
  const hidden = new Set<string>()
  for (const [name, want] of entries) {
    const field = scope.field(model, name)
    const needs = inJavaScript(field)
    if (needs === 'file') files.push(field)
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
  computed.sort((a, b) => dependsOn(a, b.name) ? 1 : dependsOn(b, a.name) ? -1 : 0)
  const deep = new Map<string, string[]>()
  for (const field of computed) {
    for (const path of field.computed?.on ?? []) {
      const [head = '', ...rest] = path.split('.')
      if (computed.some((c) => c.name === head) && rest.length === 0) continue
      const tails = deep.get(head) ?? []
      if (rest.length > 0) tails.push(rest.join('.'))
      deep.set(head, tails)
    }
  }
  for (const [head, tails] of deep) {
    const field = scope.field(model, head)
    if (inJavaScript(field)) continue
    const key = `__${head}`
    const inner = tails.length > 0 && field.comodel ? pathSpec(scope, scope.model(field.comodel), tails) : undefined
    wants.set(key, { field, style: inner ? 'nested' : 'id', ...(inner ? { inner } : {}) })
    hidden.add(key)
  }
  return { model, wants, computed, files, hidden }
}

function inJavaScript(field: FieldInfo): 'file' | 'compute' | undefined {
  if (field.kind === 'binary' && !field.column && !field.related && !field.computed) return 'file'
  if (field.computed && !field.column) return 'compute'
  return undefined
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

function dependsOn(field: FieldInfo, name: string): boolean {
  return field.computed?.on.includes(name) ?? false
}

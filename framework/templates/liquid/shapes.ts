/** What the names in a template stand for, worked out from the models before anything is read. */

import type { FieldInfo, ModelInfo, ModelRegistry } from '../../orm/index.ts'

/** A record, a list of records, one field of a record, or something worked out. */
export type Shape =
  | {
      readonly is: 'record' | 'list'
      readonly root: string
      readonly path: readonly string[]
      readonly model: ModelInfo
    }
  | { readonly is: 'field'; readonly root: string; readonly path: readonly string[]; readonly field: FieldInfo }
  | { readonly is: 'value' }

export const worked: Shape = { is: 'value' }

/** Fields that leave the house with a mail: what only a group may see inside of it does not. */
export type Audience = 'outside' | 'caller'

/** Deepest path of a template. */
const longestPath = 6
const notForTemplates = new Set(['json', 'reference'])

/**
 * The shape of `shape.name`.
 * @throws Unknown for what is no field, or none for this audience: one and the same message
 */
export function step(registry: ModelRegistry, shape: Shape, name: string, audience: Audience): Shape {
  if (shape.is === 'list') {
    if (name === 'size') return worked
    if (name === 'first' || name === 'last') return { ...shape, is: 'record' }
    throw new Unknown(`A list has first, last and size, not '${name.slice(0, 60)}'; use {% for … %}.`)
  }
  if (shape.is !== 'record') throw new Unknown(`There is nothing behind a value: '${name.slice(0, 60)}'.`)
  const { model, root } = shape
  const field = model.fields.get(name)
  if (
    field === undefined ||
    field.options.secret === true ||
    notForTemplates.has(field.kind) ||
    (audience === 'outside' && !isForAll(registry, field))
  )
    throw new Unknown(`'${name.slice(0, 60)}' is no field of ${model.name} that a template may use.`)
  const path = [...shape.path, name]
  if (path.length > longestPath) throw new Unknown(`A path goes through ${longestPath} fields at most.`)
  if (field.comodel === undefined) return { is: 'field', root, path, field }
  const comodel = registry.models.get(field.comodel)
  if (comodel === undefined) throw new Unknown(`The records of ${model.name}.${name} are not there.`)
  return { is: field.kind === 'many2one' ? 'record' : 'list', root, path, model: comodel }
}

// A mail is read by whoever gets it, and who edits a template chooses that: a field for some groups is not for it, nor what
// is made of such a field (CVE-2024-36259).
function isForAll(registry: ModelRegistry, field: FieldInfo, depth = 0): boolean {
  const { groups, secret } = field.options
  if (secret === true || depth > 20 || (groups !== undefined && !groups.includes('base.group_user'))) return false
  const paths =
    field.related !== undefined ? [field.related] : (field.computed?.on ?? []).map((path) => path.split('.'))
  return field.column || paths.every((path) => isPathForAll(registry, field.model, path, depth + 1))
}

function isPathForAll(registry: ModelRegistry, model: string, path: readonly string[], depth: number): boolean {
  let at = model
  for (const name of path) {
    const field = registry.models.get(at)?.fields.get(name)
    if (field === undefined || !isForAll(registry, field, depth)) return false
    at = field.comodel ?? ''
  }
  return true
}

/** A name that stands for nothing. */
export class Unknown extends Error {}

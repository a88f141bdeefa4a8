/** Views made from a model's fields, for models that declare none. */

import { InvalidRequestError } from '../errors.ts'
import { describeFields, type Env, type FieldInfo, type ModelInfo, setViewMaker } from '../orm/index.ts'

interface View {
  readonly arch: string
  readonly id: false
  readonly model: string
}

const kinds = ['list', 'form', 'search', 'kanban', 'graph', 'pivot', 'calendar', 'activity'] as const
type Kind = (typeof kinds)[number]

/**
 * `get_views`: a view per wanted kind, and the fields that the caller may read.
 * @param wanted pairs `[view id or false, kind]`
 */
export function defaultViews(
  env: Env,
  model: ModelInfo,
  wanted: unknown,
): { views: Record<string, View>; models: Record<string, object> } {
  if (!Array.isArray(wanted))
    throw new InvalidRequestError('ERR_VIEWS', 'Views are asked for as a list of [id, kind].', {
      wireName: 'builtins.TypeError',
    })
  const fields = [...model.fields.values()].filter(
    (field) => !field.options.secret && env.grant.field(model.name, field.name, 'read'),
  )
  const views: Record<string, View> = {}
  for (const pair of wanted) {
    const kind: unknown = Array.isArray(pair) ? pair[1] : undefined
    if (!kinds.includes(kind as Kind))
      throw new InvalidRequestError('ERR_VIEWS', `A view is one of ${kinds.join(', ')}.`)
    views[kind as Kind] = { arch: arch(kind as Kind, model, fields), id: false, model: model.name }
  }
  return { views, models: { [model.name]: { fields: describeFields(env, model, null, null) } } }
}

const technical = new Set(['id', 'display_name', 'create_uid', 'create_date', 'write_uid', 'write_date'])

function arch(kind: Kind, model: ModelInfo, fields: readonly FieldInfo[]): string {
  const own = fields.filter((field) => !technical.has(field.name) && field.kind !== 'json')
  const plain = own.filter((field) => field.column && field.kind !== 'html' && field.kind !== 'text')
  const title = escapeXml(model.options.description)
  switch (kind) {
    case 'list':
      return `<list string="${title}">${plain.slice(0, 8).map(node).join('')}</list>`
    case 'form':
      return `<form string="${title}"><sheet><group>${own.map(node).join('')}</group></sheet></form>`
    case 'search':
      return `<search string="${title}">${plain
        .filter((field) => field.kind === 'char' || field.kind === 'many2one')
        .slice(0, 6)
        .map(node)
        .join('')}</search>`
    case 'graph':
    case 'pivot':
    case 'activity':
      return `<${kind} string="${title}"/>`
    case 'calendar': {
      const start = plain.find((field) => field.kind === 'datetime' || field.kind === 'date')?.name ?? 'create_date'
      return `<calendar string="${title}" date_start="${escapeXml(start)}">${node({ name: 'display_name' })}</calendar>`
    }
    default:
      return `<kanban><templates><t t-name="card">${node({ name: 'display_name' })}</t></templates></kanban>`
  }
}

function node({ name }: { readonly name: string }): string {
  return `<field name="${escapeXml(name)}"/>`
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}

setViewMaker(defaultViews)

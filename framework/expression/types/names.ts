/** From names in an expression to fields of the models and to values that come with the call. */

import type { FieldInfo, ModelInfo, ModelRegistry } from '../../orm/index.ts'
import { didYouMean, fault } from '../faults.ts'
import type { Node } from '../syntax/tree.ts'
import type { Certainty, Checked, GivenName, Path } from './checked.ts'
import { simple, type Type, typeOfField } from './type.ts'

const record = (model: string): Type => ({ is: 'record', model })
const companies: Type = { is: 'list', of: record('res.company') }

/** Values that come with the call. */
export const given: Readonly<Record<GivenName, { readonly type: Type; readonly certainty: Certainty }>> = {
  'user.id': { type: record('res.users'), certainty: 'sure' },
  'user.name': { type: simple('string'), certainty: 'sure' },
  'user.login': { type: simple('string'), certainty: 'sure' },
  'user.lang': { type: simple('string'), certainty: 'sure' },
  'user.tz': { type: simple('string'), certainty: 'nullable' },
  'user.partner_id': { type: record('res.partner'), certainty: 'sure' },
  'user.company_id': { type: record('res.company'), certainty: 'sure' },
  'user.company_ids': { type: companies, certainty: 'sure' },
  company_id: { type: record('res.company'), certainty: 'sure' },
  company_ids: { type: companies, certainty: 'sure' },
  now: { type: simple('datetime'), certainty: 'sure' },
  today: { type: simple('date'), certainty: 'sure' },
}

export interface Names {
  readonly registry: ModelRegistry
  /** Models of the records spoken of, the innermost last. */
  readonly models: readonly ModelInfo[]
  /** Whether whoever writes the expression may read the field. */
  mayRead(field: FieldInfo): boolean
}

/** The words of `a.b.c`; `null` for anything else. */
export function wordsOf(node: Node): { readonly name: string; readonly at: number }[] | null {
  const words: { name: string; at: number }[] = []
  let at: Node = node
  while (at.is === 'select') {
    words.unshift({ name: at.name, at: at.at })
    at = at.of
  }
  if (at.is !== 'name') return null
  return [{ name: at.name, at: at.at }, ...words]
}

/**
 * The field or given value that a dotted name stands for. A field of the record comes first only after `user`, `now`,
 * `today` and `company_ids`, which have one meaning everywhere; `company_id` is the record's, where it has one.
 */
export function resolve(names: Names, words: readonly { readonly name: string; readonly at: number }[]): Checked {
  const [first] = words
  if (!first) throw fault('ERR_EXPRESSION_SYNTAX', 'a name is expected here', 0)
  const model = names.models.at(-1)
  if (first.name === 'user' || first.name === 'now' || first.name === 'today' || first.name === 'company_ids')
    return givenValue(words)
  if (first.name === 'company_id' && words.length === 1 && !model?.fields.has('company_id')) return givenValue(words)
  if (first.name === 'parent' && names.models.length > 1)
    return walk(names, names.models.length - 2, words.slice(1), first.at)
  if (!model) {
    const name = words.map((word) => word.name).join('.')
    throw fault(
      'ERR_EXPRESSION_NAME',
      `'${name.slice(0, 60)}' is not known`,
      first.at,
      didYouMean(name, Object.keys(given)) || `Known are ${Object.keys(given).join(', ')}.`,
    )
  }
  return walk(names, names.models.length - 1, words, first.at)
}

function givenValue(words: readonly { readonly name: string; readonly at: number }[]): Checked {
  const last = words.at(-1)
  // `.id` and `.ids` of what is an id already, as Odoo's rules write it.
  let wanted = words.map(({ name }) => name).join('.')
  if (wanted === 'user') wanted = 'user.id'
  if (/^(user\.)?(company|partner)_id\.id$/.test(wanted)) wanted = wanted.slice(0, -3)
  if (/^(user\.)?company_ids\.ids$/.test(wanted)) wanted = wanted.slice(0, -4)
  if (!Object.hasOwn(given, wanted))
    throw fault(
      'ERR_EXPRESSION_NAME',
      `'${wanted.slice(0, 80)}' is not known`,
      last?.at ?? 0,
      didYouMean(wanted, Object.keys(given)) || `Known are ${Object.keys(given).join(', ')}.`,
    )
  const name = wanted as GivenName
  return { is: 'given', name, ...given[name] }
}

function walk(
  names: Names,
  level: number,
  words: readonly { readonly name: string; readonly at: number }[],
  start: number,
): Checked {
  let model: ModelInfo | undefined = names.models[level]
  const steps: FieldInfo[] = []
  let hops = 0
  for (const [i, { name, at }] of words.entries()) {
    const before = steps.at(-1)
    if (!model) throw noRecord(before, name, at)
    const field: FieldInfo = fieldOf(names, model, name, at)
    steps.push(field)
    model = undefined
    if (i === words.length - 1) break
    if (field.kind === 'many2one') model = names.registry.models.get(field.comodel ?? '')
    hops++
  }
  const end = steps.at(-1)
  if (!end) throw fault('ERR_EXPRESSION_SYNTAX', "a field is expected after 'parent'", start)
  const type = typeOfField(end)
  if (type === null)
    throw fault(
      'ERR_EXPRESSION_TYPE',
      `the field '${end.name}' holds a ${end.kind} value, which cannot be used here`,
      words.at(-1)?.at ?? start,
    )
  return {
    is: 'path',
    out: names.models.length - 1 - level,
    steps,
    type,
    certainty: certaintyOf(end, hops),
  } satisfies Path & Checked
}

/** An unset number is 0 and an unset flag is false, as everywhere; behind a reference that is not set there is neither. */
function certaintyOf(end: FieldInfo, hops: number): Certainty {
  if (end.kind === 'one2many' || end.kind === 'many2many') return hops > 0 ? 'failing' : 'sure'
  const always = end.kind === 'boolean' || end.kind === 'integer' || end.kind === 'float' || end.kind === 'monetary'
  return always && hops === 0 ? 'sure' : 'nullable'
}

function fieldOf(names: Names, model: ModelInfo, name: string, at: number): FieldInfo {
  const field = model.fields.get(name)
  const isThere = (one: FieldInfo) => !one.options.secret && names.mayRead(one)
  if (field && isThere(field)) return field
  const known = [...model.fields.values()].filter(isThere).map((one) => one.name)
  const others = model === names.models.at(-1) ? ['user', 'now', 'today', 'company_ids'] : []
  throw fault(
    'ERR_EXPRESSION_NAME',
    `'${name.slice(0, 60)}' is no field of ${model.name}`,
    at,
    didYouMean(name, [...known, ...others]),
  )
}

function noRecord(before: FieldInfo | undefined, name: string, at: number): Error {
  const isList = before?.kind === 'one2many' || before?.kind === 'many2many'
  return fault(
    'ERR_EXPRESSION_TYPE',
    `'${before?.name}' is ${isList ? 'a list' : 'no record'} and has no '${name.slice(0, 60)}'`,
    at,
    isList ? `Ask for its records: ${before?.name}.any(…), ${before?.name}.all(…).` : '',
  )
}

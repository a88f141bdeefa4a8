/**
 * Walks over a parsed template once: every name becomes a path of the models, every value learns where it stands. After this
 * nothing in a template depends on data but what the data says.
 */

import {
  AssignTag,
  CaseTag,
  CommentTag,
  Filter,
  ForTag,
  IfTag,
  type Liquid,
  Output,
  type Template,
  type Token,
  TypeGuards,
  UnlessTag,
  type Value,
} from 'liquidjs'
import type { FieldInfo, ModelInfo, ModelRegistry } from '../../orm/index.ts'
import { HtmlReader, Misplaced, type Place } from '../html/reader.ts'
import { literalHtml } from './literal-html.ts'
import { type Kind, placeFilter } from './places.ts'
import { type Audience, type Shape, step, Unknown, worked } from './shapes.ts'

/** What the outermost names of a template stand for. */
export type Roots = Readonly<
  Record<string, { readonly is: 'record' | 'list'; readonly model: ModelInfo } | { readonly is: 'value' }>
>

export interface CheckOptions {
  readonly registry: ModelRegistry
  readonly roots: Roots
  readonly kind: Kind
  readonly audience: Audience
}

/** What a template reads. */
export interface Reads {
  /** Dotted paths by root. */
  readonly paths: ReadonlyMap<string, ReadonlySet<string>>
  /** Those of them, with their root, that hold HTML. */
  readonly html: ReadonlySet<string>
}

/** Why a template is refused, and where. */
export class Refused extends Error {
  readonly token: Token | null
  constructor(message: string, token: Token | null) {
    super(message)
    this.token = token
  }
}

const mostParts = 2_000
const deepestBlock = 12
const deepestLoop = 3
const mostFilters = 10
const loopFields = new Set(['index', 'index0', 'rindex', 'rindex0', 'first', 'last', 'length'])

/** Checks and completes a template; its values are escaped by their places from here on. @throws Refused */
export function checkTemplate(engine: Liquid, templates: readonly Template[], options: CheckOptions): Reads {
  return new Check(engine, options).run(templates)
}

class Check {
  readonly #engine: Liquid
  readonly #options: CheckOptions
  readonly #reader: HtmlReader | null
  readonly #names = new Map<string, Shape>()
  readonly #paths = new Map<string, Set<string>>()
  readonly #html = new Set<string>()
  #parts = 0
  #loops = 0

  constructor(engine: Liquid, options: CheckOptions) {
    this.#engine = engine
    this.#options = options
    this.#reader = options.kind === 'html' ? new HtmlReader(literalHtml) : null
    for (const [name, root] of Object.entries(options.roots))
      this.#names.set(name, root.is === 'value' ? worked : { is: root.is, root: name, path: [], model: root.model })
  }

  run(templates: readonly Template[]): Reads {
    this.#walk(templates, 0)
    this.#at(templates.at(-1)?.token ?? null, () => this.#reader?.end())
    return { paths: this.#paths, html: this.#html }
  }

  #walk(templates: readonly Template[], depth: number): void {
    if (depth > deepestBlock)
      throw new Refused(`Blocks are nested more than ${deepestBlock} deep.`, templates[0]?.token ?? null)
    for (const template of templates) {
      if (++this.#parts > mostParts) throw new Refused(`A template has ${mostParts} parts at most.`, template.token)
      this.#at(template.token, () => this.#part(template, depth))
    }
  }

  // Words of the reader and of the models get the place in the template.
  #at(token: Token | null, work: () => void): void {
    try {
      work()
    } catch (thrown) {
      if (thrown instanceof Misplaced || thrown instanceof Unknown) throw new Refused(thrown.message, token)
      throw thrown
    }
  }

  #part(template: Template, depth: number): void {
    if (template instanceof Output) this.#output(template)
    else if (template instanceof AssignTag) this.#assign(template)
    else if (template instanceof IfTag || template instanceof UnlessTag) this.#condition(template, depth)
    else if (template instanceof CaseTag) this.#choice(template, depth)
    else if (template instanceof ForTag) this.#loop(template, depth)
    else if (!(template instanceof CommentTag)) this.#literal(template)
  }

  #literal(template: Template): void {
    const { str } = template as unknown as { readonly str?: unknown }
    if (typeof str !== 'string') throw new Refused('This tag is not used in templates.', template.token)
    this.#reader?.literal(str)
  }

  #condition(template: IfTag | UnlessTag, depth: number): void {
    const { branches, elseTemplates } = template as unknown as Branches
    for (const { value, templates } of branches) {
      const shape = this.#valueShape(value)
      // Whether there is a picture may be asked; what is in it is only shown.
      if (shape.is === 'field' && shape.field.kind === 'binary') this.#want(shape.root, shape.path)
      else this.#use(shape)
      this.#branch(templates, depth)
    }
    this.#branch(elseTemplates ?? [], depth)
  }

  #choice(template: CaseTag, depth: number): void {
    this.#use(this.#valueShape(template.value))
    for (const { values, templates } of template.branches) {
      for (const value of values) this.#use(this.#tokenShape(value))
      this.#branch(templates, depth)
    }
    this.#branch(template.elseTemplates, depth)
  }

  // Which branch is taken is known later; so each leaves off where it began.
  #branch(templates: readonly Template[], depth: number): void {
    const before = this.#reader?.position
    this.#walk(templates, depth + 1)
    if (this.#reader?.position !== before)
      throw new Refused(
        'A branch or loop ends where it begins: not inside of another tag, attribute or address.',
        templates.at(-1)?.token ?? null,
      )
  }

  #loop(template: ForTag, depth: number): void {
    if (this.#loops >= deepestLoop) throw new Refused(`Loops are nested more than ${deepestLoop} deep.`, template.token)
    if (Object.keys(template.hash.hash).some((name) => !['limit', 'offset', 'reversed'].includes(name)))
      throw new Refused('A loop has limit, offset and reversed.', template.token)
    for (const value of Object.values(template.hash.hash))
      if (typeof value === 'object') this.#use(this.#tokenShape(value as Token))
    const list = this.#tokenShape(template.collection)
    if (list.is !== 'list') throw new Refused('A loop goes over a list of records.', template.token)
    this.#want(list.root, [...list.path, 'id'])
    this.#declare(template.variable, { ...list, is: 'record' }, template.token)
    this.#loops++
    this.#branch(template.templates, depth)
    this.#loops--
    this.#names.delete(template.variable)
    this.#branch(template.elseTemplates ?? [], depth)
  }

  #assign(template: AssignTag): void {
    const { key, value } = template as unknown as { readonly key: string; readonly value: Value }
    const shape = this.#valueShape(value)
    if (shape.is === 'value' && this.#names.get(key)?.is === 'value' && !(key in this.#options.roots)) return
    if (shape.is === 'field') this.#use(shape)
    this.#declare(key, shape.is === 'field' ? worked : shape, template.token)
  }

  // A name means one thing in the whole template; otherwise its paths could not be told beforehand.
  #declare(name: string, shape: Shape, token: Token): void {
    if (name === 'forloop' || this.#names.has(name))
      throw new Refused(`The name '${name.slice(0, 60)}' is taken already.`, token)
    this.#names.set(name, shape)
  }

  #output(template: Output): void {
    const { value } = template
    const shape = this.#valueShape(value)
    const place: Place = this.#reader?.value() ?? { in: 'text' }
    const own = place.in === 'address' && place.part === 'start' && place.tag === 'img' && place.attribute === 'src'
    if (place.in === 'tag') throw new Refused('A value in a tag stands in a quoted attribute.', template.token)
    if (own !== (shape.is === 'field' && shape.field.kind === 'binary'))
      throw new Refused(
        'A picture is a field of a record, as the whole src of an img, without filters.',
        template.token,
      )
    if (shape.is === 'field' && own) this.#want(shape.root, shape.path)
    else this.#use(shape)
    // In the place of the escaping that the engine put there for everything.
    const { filters } = value
    const last = filters.at(-1) as unknown as { readonly token: ConstructorParameters<typeof Filter>[0] }
    filters[filters.length - 1] = new Filter(last.token, placeFilter(this.#options.kind, place), this.#engine)
  }

  #valueShape(value: Value): Shape {
    // An output has the engine's escaping as its last filter.
    const own = value.filters.filter(({ name }) => name in this.#engine.filters)
    if (own.length > mostFilters) throw new Unknown(`A value has ${mostFilters} filters at most.`)
    for (const { args } of own)
      for (const arg of args) this.#use(this.#tokenShape((Array.isArray(arg) ? arg[1] : arg) as Token))
    const { postfix } = value.initial
    const [only] = postfix
    if (postfix.length === 1 && only !== undefined) {
      const shape = this.#tokenShape(only)
      if (own.length === 0) return shape
      this.#use(shape)
      return worked
    }
    for (const token of postfix) if (!TypeGuards.isOperatorToken(token)) this.#use(this.#tokenShape(token))
    return worked
  }

  #tokenShape(token: Token): Shape {
    if (TypeGuards.isQuotedToken(token) || TypeGuards.isNumberToken(token) || TypeGuards.isLiteralToken(token))
      return worked
    if (!TypeGuards.isPropertyAccessToken(token)) throw new Unknown('A value is a path, a text or a number.')
    if (token.variable !== undefined) throw new Unknown('There is nothing behind a text or a number.')
    const names = token.props.map((prop) => {
      if (TypeGuards.isWordToken(prop)) return prop.content
      throw new Unknown('A path is names with dots between them.')
    })
    const [root = '', ...rest] = names
    if (root === 'forloop' && this.#loops > 0 && rest.length === 1 && loopFields.has(rest[0] ?? '')) return worked
    const shape = this.#names.get(root)
    if (shape === undefined)
      throw new Unknown(`'${root.slice(0, 60)}' is not known here; there is ${[...this.#names.keys()].join(', ')}.`)
    return rest.reduce((at, name) => {
      // What is left of a list is a number or a record of it, so the list itself is read.
      if (at.is === 'list') this.#want(at.root, [...at.path, 'id'])
      return step(this.#options.registry, at, name, this.#options.audience)
    }, shape)
  }

  // A record or a list used as a value shows by name.
  #use(shape: Shape): void {
    if (shape.is === 'field') {
      this.#checkField(shape.field)
      this.#want(shape.root, shape.path)
      if (shape.field.kind === 'html') this.#html.add(`${shape.root}.${shape.path.join('.')}`)
    } else if (shape.is !== 'value') this.#want(shape.root, [...shape.path, 'display_name'])
  }

  #checkField(field: FieldInfo): void {
    if (field.kind === 'binary')
      throw new Unknown(`'${field.name}' is a file; only pictures are used, as the src of an img.`)
  }

  #want(root: string, path: readonly string[]): void {
    const known = this.#paths.get(root) ?? new Set<string>()
    known.add(path.join('.'))
    this.#paths.set(root, known)
  }
}

interface Branches {
  readonly branches: readonly { readonly value: Value; readonly templates: Template[] }[]
  readonly elseTemplates?: Template[]
}

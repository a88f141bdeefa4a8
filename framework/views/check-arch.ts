/** Checks the text of a view when it is saved: the conditions in it are expressions about the records that it shows. */

import { SaxesParser } from 'saxes'
import { ValidationError } from '../errors.ts'
import { checkExpression, type CheckOptions, parseExpression } from '../expression/index.ts'
import type { ModelRegistry } from '../orm/index.ts'

/** Attributes that hold a condition. */
const conditions: ReadonlySet<string> = new Set(['invisible', 'readonly', 'required', 'column_invisible'])
/** What Odoo's views write for always and never. */
const constants: ReadonlySet<string> = new Set(['', '0', '1', 'True', 'False', 'true', 'false'])

export const limits = { characters: 500_000, depth: 60, elements: 10_000 } as const

export interface Arch {
  readonly text: string
  /** The model whose records the view shows; `null`: none, and there is nothing to look at (a page). */
  readonly model: string | null
  /** It changes another view: where its parts will stand is not known, so conditions are looked at without the models. */
  readonly isExtension: boolean
}

/**
 * @param mayRead what whoever saves it may read; other fields do not exist for her
 * @throws ValidationError ERR_VIEW_ARCH for what is no XML, and for conditions the codes of expressions, with line and position
 */
export function checkArch(registry: ModelRegistry, arch: Arch, mayRead: NonNullable<CheckOptions['mayRead']>): void {
  if (arch.text.length > limits.characters) throw malformed(`it has more than ${limits.characters} characters`, 1)
  const walk = new Walk(registry, arch, mayRead)
  const parser = new SaxesParser({ xmlns: false, position: true })
  const at = () => parser.line
  parser.on('error', (error) => {
    throw malformed(error.message.replace(/^\d+:\d+: /, ''), at())
  })
  parser.on('doctype', () => {
    throw malformed('a document type is not allowed', at())
  })
  parser.on('opentag', ({ name, attributes }) => walk.open(name, new Map(Object.entries(attributes)), at()))
  parser.on('text', (text) => walk.text(text))
  parser.on('cdata', (text) => walk.text(text))
  parser.on('closetag', () => walk.close(at()))
  parser.write(arch.text).close()
}

interface Place {
  readonly name: string
  /** The models of the records around, the innermost last; more than one inside the list of a record. */
  readonly models: readonly string[]
  /** Of `<attribute name="invisible">`: whose text is a condition. */
  readonly condition: string | null
  content: string
}

class Walk {
  readonly #registry: ModelRegistry
  readonly #arch: Arch
  readonly #mayRead: NonNullable<CheckOptions['mayRead']>
  readonly #places: Place[] = []
  #elements = 0

  constructor(registry: ModelRegistry, arch: Arch, mayRead: NonNullable<CheckOptions['mayRead']>) {
    this.#registry = registry
    this.#arch = arch
    this.#mayRead = mayRead
  }

  open(name: string, attributes: ReadonlyMap<string, string>, line: number): void {
    if (++this.#elements > limits.elements) throw malformed(`it has more than ${limits.elements} elements`, line)
    if (this.#places.length >= limits.depth) throw malformed(`it is nested more than ${limits.depth} levels deep`, line)
    const around = this.#places.at(-1)?.models ?? (this.#arch.model === null ? [] : [this.#arch.model])
    const of = attributes.get('name') ?? ''
    for (const [attribute, text] of attributes)
      if (conditions.has(attribute))
        this.#check(text, around, `<${name}${of === '' ? '' : ` name="${of}"`}>, ${attribute}`, line)
    const condition = name === 'attribute' && conditions.has(of) ? of : null
    this.#places.push({ name, models: name === 'field' ? this.#within(around, of) : around, condition, content: '' })
  }

  text(text: string): void {
    const place = this.#places.at(-1)
    if (place?.condition) place.content += text
  }

  close(line: number): void {
    const place = this.#places.pop()
    if (place?.condition) this.#check(place.content, place.models, `<attribute name="${place.condition}">`, line)
  }

  // Inside of a field's element stand views of the records that it refers to.
  #within(around: readonly string[], field: string): readonly string[] {
    const outer = around.at(-1)
    const comodel = this.#registry.models.get(outer ?? '')?.fields.get(field)?.comodel
    return outer === undefined || comodel === undefined ? around : [outer, comodel]
  }

  #check(text: string, models: readonly string[], where: string, line: number): void {
    const condition = text.trim()
    const model = models.at(-1)
    if (constants.has(condition) || model === undefined) return
    const parent = models.length > 1 ? models.at(-2) : undefined
    try {
      if (this.#arch.isExtension) parseExpression(condition)
      else
        checkExpression(this.#registry, model, condition, {
          type: { is: 'bool' },
          mayRead: this.#mayRead,
          ...(parent === undefined ? {} : { parent }),
        })
    } catch (error) {
      if (!(error instanceof ValidationError)) throw error
      throw new ValidationError(error.code, `Invalid view, line ${line}, ${where.slice(0, 120)}: ${error.message}`, {
        cause: error,
        ...(error.detail ? { detail: error.detail } : {}),
      })
    }
  }
}

function malformed(reason: string, line: number): ValidationError {
  return new ValidationError('ERR_VIEW_ARCH', `Invalid view, line ${line}: ${reason.slice(0, 200)}.`)
}

/** A template as an administrator writes it: parsed and checked when it is saved, filled with what was read for somebody. */

import { Context, LiquidError, type Template, toValueSync } from 'liquidjs'
import { UserError, ValidationError } from '../../errors.ts'
import { type CheckOptions, checkTemplate, type Reads, Refused } from './check.ts'
import { engine, longestResult, longestTemplate } from './engine.ts'
import { type Reader, readerKey } from './filters.ts'
import { plainValue, type Wanted } from './values.ts'

/** A checked template. */
export interface LiquidTemplate extends Reads {
  /**
   * Fills the template.
   * @param values by root, as `loadExisting` gives them for `paths`
   * @throws UserError ERR_TEMPLATE_LIMIT when it takes too long or makes too much
   */
  render(values: Readonly<Record<string, unknown>>, reader: Reader): string
}

/**
 * Parses and checks a template.
 * @throws ValidationError ERR_TEMPLATE with line and column
 */
export function parseTemplate(text: string, options: CheckOptions): LiquidTemplate {
  if (text.length > longestTemplate)
    throw new ValidationError('ERR_TEMPLATE', `A template has ${longestTemplate} characters at most.`)
  try {
    const templates = engine.parse(text)
    const reads = checkTemplate(engine, templates, options)
    return { ...reads, render: (values, reader) => render(templates, reads, values, reader) }
  } catch (thrown) {
    throw refusal(thrown)
  }
}

function refusal(thrown: unknown): unknown {
  if (thrown instanceof Refused) {
    const [row, column] = thrown.token?.getPosition() ?? [1, 1]
    return new ValidationError('ERR_TEMPLATE', `${thrown.message} (line ${row}, column ${column})`, { cause: thrown })
  }
  // The library's own words: what was not closed or not understood, and where.
  if (LiquidError.is(thrown)) return new ValidationError('ERR_TEMPLATE', firstLine(thrown.message), { cause: thrown })
  if (thrown instanceof RangeError)
    return new ValidationError('ERR_TEMPLATE', 'Blocks are nested too deep.', { cause: thrown })
  return thrown
}

function firstLine(message: string): string {
  return (message.split('\n', 1)[0] ?? '').slice(0, 300)
}

function render(
  templates: Template[],
  reads: Reads,
  values: Readonly<Record<string, unknown>>,
  reader: Reader,
): string {
  const scope = Object.create(null) as Record<string, unknown>
  for (const [root, value] of Object.entries(values)) scope[root] = plain(value, reads, root)
  const globals = Object.assign(Object.create(null) as object, { [readerKey]: reader })
  const context = new Context(scope, engine.options, { sync: true, globals }, { liquid: engine } as never)
  const emitter = new Emitter()
  try {
    toValueSync(engine.renderer.renderTemplates(templates, context, emitter))
  } catch (thrown) {
    if (LiquidError.is(thrown) || thrown instanceof TooLong)
      throw new UserError(
        'ERR_TEMPLATE_LIMIT',
        'The template takes too long or makes too much text; make it simpler.',
        { cause: thrown },
      )
    throw thrown
  }
  return emitter.parts.join('')
}

function plain(value: unknown, reads: Reads, root: string): unknown {
  if (typeof value !== 'object' || value === null) return value
  const html = new Set<string>()
  for (const path of reads.html) if (path.startsWith(`${root}.`)) html.add(path.slice(root.length + 1))
  return plainValue(value, tree(reads.paths.get(root) ?? new Set()), html, '')
}

function tree(paths: ReadonlySet<string>): Wanted {
  const top = Object.create(null) as Record<string, Wanted>
  for (const path of paths) {
    let at = top
    for (const name of path.split('.')) {
      at[name] ??= Object.create(null) as Wanted
      at = at[name] as Record<string, Wanted>
    }
  }
  return top
}

class TooLong extends Error {}

/** Gathers the text; what stands in the template counts as much as what is filled in. */
class Emitter {
  readonly parts: string[] = []
  readonly buffer = ''
  #length = 0

  write(text: unknown): void {
    if (typeof text !== 'string' || text === '') return
    this.#length += text.length
    if (this.#length > longestResult) throw new TooLong()
    this.parts.push(text)
  }
}

/** A statement that is compiled once and filled at each use: what never changes is neither built nor joined again. */

import { Sql, type SqlValue } from './fragment.ts'

// Should a hole ever reach the driver, it refuses the statement instead of sending something else.
const gap = {
  toPostgres(): never {
    throw new TypeError('A statement was sent with a hole that nobody filled.')
  },
}

/** A place in a template; each use puts a fragment there. */
export function hole(): Sql {
  return new Sql(['', ''], [gap as unknown as SqlValue])
}

/** A whole statement, ready for the driver; only `Template.fill` makes one, so its text is made of fragments too. */
export class FilledStatement {
  readonly #text: string
  readonly #values: readonly SqlValue[]

  constructor(text: string, values: readonly SqlValue[]) {
    this.#text = text
    this.#values = values
  }

  compile(): { text: string; values: readonly SqlValue[] } {
    return { text: this.#text, values: this.#values }
  }
}

/** Different texts that one template keeps; callers choose them (their domains), so their number is bounded. */
const mostTexts = 100

export class Template {
  // What stands before the first hole, between holes, and after the last.
  readonly #parts: readonly Sql[]
  readonly #texts = new Map<string, string>()

  /** @param whole the statement, with `hole()` where something is to be filled in */
  constructor(whole: Sql) {
    const parts: Sql[] = []
    let chunks: string[] = [whole.chunks[0] ?? '']
    let values: SqlValue[] = []
    whole.values.forEach((value, i) => {
      const after = whole.chunks[i + 1] ?? ''
      if ((value as unknown) === gap) {
        parts.push(new Sql(chunks, values))
        chunks = [after]
        values = []
      } else {
        values.push(value)
        chunks.push(after)
      }
    })
    this.#parts = [...parts, new Sql(chunks, values)]
  }

  /** The statement with these fragments in its holes, in their order. @throws TypeError when their number is another */
  fill(...fillings: readonly Sql[]): FilledStatement {
    if (fillings.length !== this.#parts.length - 1)
      throw new TypeError(`The template has ${this.#parts.length - 1} holes, not ${fillings.length}.`)
    const values: SqlValue[] = []
    let shape = ''
    this.#parts.forEach((part, i) => {
      values.push(...part.values)
      const filling = fillings[i]
      if (filling === undefined) return
      values.push(...filling.values)
      // No text holds a NUL; what follows one tells a value from the end, so no two lists of fragments have the same shape.
      const { chunks } = filling
      shape += chunks[0] ?? ''
      for (let k = 1; k < chunks.length; k++) shape += `\0$${chunks[k]}`
      shape += '\0;'
    })
    let text = this.#texts.get(shape)
    if (text === undefined) {
      text = this.#write(fillings)
      if (this.#texts.size >= mostTexts) this.#texts.clear()
      this.#texts.set(shape, text)
    }
    return new FilledStatement(text, values)
  }

  #write(fillings: readonly Sql[]): string {
    let text = ''
    let n = 0
    const append = ({ chunks }: Sql) => {
      text += chunks[0] ?? ''
      for (let i = 1; i < chunks.length; i++) text += `$${++n}${chunks[i]}`
    }
    this.#parts.forEach((part, i) => {
      append(part)
      const filling = fillings[i]
      if (filling !== undefined) append(filling)
    })
    return text
  }
}

/**
 * Reads the literal parts of a template as a browser would and tells where each value stands. Whatever a browser could read
 * in two ways is refused. The states are those of the HTML standard §13.2.5, as far as literal text may go into them.
 */

import { type AddressPart, addressPart, valueMark } from '../escape/address.ts'
import { isInsideCssValue } from '../escape/css-value.ts'

/** Where a value stands, and with that how it is escaped. */
export type Place =
  | { readonly in: 'text' }
  /** In a title or a textarea: text, but no markup. */
  | { readonly in: 'plain' }
  | { readonly in: 'attribute' }
  | { readonly in: 'address'; readonly part: AddressPart; readonly tag: string; readonly attribute: string }
  | { readonly in: 'css' }
  /** Between attributes, where a flag may stand. */
  | { readonly in: 'tag' }

/** Why a template cannot be taken; the message is for who writes it. */
export class Misplaced extends TypeError {}

/** What the reader tells of as it goes; each may refuse by throwing. */
export interface Watcher {
  /** A tag begins; the name is in lower case, with a `/` before that of an end tag. */
  tag?(name: string): void
  /** An attribute is complete; a value in it is a `valueMark`, an attribute without a value is `null`. */
  attribute?(tag: string, name: string, value: string | null): void
  /** Literal text inside a style element. */
  style?(text: string): void
}

type State =
  | 'text'
  | 'open'
  | 'name'
  | 'between'
  | 'attribute'
  | 'after'
  | 'equals'
  | 'value'
  | 'flag'
  | 'comment'
  | 'declaration'

const addresses = new Set(
  'href src action formaction cite poster data background longdesc ping manifest codebase classid profile usemap archive icon dynsrc lowsrc xlink:href'.split(
    ' ',
  ),
)
/** Their text is no HTML. */
const raw = new Set(['script', 'style', 'iframe'])
/** What is in them is HTML to some readers and text to others. */
const ambiguous = new Set('noscript template plaintext xmp noembed noframes'.split(' '))
const plain = new Set(['title', 'textarea'])

/** One template, read from its beginning. */
export class HtmlReader {
  readonly #watch: Watcher
  #state: State = 'text'
  /** The element whose text is not HTML. */
  #inside = ''
  #tag = ''
  #attribute = ''
  #value = ''
  #quote = ''
  #text = ''

  constructor(watch: Watcher = {}) {
    this.#watch = watch
  }

  /** Takes the next literal text. @throws Misplaced */
  literal(text: string): void {
    for (let at = 0; at < text.length; ) at = this.#step(text, at)
  }

  /** Tells where a value stands that comes now. @throws Misplaced where none can be made harmless */
  value(): Place {
    const place = this.#place()
    if (place.in === 'tag') this.#state = 'flag'
    else if (this.#state === 'value') this.#value += valueMark
    return place
  }

  /** The same text twice: from here on the two templates are read alike. Branches that meet have to agree in it. */
  get position(): string {
    const { in: inside = 'refused', part = '' } = this.#placeOrNone() as { in?: string; part?: string }
    return [
      this.#state,
      this.#inside,
      this.#state === 'text' ? '' : this.#tag,
      this.#attribute,
      this.#quote,
      inside,
      part,
    ].join(' ')
  }

  /** @throws Misplaced when the template ends inside of a tag, a comment or a script */
  end(): void {
    if (this.#state !== 'text' || this.#inside !== '')
      throw new Misplaced('The template ends inside of a tag or an element.')
  }

  #placeOrNone(): Place | Record<string, never> {
    try {
      return this.#place()
    } catch (thrown) {
      if (thrown instanceof Misplaced) return {}
      throw thrown
    }
  }

  #place(): Place {
    switch (this.#state) {
      case 'text':
        if (raw.has(this.#inside)) throw new Misplaced(`A value cannot stand in the element ${this.#inside}.`)
        return { in: this.#inside === '' ? 'text' : 'plain' }
      case 'between':
        return { in: 'tag' }
      case 'value':
        return this.#placeInValue()
      case 'comment':
      case 'declaration':
        throw new Misplaced('A value cannot stand in a comment.')
      default:
        throw new Misplaced('A value in a tag stands in a quoted attribute.')
    }
  }

  #placeInValue(): Place {
    const name = this.#attribute
    if (
      this.#tag.startsWith('/') ||
      name.startsWith('on') ||
      name === 'srcdoc' ||
      name === 'srcset' ||
      name === 'content'
    )
      throw new Misplaced(`A value cannot stand in the attribute ${name}.`)
    if (name === 'style') {
      if (isInsideCssValue(this.#value)) return { in: 'css' }
      throw new Misplaced('A value in the attribute style stands behind the colon of a property.')
    }
    if (!addresses.has(name)) return { in: 'attribute' }
    const part = addressPart(this.#value)
    if (part === null) throw new Misplaced(`A value in the attribute ${name} cannot be part of the scheme or the host.`)
    return { in: 'address', part, tag: this.#tag, attribute: name }
  }

  // Takes what belongs to the state and tells where to go on.
  #step(text: string, at: number): number {
    const sign = text[at] as string
    switch (this.#state) {
      case 'text':
        return this.#inText(text, at)
      case 'open':
        if (/[a-z]/i.test(sign) || (sign === '/' && this.#tag === '')) {
          this.#tag += sign.toLowerCase()
          if (sign !== '/') this.#state = 'name'
        } else if (sign === '!' && this.#tag === '') {
          this.#state = 'declaration'
          this.#text = ''
        } else throw new Misplaced('A < that begins no tag is written as &lt;.')
        return at + 1
      case 'name':
        if (/[a-z0-9-]/i.test(sign)) this.#tag += sign.toLowerCase()
        else {
          if (ambiguous.has(this.#tag)) throw new Misplaced(`The element ${this.#tag} is not used in templates.`)
          this.#watch.tag?.(this.#tag)
          this.#state = 'between'
          return at
        }
        return at + 1
      case 'declaration':
      case 'comment':
        return this.#inComment(sign, at)
      case 'flag':
      case 'between':
        return this.#betweenAttributes(sign, at)
      case 'attribute':
        if (/[a-z0-9:_.-]/i.test(sign)) this.#attribute += sign.toLowerCase()
        else {
          this.#state = 'after'
          return at
        }
        return at + 1
      case 'after':
        if (sign === '=') this.#state = 'equals'
        else if (!/\s/.test(sign)) {
          this.#complete(null)
          return at
        }
        return at + 1
      case 'equals':
        if (sign !== '"' && sign !== "'")
          throw new Misplaced('The value of an attribute stands in quotes, right after the =.')
        this.#quote = sign
        this.#value = ''
        this.#state = 'value'
        return at + 1
      case 'value':
        if (sign === this.#quote) this.#complete(this.#value)
        else this.#value += sign
        return at + 1
    }
  }

  #inText(text: string, at: number): number {
    if (this.#inside !== '') return this.#inElement(text, at)
    const next = text.indexOf('<', at)
    if (next < 0) return text.length
    this.#state = 'open'
    this.#tag = ''
    return next + 1
  }

  // Inside of script, style, title …: only the element's own end tag means anything.
  #inElement(text: string, at: number): number {
    const sign = text[at] as string
    this.#text += sign
    const end = `</${this.#inside}`
    if (this.#text.slice(-end.length).toLowerCase() !== end) return at + 1
    if (this.#inside === 'style') this.#watch.style?.(this.#text.slice(0, -end.length))
    this.#tag = `/${this.#inside}`
    this.#inside = ''
    this.#watch.tag?.(this.#tag)
    this.#state = 'between'
    return at + 1
  }

  #inComment(sign: string, at: number): number {
    this.#text += sign
    if (this.#state === 'declaration') {
      if (this.#text === '--') {
        this.#state = 'comment'
        this.#text = ''
      } else if (!'--'.startsWith(this.#text) && !'doctype html'.startsWith(this.#text.toLowerCase().replace(/>$/, '')))
        throw new Misplaced('A declaration is <!doctype html> or a comment.')
      else if (sign === '>') this.#state = 'text'
    } else if (/^-?>$/.test(this.#text) || this.#text.endsWith('--!>') || this.#text.endsWith('<!-'))
      throw new Misplaced('A comment is written as <!-- text -->.')
    else if (this.#text.endsWith('-->')) this.#state = 'text'
    return at + 1
  }

  #betweenAttributes(sign: string, at: number): number {
    if (sign === '>') {
      const name = this.#tag
      this.#state = 'text'
      this.#attribute = ''
      this.#quote = ''
      if (raw.has(name) || plain.has(name)) {
        this.#inside = name
        this.#text = ''
      }
    } else if (/\s/.test(sign) || sign === '/') this.#state = 'between'
    else if (/[a-z]/i.test(sign) && this.#state === 'between') {
      this.#attribute = ''
      this.#state = 'attribute'
      return at
    } else throw new Misplaced('Between attributes stand blanks and names only.')
    return at + 1
  }

  #complete(value: string | null): void {
    this.#watch.attribute?.(this.#tag, this.#attribute, value)
    this.#state = 'between'
    this.#attribute = ''
    this.#quote = ''
    this.#value = ''
  }
}

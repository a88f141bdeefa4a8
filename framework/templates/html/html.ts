/** HTML by template, for programmers: every value is escaped by the place where it stands, unless it is itself markup made here. */

import { addressComponent, isPageAddress } from '../escape/address.ts'
import { cssValue } from '../escape/css-value.ts'
import { escapeHtml } from '../escape/text.ts'
import { HtmlReader, type Place } from './reader.ts'

/** Text that is already HTML. Only `html` and `unsafeHtml` make it. */
export class Markup {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** An attribute without a value, present or not. */
export class Flag {
  readonly text: string
  constructor(name: FlagName, isOn: boolean) {
    this.text = isOn ? name : ''
  }
}

export type FlagName = 'autofocus' | 'checked' | 'disabled' | 'selected'

export type Piece = string | number | Markup | Flag | null | undefined | false | readonly Piece[]

/**
 * The template tag. Values become text, `Markup` stays markup, lists are joined, `null`, `undefined` and `false` vanish.
 * @throws TypeError when a value stands where escaping cannot protect: in an unquoted attribute, a tag's name, a script, a
 *   style, a comment, an event handler, or an address that is not a path of ours or https
 */
// Keeps promise: software/escaping
export function html(literals: TemplateStringsArray, ...pieces: readonly Piece[]): Markup {
  const places = placesOf(literals)
  let text = literals[0] ?? ''
  pieces.forEach((piece, i) => {
    text += render(piece, places[i] ?? inText) + (literals[i + 1] ?? '')
  })
  return new Markup(text)
}

/**
 * Takes a string as HTML. Say why it is safe; `npm run check` counts each use against `unsafe-html.json`.
 * @param _reason who made the string, and why nobody else can have
 */
export function unsafeHtml(_reason: string, text: string): Markup {
  return new Markup(text)
}

const inText: Place = { in: 'text' }

function render(piece: Piece, place: Place): string {
  if (piece === null || piece === undefined || piece === false) return ''
  if (piece instanceof Flag && place.in === 'tag') return piece.text
  if (place.in === 'tag') throw new TypeError('A value in a tag stands in a quoted attribute.')
  if (typeof piece === 'number') return String(piece)
  if (typeof piece === 'string') return escapeHtml(inPlace(piece, place))
  if (place.in !== 'text' || piece instanceof Flag)
    throw new TypeError('Markup stands between tags, a flag inside of one.')
  if (piece instanceof Markup) return piece.text
  return piece.map((one) => render(one, inText)).join('')
}

function inPlace(text: string, place: Place): string {
  if (place.in === 'address') {
    if (place.part !== 'start') return addressComponent(text)
    if (isPageAddress(text)) return text
    throw new TypeError('An address in a page is a path of our own or https.')
  }
  if (place.in !== 'css') return text
  const value = cssValue(text)
  if (value !== null) return value
  throw new TypeError('A value of a style property is a colour, a size or a word.')
}

const known = new WeakMap<TemplateStringsArray, readonly Place[]>()

// Where the values of a template stand is the same at each call.
function placesOf(literals: TemplateStringsArray): readonly Place[] {
  const found = known.get(literals)
  if (found !== undefined) return found
  const reader = new HtmlReader()
  const places: Place[] = []
  literals.forEach((literal, i) => {
    reader.literal(literal)
    if (i < literals.length - 1) places.push(reader.value())
  })
  reader.end()
  known.set(literals, places)
  return places
}

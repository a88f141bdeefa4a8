/** HTML by template: every value is escaped unless it is itself markup made here. */

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
 * @throws TypeError when a value stands where escaping cannot protect: in an unquoted attribute, a tag's name, a script
 *   or style, an event handler, or an address that is not a path of ours or https
 */
// Keeps promise: software/escaping
export function html(literals: TemplateStringsArray, ...pieces: readonly Piece[]): Markup {
  const places = placesOf(literals)
  let text = literals[0] ?? ''
  pieces.forEach((piece, i) => {
    text += render(piece, places[i] ?? 'text') + (literals[i + 1] ?? '')
  })
  return new Markup(text)
}

/**
 * Takes a string as HTML. Say why it is safe; each use is counted by a test.
 * @param _reason who made the string, and why nobody else can have
 */
export function unsafeHtml(_reason: string, text: string): Markup {
  return new Markup(text)
}

/** Text in which no character has a meaning for HTML, in an element or a quoted attribute. */
export function escapeHtml(text: string): string {
  const well = text.isWellFormed() ? text : text.toWellFormed()
  return /[&<>"'`\0]/.test(well) ? well.replace(/[&<>"'`\0]/g, (c) => entities[c] ?? '') : well
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
  '\0': '\ufffd',
}

type Place = 'text' | 'attribute' | 'address' | 'tag'

function render(piece: Piece, place: Place): string {
  if (piece === null || piece === undefined || piece === false) return ''
  if (piece instanceof Flag && place === 'tag') return piece.text
  if (place === 'tag') throw new TypeError('A value in a tag stands in a quoted attribute.')
  if (typeof piece === 'number') return String(piece)
  if (typeof piece === 'string') return escapeHtml(place === 'address' ? checkedAddress(piece) : piece)
  if (place !== 'text' || piece instanceof Flag)
    throw new TypeError('Markup stands between tags, a flag inside of one.')
  if (piece instanceof Markup) return piece.text
  return piece.map((one) => render(one, 'text')).join('')
}

// `javascript:` and its kind; `//host` leaves our origin as well.
function checkedAddress(address: string): string {
  if (/^(?:\/(?![/\\])|#|\?|https:\/\/)/.test(address)) return address
  throw new TypeError('An address in a page is a path of our own or https.')
}

const known = new WeakMap<TemplateStringsArray, readonly Place[]>()

// Where the values of a template stand is the same at each call.
function placesOf(literals: TemplateStringsArray): readonly Place[] {
  const found = known.get(literals)
  if (found !== undefined) return found
  let before = ''
  const places: Place[] = []
  for (const literal of literals.slice(0, -1)) {
    before += literal
    places.push(placeAfter(before))
    // The value itself cannot close what it stands in, so a word in its place keeps the reading right.
    before += 'value'
  }
  known.set(literals, places)
  return places
}

function placeAfter(before: string): Place {
  if (/<(script|style)\b[^>]*>(?![\s\S]*<\/\1)[\s\S]*$/i.test(before))
    throw new TypeError('A value cannot stand in a script or style.')
  const tag = before.lastIndexOf('<')
  if (tag < 0 || isClosed(before.slice(tag))) return 'text'
  const open = /([a-z-]+)="[^"]*$/i.exec(before.slice(tag))
  if (open === null) {
    if (/<[a-z][a-z0-9]*(\s+[a-z-]+(="[^"]*")?)*\s+$/i.test(before.slice(tag))) return 'tag'
    throw new TypeError('A value in a tag stands in a quoted attribute.')
  }
  const name = (open[1] ?? '').toLowerCase()
  if (name.startsWith('on') || name === 'style' || name === 'srcdoc')
    throw new TypeError(`A value cannot stand in the attribute ${name}.`)
  return /^(href|src|action|formaction|cite|poster|data)$/.test(name) && /="$/.test(before) ? 'address' : 'attribute'
}

// Whether the tag that begins the text has ended: a `>` outside of quotes.
function isClosed(text: string): boolean {
  return text
    .replace(/"[^"]*"/g, '')
    .replace(/"[\s\S]*$/, '')
    .includes('>')
}

/** JSON text as XML-RPC text, piece by piece: no tree of the values is built, and a large answer can leave while it is made. */

import { escapeText, head, numberText } from './write.ts'

/** Characters of XML that are made at a time, about a millisecond's work. */
const pieceLength = 65_536

/**
 * The pieces of a method response whose value is this JSON text.
 * @param json what PostgreSQL or JSON.stringify made; `null` in it becomes `<nil/>`
 * @param doubles as in `writeResult`
 */
export function* transcode(json: string, doubles: ReadonlySet<string>): Generator<string> {
  let out = `${head}<params>\n<param>\n`
  // What closes each open list or object, and the names of members met before.
  const open: string[] = []
  const members = new Map<string, { readonly start: string; readonly isDouble: boolean }>()
  let isDouble = false
  let at = 0
  while (at < json.length) {
    const code = json.charCodeAt(at)
    switch (code) {
      case openBrace:
      case openBracket:
        out += code === openBrace ? '<value><struct>\n' : '<value><array><data>\n'
        open.push(code === openBrace ? objectEnd : listEnd)
        at++
        if (code === openBrace) at = member()
        break
      case closeBrace:
      case closeBracket:
        out += open.pop() ?? ''
        if (open.at(-1) === objectEnd) out += memberEnd
        at++
        break
      case comma:
        at++
        if (open.at(-1) === objectEnd) at = member()
        break
      case quote: {
        const end = stringEnd(json, at)
        value(`<string>${escapeText(stringAt(json, at, end))}</string>`)
        at = end
        break
      }
      case lowerT:
        value('<boolean>1</boolean>')
        at += 4
        break
      case lowerF:
        value('<boolean>0</boolean>')
        at += 5
        break
      case lowerN:
        value('<nil/>')
        at += 4
        break
      default:
        if (code === minus || (code >= zero && code <= nine)) {
          let end = at + 1
          while (isOfNumber(json.charCodeAt(end))) end++
          value(numberText(Number(json.slice(at, end)), isDouble && open.at(-1) === objectEnd))
          at = end
        } else at++ // space between tokens
    }
    if (out.length >= pieceLength) {
      yield out
      out = ''
    }
  }
  yield `${out}</param>\n</params>\n</methodResponse>\n`

  function value(text: string): void {
    out += `<value>${text}</value>\n`
    if (open.at(-1) === objectEnd) out += memberEnd
  }

  // A member's name up to behind its colon; where the object ends instead, nothing.
  function member(): number {
    let from = at
    while (isSpace(json.charCodeAt(from))) from++
    if (json.charCodeAt(from) !== quote) return from
    const end = stringEnd(json, from)
    const raw = json.slice(from, end)
    let known = members.get(raw)
    if (known === undefined) {
      const name = stringAt(json, from, end)
      known = { start: `<member>\n<name>${escapeText(name)}</name>\n`, isDouble: doubles.has(name) }
      if (members.size < 1_000) members.set(raw, known)
    }
    out += known.start
    isDouble = known.isDouble
    return json.indexOf(':', end) + 1
  }
}

const openBrace = 0x7b
const closeBrace = 0x7d
const openBracket = 0x5b
const closeBracket = 0x5d
const comma = 0x2c
const quote = 0x22
const backslash = 0x5c
const lowerT = 0x74
const lowerF = 0x66
const lowerN = 0x6e
const minus = 0x2d
const zero = 0x30
const nine = 0x39
const objectEnd = '</struct></value>\n'
const listEnd = '</data></array></value>\n'
const memberEnd = '</member>\n'

function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d)
}

// Digits, sign, point and exponent.
function isOfNumber(code: number): boolean {
  return (code >= zero && code <= nine) || code === minus || code === 0x2b || code === 0x2e || (code | 0x20) === 0x65
}

/** Behind the closing quote of the string that opens at `from`. */
function stringEnd(json: string, from: number): number {
  for (let end = json.indexOf('"', from + 1); end > 0; end = json.indexOf('"', end + 1)) {
    let slashes = 0
    while (json.charCodeAt(end - 1 - slashes) === backslash) slashes++
    if (slashes % 2 === 0) return end + 1
  }
  throw new SyntaxError('A string of the JSON text does not end.')
}

function stringAt(json: string, from: number, end: number): string {
  const inside = json.slice(from + 1, end - 1)
  return inside.includes('\\') ? (JSON.parse(json.slice(from, end)) as string) : inside
}

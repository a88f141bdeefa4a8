/** Cuts the text of an expression into words. Literals follow CEL's grammar; nothing else of a string is interpreted. */

import { fault } from '../faults.ts'
import { decimalOf, within } from '../run/numbers.ts'
import type { Literal } from './tree.ts'

export type Token = { readonly at: number; readonly end: number } & (
  | { readonly is: 'literal'; readonly value: Literal }
  | { readonly is: 'name'; readonly text: string }
  | { readonly is: 'sign'; readonly text: string }
  | { readonly is: 'end' }
)

const signs = ['&&', '||', '==', '!=', '<=', '>=', '<', '>', '+', '-', '*', '/', '%', '!', '?', ':', '.', ',']
const brackets = ['(', ')', '[', ']']

/** Words of other languages, with what they are called here. */
const elsewhere: Readonly<Record<string, string>> = {
  and: '&&',
  or: '||',
  not: '!',
  True: 'true',
  False: 'false',
  None: 'null',
  if: '… ? … : …',
}

/** @throws ValidationError ERR_EXPRESSION_SYNTAX */
export function tokens(text: string): Token[] {
  const found: Token[] = []
  let at = 0
  while (at < text.length) {
    const char = text.charAt(at)
    if (/\s/.test(char)) {
      at++
      continue
    }
    const token = next(text, at, char)
    found.push(token)
    at = token.end
  }
  found.push({ is: 'end', at: text.length, end: text.length })
  return found
}

function next(text: string, at: number, char: string): Token {
  if (/[rR]/.test(char) && /["']/.test(text.charAt(at + 1))) return string(text, at, at + 1, true)
  if (char === '"' || char === "'") return string(text, at, at, false)
  if (/\d/.test(char) || (char === '.' && /\d/.test(text.charAt(at + 1)))) return number(text, at)
  if (/[A-Za-z_]/.test(char)) return word(text, at)
  const sign = [...signs, ...brackets].find((one) => text.startsWith(one, at))
  if (sign !== undefined) return { is: 'sign', text: sign, at, end: at + sign.length }
  const hint = { '=': "Equality is written '=='.", '&': "Write '&&'.", '|': "Write '||'." }[char] ?? ''
  throw fault('ERR_EXPRESSION_SYNTAX', `'${char}' has no meaning here`, at, hint)
}

function word(text: string, at: number): Token {
  const [name = ''] = /^[A-Za-z_][A-Za-z0-9_]*/.exec(text.slice(at, at + 201)) ?? []
  if (name.length > 200) throw fault('ERR_EXPRESSION_LIMIT', 'a name has more than 200 characters', at)
  const end = at + name.length
  if (name === 'true' || name === 'false')
    return { is: 'literal', value: { type: 'bool', value: name === 'true' }, at, end }
  if (name === 'null') return { is: 'literal', value: { type: 'null' }, at, end }
  if (name === 'in') return { is: 'sign', text: 'in', at, end }
  const known = Object.hasOwn(elsewhere, name) ? elsewhere[name] : undefined
  if (known !== undefined)
    throw fault('ERR_EXPRESSION_SYNTAX', `'${name}' has no meaning here`, at, `Write '${known}'.`)
  return { is: 'name', text: name, at, end }
}

function number(text: string, at: number): Token {
  const rest = text.slice(at, at + 80)
  const [digits = ''] = /^0[xX][0-9a-fA-F]+|^(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d{1,3})?/.exec(rest) ?? []
  const end = at + digits.length
  if (/[A-Za-z0-9_]/.test(text.charAt(end))) throw fault('ERR_EXPRESSION_SYNTAX', 'this is no number', at)
  if (/^0[xX]/.test(digits) || !/[.eE]/.test(digits)) {
    const value = BigInt(digits)
    // The smallest number is written with its sign; the parser sees to it.
    if (value > 2n ** 63n) throw fault('ERR_EXPRESSION_SYNTAX', 'this number is too large', at)
    return { is: 'literal', value: { type: 'int', value }, at, end }
  }
  const value = decimalOf(digits)
  if (value === undefined || within(value) === undefined)
    throw fault('ERR_EXPRESSION_SYNTAX', 'a decimal has at most 25 digits before the point', at)
  if (hasMorePlaces(digits)) throw fault('ERR_EXPRESSION_SYNTAX', 'a decimal has at most 12 digits after the point', at)
  return { is: 'literal', value: { type: 'decimal', value }, at, end }
}

function hasMorePlaces(digits: string): boolean {
  const [, fraction = '', exponent = '0'] = /^\d*\.?(\d*?)0*(?:[eE]([-+]?\d+))?$/.exec(digits) ?? []
  return fraction.length - Number(exponent) > 12 && /[1-9]/.test(digits.replace(/[eE].*/, ''))
}

const escapes: Readonly<Record<string, string>> = {
  ...{ '\\': '\\', '?': '?', '"': '"', "'": "'", '`': '`' },
  ...{ a: '\u0007', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' },
}

function string(text: string, at: number, quoteAt: number, raw: boolean): Token {
  const quote = text.charAt(quoteAt)
  let value = ''
  for (let i = quoteAt + 1; ; ) {
    const char = text.charAt(i)
    if (char === '' || char === '\n' || char === '\r')
      throw fault('ERR_EXPRESSION_SYNTAX', 'the text that begins here has no end', at)
    if (char === quote) return { is: 'literal', value: { type: 'string', value: sound(value, at) }, at, end: i + 1 }
    if (char !== '\\' || raw) {
      value += char
      i++
      continue
    }
    const [one, length] = escapeAt(text, i)
    value += one
    i += length
  }
}

function escapeAt(text: string, at: number): readonly [string, number] {
  const char = text.charAt(at + 1)
  const simple = Object.hasOwn(escapes, char) ? escapes[char] : undefined
  if (simple !== undefined) return [simple, 2]
  const [digits] = /^(?:[xX][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-3][0-7]{2})/.exec(
    text.slice(at + 1, at + 10),
  ) ?? [undefined]
  const code =
    digits === undefined
      ? Number.NaN
      : /^\d/.test(digits)
        ? Number.parseInt(digits, 8)
        : Number.parseInt(digits.slice(1), 16)
  if (digits === undefined || !(code <= 0x10ffff))
    throw fault('ERR_EXPRESSION_SYNTAX', 'this backslash sequence is not known', at)
  return [String.fromCodePoint(code), 1 + digits.length]
}

// Neither PostgreSQL nor UTF-8 holds these.
function sound(value: string, at: number): string {
  if (value.includes('\0') || !value.isWellFormed())
    throw fault('ERR_EXPRESSION_SYNTAX', 'the text holds a NUL character or half of a surrogate pair', at)
  return value
}

/**
 * Reads the domain of a record rule as administrators know it from Odoo, `[('user_id', '=', user.id)]`, as data.
 * It is a parser of literals: lists, tuples, strings, numbers, True, False, None, a few names of the caller's, and values in the
 * expression language that begin with a name (`today - days(30)`). Nothing of it runs as code, and whatever is not in this
 * grammar is refused with its position.
 */

import { ValidationError } from '../../errors.ts'
import { checkRuleValue, type RuleValue } from '../../expression/index.ts'
import type { Domain } from '../../orm/index.ts'
import { checkShape } from './domain-shape.ts'

// Name of the expression → path of the rule language.
const names: Readonly<Record<string, { readonly user: string }>> = {
  'user.id': { user: 'id' },
  uid: { user: 'id' },
  'user.partner_id.id': { user: 'partner_id' },
  'user.partner_id.commercial_partner_id.id': { user: 'commercial_partner_id' },
  'user.commercial_partner_id.id': { user: 'commercial_partner_id' },
  'user.company_id.id': { user: 'company_id' },
  company_id: { user: 'company_id' },
  'user.company_ids.ids': { user: 'company_ids' },
  'user.company_ids': { user: 'company_ids' },
  company_ids: { user: 'company_ids' },
}

const limits = { length: 20_000, depth: 20 } as const

/**
 * The domain behind the text; an empty text is the domain of all records.
 * @throws ValidationError ERR_DOMAIN_TEXT with the position of the first thing that is no literal
 */
export function parseDomainLiteral(text: string): Domain {
  if (text.trim() === '') return []
  if (text.length > limits.length) throw refusal('The domain is too long', limits.length)
  const reader = { text, at: 0 }
  const value = readValue(reader, 0)
  skipBlanks(reader)
  if (reader.at < text.length) throw refusal('The domain ends before this', reader.at)
  return checkShape(value)
}

interface Reader {
  readonly text: string
  at: number
}

function readValue(reader: Reader, depth: number): unknown {
  if (depth > limits.depth) throw refusal('The domain is nested too deeply', reader.at)
  skipBlanks(reader)
  const char = reader.text[reader.at]
  if (char === '[') return readSequence(reader, ']', depth)
  if (char === '(') return readParenthesis(reader, depth)
  if (char === "'" || char === '"') return readString(reader, char)
  if (char !== undefined && /[-+.\d]/.test(char)) return readNumber(reader)
  if (char !== undefined && /[A-Za-z_]/.test(char)) return readName(reader)
  throw refusal(char === undefined ? 'The domain ends too early' : `'${char}' is not allowed in a domain`, reader.at)
}

function readSequence(reader: Reader, close: ']' | ')', depth: number): unknown[] {
  return readItems(reader, close, depth).items
}

// In Python `(x)` is x itself and `(x,)` is a tuple.
function readParenthesis(reader: Reader, depth: number): unknown {
  const { items, commas } = readItems(reader, ')', depth)
  return items.length === 1 && commas === 0 ? items[0] : items
}

function readItems(reader: Reader, close: ']' | ')', depth: number): { items: unknown[]; commas: number } {
  reader.at++
  const items: unknown[] = []
  let commas = 0
  for (;;) {
    skipBlanks(reader)
    if (reader.text[reader.at] === close) {
      reader.at++
      return { items, commas }
    }
    if (items.length > commas) throw refusal(`A comma or '${close}' is missing`, reader.at)
    items.push(readValue(reader, depth + 1))
    skipBlanks(reader)
    if (reader.text[reader.at] === ',') {
      reader.at++
      commas++
    }
  }
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\\': '\\', "'": "'", '"': '"' }

function readString(reader: Reader, quote: string): string {
  const start = reader.at++
  let value = ''
  for (;;) {
    const char = reader.text[reader.at++]
    if (char === undefined || char === '\n') throw refusal('The text that begins here has no end', start)
    if (char === quote) return value
    if (char !== '\\') {
      value += char
      continue
    }
    value += readEscape(reader)
  }
}

// Python's escapes; an unknown one keeps its backslash there, which is a mistake more often than not: refused.
function readEscape(reader: Reader): string {
  const at = reader.at - 1
  const char = reader.text[reader.at++] ?? ''
  const simple = escapes[char]
  if (simple !== undefined && Object.hasOwn(escapes, char)) return simple
  const width = char === 'x' ? 2 : char === 'u' ? 4 : 0
  const digits = reader.text.slice(reader.at, reader.at + width)
  if (width === 0 || digits.length !== width || !/^[0-9a-fA-F]+$/.test(digits))
    throw refusal('This backslash sequence is not known', at)
  reader.at += width
  return String.fromCharCode(Number.parseInt(digits, 16))
}

function readNumber(reader: Reader): number {
  const match = /^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?(?![\w.])/.exec(
    reader.text.slice(reader.at, reader.at + 40),
  )
  const value = Number(match?.[0])
  if (!match || !Number.isFinite(value)) throw refusal('This is no number', reader.at)
  reader.at += match[0].length
  return value
}

function readName(reader: Reader): unknown {
  const [name] = /^[A-Za-z_][A-Za-z0-9_.]*/.exec(reader.text.slice(reader.at)) ?? ['']
  const start = reader.at
  reader.at += name.length
  if (name === 'True') return true
  if (name === 'False' || name === 'None') return false
  const value = Object.hasOwn(names, name) ? names[name] : undefined
  const isAll = /^\s*(?:[,)\]]|$)/.test(reader.text.slice(reader.at, reader.at + 200))
  return value !== undefined && isAll ? value : readExpression(reader, start)
}

// Up to the comma or bracket that ends the value.
function readExpression(reader: Reader, start: number): RuleValue {
  const open: string[] = []
  let quote = ''
  let end = start
  for (; end < reader.text.length; end++) {
    const char = reader.text.charAt(end)
    if (quote !== '') {
      if (char === '\\') end++
      else if (char === quote) quote = ''
    } else if (char === '"' || char === "'") quote = char
    else if (char === '(' || char === '[') open.push(char)
    else if ((char === ',' || char === ')' || char === ']') && open.length === 0) break
    else if (char === ')' || char === ']') open.pop()
  }
  const expression = reader.text.slice(start, end).trimEnd()
  reader.at = end
  try {
    checkRuleValue(expression)
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error
    const at = Number(error.detail?.position ?? 1) - 1
    const [, reason = error.message, advice = ''] =
      /^Invalid expression: (.*) \(position \d+\)\.(.*)$/s.exec(error.message) ?? []
    throw refusal(reason, start + at, advice)
  }
  return { expression }
}

function skipBlanks(reader: Reader): void {
  while (/\s/.test(reader.text[reader.at] ?? '')) reader.at++
}

function refusal(reason: string, at: number, advice = ''): ValidationError {
  return new ValidationError('ERR_DOMAIN_TEXT', `Invalid domain: ${reason} (position ${at + 1}).${advice}`)
}

/** Values from callers, made fit for their columns; weakly typed as Odoo's clients send them, refused where they make no sense. */

import sanitizeHtml from 'sanitize-html'
import { InvalidRequestError } from '../../errors.ts'
import type { SqlValue } from '../../sql/index.ts'
import { roundDigits } from '../decimal.ts'
import type { FieldInfo } from '../registry.ts'
import { toDate, toDatetime } from './dates.ts'

/** The value as it goes into the column (translated and per-company columns: the inner value). @throws InvalidRequestError */
export function toColumn(field: FieldInfo, value: unknown): SqlValue {
  const none = value === false || value === null || value === undefined
  switch (field.kind) {
    case 'char':
    case 'text':
      return none ? null : limited(field, toText(field, value))
    case 'html':
      return none ? null : field.options.sanitize === false ? toText(field, value) : sanitize(toText(field, value))
    case 'boolean':
      return Boolean(value)
    case 'integer':
      return none ? 0 : Math.trunc(toNumber(field, value))
    case 'float':
      return none
        ? 0
        : field.options.digits
          ? roundDigits(toNumber(field, value), field.options.digits[1])
          : toNumber(field, value)
    case 'monetary':
      return none ? 0 : toNumber(field, value)
    case 'date':
      return none || value === '' ? null : toDate(value, field)
    case 'datetime':
      return none || value === '' ? null : toDatetime(value, field)
    case 'selection':
      return none || value === '' ? null : toSelection(field, value)
    case 'reference':
      return none || value === '' ? null : toReference(field, value)
    case 'many2one':
      return none || value === 0 || value === '' ? null : toId(field, value)
    case 'json':
      return none ? null : JSON.stringify(value)
    case 'binary':
      return none || value === '' ? null : toText(field, value)
    default:
      throw new TypeError(`${field.model}.${field.name} has no column.`)
  }
}

/**
 * One text per language, as data files and translators give it, each made fit like a single text.
 * @param isNew a new record needs a text in English, to which the others fall back
 * @throws InvalidRequestError
 */
export function toTranslations(field: FieldInfo, value: object, isNew: boolean): Readonly<Record<string, string>> {
  if (Array.isArray(value)) throw wrong(field, value)
  const texts = new Map<string, string>()
  for (const [lang, given] of Object.entries(value)) {
    if (!/^[a-z]{2,3}(_[A-Za-z0-9]{2,4})?(@[a-z]+)?$/.test(lang)) throw wrong(field, value)
    const text = given !== null && typeof given === 'object' ? null : toColumn(field, given)
    if (text === null && given !== null && given !== false) throw wrong(field, value)
    if (text !== null) texts.set(lang, String(text))
  }
  const [first] = texts.values()
  if (isNew && first !== undefined && !texts.has('en_US')) texts.set('en_US', first)
  return Object.fromEntries(texts)
}

function toText(field: FieldInfo, value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return String(value)
  if (value === true) return 'True'
  throw wrong(field, value)
}

function limited(field: FieldInfo, text: string): string {
  const { size } = field.options
  return size !== undefined && [...text].length > size ? [...text].slice(0, size).join('') : text
}

function toNumber(field: FieldInfo, value: unknown): number {
  const n =
    typeof value === 'string' && value.trim() !== ''
      ? Number(value)
      : typeof value === 'number'
        ? value
        : value === true
          ? 1
          : Number.NaN
  if (!Number.isFinite(n)) throw wrong(field, value)
  return n
}

function toSelection(field: FieldInfo, value: unknown): string {
  const key = String(value)
  if (!field.selection?.some(([k]) => k === key)) throw wrong(field, value)
  return key
}

function toReference(field: FieldInfo, value: unknown): string {
  const match = typeof value === 'string' ? /^([a-z][a-z0-9_.]*),(\d+)$/.exec(value) : null
  if (!match?.[1] || (field.selection && field.selection.length > 0 && !field.selection.some(([k]) => k === match[1])))
    throw wrong(field, value)
  return value as string
}

function toId(field: FieldInfo, value: unknown): number {
  const raw = Array.isArray(value) ? value[0] : value
  const n = typeof raw === 'number' ? raw : typeof raw === 'string' && /^\d+$/.test(raw) ? Number(raw) : Number.NaN
  if (!Number.isInteger(n) || n < 0 || n > 2_147_483_647) throw wrong(field, value)
  return n
}

function wrong(field: FieldInfo, value: unknown): InvalidRequestError {
  const shown = JSON.stringify(value) ?? String(value)
  return new InvalidRequestError(
    'ERR_VALUE',
    `Wrong value for ${field.model}.${field.name}: ${shown.length > 120 ? `${shown.slice(0, 120)}…` : shown}`,
  )
}

/** What HTML fields may hold: formatting, lists, tables, links and pictures; nothing that runs or loads code. */
export function sanitize(html: string): string {
  return sanitizeHtml(html, sanitizing)
}

const sanitizing = {
  allowedTags: [...sanitizeHtml.defaults.allowedTags, 'img', 'del', 'ins', 'font', 'u', 's', 'h1', 'h2'],
  allowedAttributes: {
    '*': ['class', 'style', 'title', 'dir', 'lang', 'data-o-mail-quote', 'align'],
    a: ['href', 'name', 'target', 'rel'],
    img: ['src', 'alt', 'width', 'height'],
    td: ['colspan', 'rowspan'],
    th: ['colspan', 'rowspan'],
    font: ['color', 'face'],
  },
  // An emptied link stays a link to nowhere, as Odoo leaves it.
  allowedEmptyAttributes: ['alt', 'href'],
  allowedSchemes: ['http', 'https', 'mailto', 'tel'],
  allowedSchemesByTag: { img: ['http', 'https', 'data', 'cid'] },
  allowedStyles: {
    '*': {
      color: [/^[\w#(),.% -]+$/],
      'background-color': [/^(?!.*url)[\w#(),.% -]+$/i],
      'text-align': [/^\w+$/],
      'font-weight': [/^\w+$/],
      'font-style': [/^\w+$/],
      'font-size': [/^[\w.%]+$/],
      'text-decoration': [/^[\w -]+$/],
      width: [/^[\w.%]+$/],
      height: [/^[\w.%]+$/],
    },
  },
  transformTags: {
    a: (tagName: string, attribs: Record<string, string>) => ({
      tagName,
      attribs: isSafeLink(attribs.href) ? attribs : { ...attribs, href: '' },
    }),
  },
}

// Browsers pass over blanks and control characters before and inside a scheme.
function isSafeLink(href: string | undefined): boolean {
  return href === undefined || !/^(javascript|data|vbscript|file):/i.test(href.replace(/[^\x21-\x7e]/g, ''))
}

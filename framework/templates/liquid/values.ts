/** Values as templates see them: plain data without prototypes, and marks for HTML that was cleaned. */

import { sanitizeHtml } from '../../orm/index.ts'

/** What stands for a field of HTML; it has no properties, so a template can do nothing with it but show it. */
const cleaned = new WeakMap<object, string>()

/** Marks the text of an HTML field, cleaned once more; `null` when nothing is in it. */
export function htmlValue(text: string): object | null {
  const clean = sanitizeHtml(text)
  if (clean === '') return null
  const mark = Object.freeze(Object.create(null) as object)
  cleaned.set(mark, clean)
  return mark
}

/** The HTML behind a mark; `null` for everything else. */
export function htmlOf(value: unknown): string | null {
  return typeof value === 'object' && value !== null ? (cleaned.get(value) ?? null) : null
}

/** A value as one text: records by their names, lists with commas, HTML without its tags, nothing as nothing. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : ''
  if (typeof value === 'boolean') return value ? 'true' : ''
  if (Array.isArray(value)) return value.map(textOf).filter(Boolean).join(', ')
  if (typeof value !== 'object' || value === null) return ''
  const html = cleaned.get(value)
  if (html !== undefined) return withoutTags(html)
  const name = (value as Record<string, unknown>)['display_name']
  return typeof name === 'string' ? name : ''
}

// The text is shown escaped wherever it goes, so what is taken for a tag here decides only how it reads.
function withoutTags(html: string): string {
  return html
    .replace(/<(?:br|\/p|\/div|\/li|\/tr)[^<>]*>/gi, '\n')
    .replace(/<[^<>]*>/g, '')
    .replace(/&(amp|lt|gt|quot|#39|nbsp);/g, (_, name: string) => signs[name] ?? '')
    .trim()
}

const signs: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", nbsp: '\u00a0' }

/** Names that a template reads, by part of their path. */
export interface Wanted {
  readonly [name: string]: Wanted
}

/** Copies what was read into plain data: only the wanted names, `html` telling which paths hold HTML. */
export function plainValue(value: unknown, wanted: Wanted, html: ReadonlySet<string>, path: string): unknown {
  if (Array.isArray(value)) return value.map((one) => plainValue(one, wanted, html, path))
  if (typeof value === 'string') return html.has(path) ? htmlValue(value) : value.toWellFormed()
  if (typeof value === 'number' || typeof value === 'boolean') return value
  if (typeof value !== 'object' || value === null) return null
  const copy = Object.create(null) as Record<string, unknown>
  for (const name of Object.keys(wanted)) {
    if (!Object.hasOwn(value, name)) continue
    copy[name] = plainValue(
      (value as Record<string, unknown>)[name],
      wanted[name] ?? {},
      html,
      path === '' ? name : `${path}.${name}`,
    )
  }
  return Object.freeze(copy)
}

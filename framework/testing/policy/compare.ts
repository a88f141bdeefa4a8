/** Comparisons of single values as Odoo means them, worked out in plain JavaScript. Shares no code with the compiler. */

/** What matters of a field's kind where values are compared. */
export type Kind = 'text' | 'plain' | 'number' | 'int' | 'cents' | 'boolean' | 'date' | 'datetime'

export const unset = (value: unknown): boolean => value === null || value === undefined || value === false
export const falsy = (value: unknown): boolean => !value || (Array.isArray(value) && value.length === 0)

/** The operator that a negative one denies; a positive one itself. */
export function affirmed(operator: string): string {
  return operator === '!=' ? '=' : operator.startsWith('not ') ? operator.slice(4) : operator
}

/** What `!` makes of a field's own operator; `null` where the condition is denied as a whole. */
export function opposite(operator: string): string | null {
  if (affirmed(operator) !== operator) return affirmed(operator)
  if (operator === '=') return '!='
  return /in$|like$|^any$/.test(operator) ? `not ${operator}` : null
}

/** Whether a held value fulfils a condition. */
export function compare(kind: Kind, held: unknown, operator: string, value: unknown): boolean {
  const positive = affirmed(operator)
  if (positive === '=' || positive === 'in') {
    if (positive === 'in' && falsy(value)) return positive !== operator
    const list: readonly unknown[] = Array.isArray(value) ? (value.length === 0 ? [false] : value) : [value]
    return list.some((one) => same(kind, held, one)) === (positive === operator)
  }
  if (positive.includes('like')) return like(kind, held, positive, value) === (positive === operator)
  const none = kind === 'text' ? '' : kind === 'int' || kind === 'number' || kind === 'cents' ? 0 : null
  const wanted = unset(value) ? none : value
  const mine = unset(held) ? none : held
  if (wanted === null || mine === null) return false
  if (kind === 'datetime') return ordered(fraction(mine, operator), operator, fraction(wanted, operator))
  if (kind === 'text' || kind === 'date') return ordered(String(mine), operator, String(wanted))
  if (kind === 'plain' && typeof mine !== 'number') return ordered(String(mine), operator, String(wanted))
  return ordered(Number(mine), operator, rounded(kind, wanted))
}

/** The value at the end of a path; where the path ends early there is none. */
export function compareAlong(kind: Kind, held: unknown, isThere: boolean, operator: string, value: unknown): boolean {
  const positive = affirmed(operator)
  if (isThere) return compare(kind, held, operator, value)
  // Nothing at all is in every text, there or not; `=like` nothing asks for what is unset.
  if (positive.includes('like') && falsy(value)) return positive === operator
  if (positive !== '=' && positive !== 'in') return positive !== operator
  if (positive === 'in' && falsy(value)) return positive !== operator
  const list: readonly unknown[] = Array.isArray(value) ? (value.length === 0 ? [false] : value) : [value]
  const asksUnset = kind === 'boolean' ? list.every((v) => !v) : list.some(unset)
  return asksUnset === (positive === operator)
}

/** `field.month_number` and its like, in UTC. */
export function comparePart(held: string | null, name: string, operator: string, value: unknown): boolean {
  const positive = affirmed(operator)
  const [year, month, day] = (held ?? '').slice(0, 10).split('-').map(Number)
  const number = { year_number: year, month_number: month, day_of_month: day }[name] ?? null
  const list = (Array.isArray(value) ? value : [value]) as readonly number[]
  if (positive === '=' || positive === 'in')
    return (held !== null && list.includes(number ?? Number.NaN)) === (positive === operator)
  return held !== null && ordered(number ?? Number.NaN, operator, list[0] ?? 0)
}

export function ordered(a: string | number, operator: string, b: string | number): boolean {
  return operator === '<' ? a < b : operator === '<=' ? a <= b : operator === '>' ? a > b : a >= b
}

// A second is over when the next one begins.
function fraction(value: unknown, operator: string): string {
  const text = String(value).length === 10 ? `${String(value)} 00:00:00` : String(value)
  return operator === '<=' ? text.slice(0, 19) : text.padEnd(19).padEnd(20, '.').padEnd(26, '0')
}

function rounded(kind: Kind, value: unknown): number {
  if (kind === 'int') return Math.trunc(Number(value))
  return kind === 'cents' ? Math.round(Number(value) * 100) / 100 : Number(value)
}

function same(kind: Kind, held: unknown, value: unknown): boolean {
  switch (kind) {
    case 'boolean':
      return (held === true) === Boolean(value)
    case 'text':
      return (unset(held) ? '' : held) === (unset(value) ? '' : value)
    case 'int':
    case 'cents':
    case 'number':
      return Number(held ?? 0) === rounded(kind, unset(value) ? 0 : value)
    case 'datetime':
      return unset(value) ? unset(held) : !unset(held) && String(held).slice(0, 19) === fraction(value, '<=')
    default:
      return unset(value) ? unset(held) : held === value
  }
}

function like(kind: Kind, held: unknown, operator: string, value: unknown): boolean {
  const isExact = operator.startsWith('=')
  if (falsy(value)) return isExact ? unset(held) || (kind === 'text' && held === '') : true
  if (unset(held)) return false
  const pattern = isExact ? String(value) : `%${String(value)}%`
  let body = ''
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i] ?? ''
    if (char === '%') body += '.*'
    else if (char === '_') body += '.'
    else {
      const literal = char === '\\' && i + 1 < pattern.length ? (pattern[++i] ?? '') : char
      body += literal.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    }
  }
  return new RegExp(`^${body}$`, operator.endsWith('ilike') ? 'isu' : 'su').test(String(held))
}

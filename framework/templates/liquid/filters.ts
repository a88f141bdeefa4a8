/** The filters of templates: pure, each no slower than its input is long, and with a bound on what it makes. */

import type { Context } from 'liquidjs'
import { textOf } from './values.ts'

/** Language and time zone of who reads the text; kept where no template can name them. */
export interface Reader {
  readonly lang: string
  readonly timeZone: string
}

export const readerKey = '-reader'

/** Longest text that a filter makes, in characters. */
const longestText = 100_000

type Filter = (this: { readonly context: Context }, value: unknown, ...given: readonly unknown[]) => unknown

/** By name, as templates call them. */
export const filters: Readonly<Record<string, Filter>> = Object.assign(Object.create(null) as Record<string, Filter>, {
  upcase: text((value) => value.toUpperCase()),
  downcase: text((value) => value.toLowerCase()),
  capitalize: text((value) => value.slice(0, 1).toUpperCase() + value.slice(1)),
  strip: text((value) => value.trim()),
  append: text((value, more) => value + textOf(more)),
  prepend: text((value, more) => textOf(more) + value),
  truncate: text((value, most) => {
    const length = Math.max(1, Math.min(longestText, numberOf(most) || 50))
    const signs = [...value]
    return signs.length <= length ? value : `${signs.slice(0, length - 1).join('')}…`
  }),
  replace: text((value, from, to) => replaced(value, textOf(from), textOf(to))),
  // What is shown is always escaped; the filter is known from elsewhere and changes nothing.
  escape: text((value) => value),
  default: (value: unknown, other: unknown) =>
    value === null || value === undefined || value === false || textOf(value) === '' ? other : value,
  size: (value: unknown) => (Array.isArray(value) ? value.length : [...textOf(value).slice(0, longestText)].length),
  join: text((value) => value),
  plus: (value: unknown, other: unknown) => numberOf(value) + numberOf(other),
  minus: (value: unknown, other: unknown) => numberOf(value) - numberOf(other),
  times: (value: unknown, other: unknown) => numberOf(value) * numberOf(other),
  divided_by: (value: unknown, other: unknown) => (numberOf(other) === 0 ? null : numberOf(value) / numberOf(other)),
  round: (value: unknown, digits: unknown) => Number(numberOf(value).toFixed(decimals(digits, 0))),
  number(value: unknown, digits: unknown) {
    if (isNothing(value)) return ''
    const most = decimals(digits, 2)
    const options =
      digits === undefined
        ? { maximumFractionDigits: most }
        : { minimumFractionDigits: most, maximumFractionDigits: most }
    return new Intl.NumberFormat(tagOf(reader(this.context).lang), options).format(numberOf(value))
  },
  money(value: unknown, currency: unknown) {
    if (isNothing(value)) return ''
    const code = textOf(currency)
    const options = /^[A-Z]{3}$/.test(code)
      ? ({ style: 'currency', currency: code } as const)
      : { minimumFractionDigits: 2, maximumFractionDigits: 2 }
    return new Intl.NumberFormat(tagOf(reader(this.context).lang), options).format(numberOf(value))
  },
  date(value: unknown, style: unknown) {
    return moment(value, reader(this.context), { dateStyle: styleOf(style) }, true)
  },
  datetime(value: unknown, style: unknown) {
    return moment(value, reader(this.context), { dateStyle: styleOf(style), timeStyle: 'short' }, false)
  },
} satisfies Record<string, Filter>)

function text(make: (value: string, ...given: readonly unknown[]) => string): Filter {
  return function (value, ...given) {
    const made = make(textOf(value).slice(0, longestText), ...given).slice(0, longestText)
    this.context.memoryLimit.use(made.length)
    return made
  }
}

// The parts between, joined: the result is bounded before it is made.
function replaced(value: string, from: string, to: string): string {
  if (from === '') return value
  const parts = value.split(from)
  const room = Math.floor(longestText / Math.max(1, to.length)) + 1
  return parts.length <= room ? parts.join(to) : [...parts.slice(0, room), parts.slice(room).join(from)].join(to)
}

function moment(
  value: unknown,
  { lang, timeZone }: Reader,
  options: Intl.DateTimeFormatOptions,
  isDay: boolean,
): string {
  const given = textOf(value)
  if (!/^\d{4}-\d\d-\d\d(?: \d\d:\d\d:\d\d)?$/.test(given)) return ''
  const isPlainDay = given.length === 10
  const at = new Date(isPlainDay ? `${given}T00:00:00Z` : `${given.replace(' ', 'T')}Z`)
  if (Number.isNaN(at.getTime())) return ''
  return new Intl.DateTimeFormat(tagOf(lang), { ...options, timeZone: isPlainDay && isDay ? 'UTC' : timeZone }).format(
    at,
  )
}

function styleOf(value: unknown): 'full' | 'long' | 'medium' | 'short' {
  return value === 'full' || value === 'long' || value === 'short' ? value : 'medium'
}

function reader(context: Context): Reader {
  return (context.globals as Record<string, Reader>)[readerKey] ?? { lang: 'en_US', timeZone: 'UTC' }
}

// `nl_BE` and `sr@latin` as the names that Intl knows.
function tagOf(lang: string): string {
  const tag = lang.replace('_', '-').replace(/@.*$/, '')
  return Intl.DateTimeFormat.supportedLocalesOf([tag])[0] ?? 'en-US'
}

function isNothing(value: unknown): boolean {
  return value === null || value === undefined || value === ''
}

function numberOf(value: unknown): number {
  const found = typeof value === 'number' ? value : Number(textOf(value).slice(0, 40))
  return Number.isFinite(found) ? found : 0
}

function decimals(value: unknown, normally: number): number {
  return value === undefined ? normally : Math.min(10, Math.max(0, Math.trunc(numberOf(value))))
}

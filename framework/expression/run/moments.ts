/** Calendar arithmetic on text: `2024-02-29` and `2024-02-29 12:00:00` (UTC), from the year 1 to 9999. */

/** What can be added at once; within these bounds no date leaves what PostgreSQL holds. */
const mostDays = 1_700_000n
const mostSeconds = 140_000_000_000n

/** Seconds since 1970 of a date or a point in time. */
export function secondsOf(text: string): bigint {
  return BigInt(Date.parse(`${text.slice(0, 10)}T${text.length > 10 ? text.slice(11) : '00:00:00'}Z`) / 1_000)
}

/** The point in time, or `undefined` outside of the calendar. */
export function momentAt(seconds: bigint): string | undefined {
  if (seconds < -62_135_596_800n || seconds > 253_402_300_799n) return undefined
  return new Date(Number(seconds) * 1_000).toISOString().slice(0, 19).replace('T', ' ')
}

export function plusSeconds(moment: string, count: bigint): string | undefined {
  return count > mostSeconds || count < -mostSeconds ? undefined : momentAt(secondsOf(moment) + count)
}

export function plusDays(day: string, count: bigint): string | undefined {
  if (count > mostDays || count < -mostDays) return undefined
  return momentAt(secondsOf(day) + count * 86_400n)?.slice(0, 10)
}

/** Whether the text is a day of the calendar. */
export function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || text < '0001') return false
  const parsed = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(text)
}

/** Whether the text is a second of the calendar. */
export function isMoment(text: string): boolean {
  return isDate(text.slice(0, 10)) && /^ (?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d$/.test(text.slice(10))
}

const formats = new Map<string, Intl.DateTimeFormat>()

/** Year, month, day, hour, minute, second and weekday (Monday is 1) of a point in time, as clocks in the zone show it. */
export function partsIn(zone: string, moment: string): readonly number[] {
  let format = formats.get(zone)
  if (!format) {
    format = new Intl.DateTimeFormat('en-u-ca-iso8601', {
      ...{ timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric' },
      ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
    })
    formats.set(zone, format)
  }
  const found = new Map<string, number>()
  for (const { type, value } of format.formatToParts(Number(secondsOf(moment)) * 1_000)) found.set(type, Number(value))
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = (
    ['year', 'month', 'day', 'hour', 'minute', 'second'] as const
  ).map((type) => found.get(type) ?? 0)
  const utc = new Date(0)
  utc.setUTCFullYear(year, month - 1, day)
  return [year, month, day, hour, minute, second, utc.getUTCDay() || 7]
}

/** The day of a point in time in the zone. */
export function dateIn(zone: string, moment: string): string | undefined {
  const [year = 0, month = 0, day = 0] = partsIn(zone, moment)
  if (year < 1 || year > 9999) return undefined
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
}

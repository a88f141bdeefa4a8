/** Sizes, times and counts in words. */

/** `1.4 MB`; decimal units, as disks are sold. */
export function size(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${unit === 0 || value >= 99.5 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`
}

/** `12 minutes ago`. @param at ISO 8601 */
export function ago(at: string, now: Date = new Date()): string {
  const seconds = Math.round((now.getTime() - new Date(at).getTime()) / 1000)
  if (seconds < 0) return 'in the future'
  if (seconds < 45) return 'just now'
  const steps = [
    [60, 'minute'],
    [3_600, 'hour'],
    [86_400, 'day'],
  ] as const
  const [unit, word] = steps.findLast(([least]) => seconds >= least * 0.9) ?? steps[0]
  return `${count(Math.max(1, Math.round(seconds / unit)), word)} ago`
}

/** `2026-11-21 20:04` in local time. @param at ISO 8601 */
export function moment(at: string): string {
  const date = new Date(at)
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`
}

/** `1 row`, `2,345 rows`. */
export function count(value: number, word: string, plural = `${word}s`): string {
  return `${value.toLocaleString('en-US')} ${value === 1 ? word : plural}`
}

/** `340 ms`, `2.1 s`, `3 min 20 s`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`
}

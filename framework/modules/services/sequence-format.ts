/** How a sequence writes its numbers: padded, between a prefix and a suffix that may hold parts of dates. */

import { DateTime } from 'luxon'
import { UserError } from '../../errors.ts'
import type { Env } from '../../orm/index.ts'
import { contextDate, type SequenceRange } from './sequence-ranges.ts'
import type { SequenceRow } from './sequences.ts'

/** A number as people see it. @throws UserError ERR_SEQUENCE_FORMAT for a prefix or suffix that names no part of a date */
export function formatNumber(env: Env, sequence: SequenceRow, range: SequenceRange | null, number: number): string {
  const zone = typeof env.context.tz === 'string' && env.context.tz !== '' ? env.context.tz : 'UTC'
  const here = DateTime.fromJSDate(env.now()).setZone(zone)
  const now = here.isValid ? here : here.setZone('UTC')
  const on = (date: string | null) => (date === null ? now : DateTime.fromISO(date, { zone: 'utc' }))
  const dates = {
    '': on(contextDate(env.context.ir_sequence_date)),
    range_: on(range?.date_from ?? contextDate(env.context.ir_sequence_date_range)),
    current_: now,
  }
  const fill = (text: string | null) =>
    (text ?? '').replace(/%(?:\((\w*)\)s|(%)|)/g, (_, key: string | undefined, percent: string | undefined) => {
      if (percent) return '%'
      const [, which = '', part = ''] = /^(range_|current_|)(\w+)$/.exec(key ?? '') ?? []
      const write = Object.hasOwn(parts, part) ? parts[part] : undefined
      if (!write)
        throw new UserError(
          'ERR_SEQUENCE_FORMAT',
          `Invalid prefix or suffix for sequence “${sequence.name}”: write %(${Object.keys(parts).join(')s, %(')})s, or one of these after range_ or current_; a percent sign is %%.`,
        )
      return write(dates[which as keyof typeof dates])
    })
  const digits = String(Math.abs(number)).padStart(sequence.padding - (number < 0 ? 1 : 0), '0')
  return `${fill(sequence.prefix)}${number < 0 ? '-' : ''}${digits}${fill(sequence.suffix)}`
}

const parts: Readonly<Record<string, (date: DateTime) => string>> = {
  year: (d) => d.toFormat('yyyy'),
  month: (d) => d.toFormat('LL'),
  day: (d) => d.toFormat('dd'),
  y: (d) => d.toFormat('yy'),
  doy: (d) => d.toFormat('ooo'),
  // Weeks begin on Monday; the days before the year's first Monday are in week 00.
  woy: (d) => String(Math.floor((d.ordinal + 6 - ((d.weekday + 6) % 7)) / 7)).padStart(2, '0'),
  // Sunday is 0.
  weekday: (d) => String(d.weekday % 7),
  h24: (d) => d.toFormat('HH'),
  h12: (d) => d.toFormat('hh'),
  min: (d) => d.toFormat('mm'),
  sec: (d) => d.toFormat('ss'),
  isoyear: (d) => d.toFormat('kkkk'),
  isoy: (d) => d.toFormat('kk'),
  isoweek: (d) => d.toFormat('WW'),
}

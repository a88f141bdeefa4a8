/** Cells of an import as values of fields, with messages as Odoo's import dialogue shows them. */

import { DateTime } from 'luxon'
import type { Env } from '../../env.ts'
import type { FieldInfo } from '../../registry.ts'
import { toDate, toDatetime } from '../../write/dates.ts'

/** What is wrong with a cell; `moreinfo` helps to mend it. */
export class CellFault extends Error {
  readonly moreinfo: unknown
  constructor(message: string, moreinfo?: unknown) {
    super(message)
    this.moreinfo = moreinfo
  }
}

const yes = new Set(['1', 'true', 'yes', 'y', 't'])
const no = new Set(['', '0', 'false', 'no', 'n', 'f'])

/** The value of a cell for a field that is no relation. @throws CellFault */
export function cellValue(env: Env, field: FieldInfo, text: string): unknown {
  if (text === '') return false
  switch (field.kind) {
    case 'boolean':
      if (yes.has(text.toLowerCase())) return true
      if (no.has(text.toLowerCase())) return false
      throw new CellFault(
        `Unknown value '${shown(text)}' for boolean field '${field.label}'`,
        "Use '1' for yes and '0' for no",
      )
    case 'integer':
    case 'float':
    case 'monetary':
      return numberIn(field, text)
    case 'date':
      return attempt(() => toDate(text, field), field, text, 'date', '2012-12-31')
    case 'datetime':
      return attempt(() => inUtc(env, toDatetime(text, field)), field, text, 'datetime', '2012-12-31 23:59:59')
    case 'selection':
      return choiceIn(field, text)
    case 'json':
      return attempt(() => JSON.parse(text), field, text, 'JSON value', '{"key": "value"}')
    default:
      return text
  }
}

function numberIn(field: FieldInfo, text: string): number {
  const number = text.trim() === '' ? Number.NaN : Number(text)
  if (Number.isFinite(number) && (field.kind !== 'integer' || Number.isInteger(number))) return number
  const what = field.kind === 'integer' ? 'an integer' : 'a number'
  throw new CellFault(`'${shown(text)}' does not seem to be ${what} for field '${field.label}'`)
}

function choiceIn(field: FieldInfo, text: string): string {
  const meant = text.toLowerCase()
  const choice = field.selection?.find(([key, label]) => key.toLowerCase() === meant || label.toLowerCase() === meant)
  if (choice) return choice[0]
  throw new CellFault(
    `Value '${shown(text)}' not found in selection field '${field.label}'`,
    field.selection?.map(([, label]) => label),
  )
}

function attempt<T>(read: () => T, field: FieldInfo, text: string, what: string, example: string): T {
  try {
    return read()
  } catch {
    throw new CellFault(
      `'${shown(text)}' does not seem to be a valid ${what} for field '${field.label}'`,
      `Use the format '${example}'`,
    )
  }
}

// People write times as their own clock shows them.
function inUtc(env: Env, time: string): string {
  const zone = (typeof env.context.tz === 'string' && env.context.tz) || env.user.tz || 'UTC'
  const local = DateTime.fromSQL(time, { zone })
  return local.isValid ? local.toUTC().toFormat('yyyy-MM-dd HH:mm:ss') : time
}

/** A cell in a message, shortened. */
export function shown(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}

/** Numbers of documents: prefix, padding, step; quick with gaps after a rollback, or gapless one after the other. */

import {
  api,
  behaviour,
  computed,
  type Def,
  dropCounters,
  type Env,
  expose,
  f,
  fields,
  InvalidRequestError,
  model,
  nextByCode,
  nextById,
  peekNumber,
  restartSequence,
  t,
  type Values,
  writtenNumber,
} from '#framework'

export const irSequence = fields({
  name: f.char({ label: 'Name', required: true }),
  code: f.char({ label: 'Sequence Code', index: true }),
  implementation: f.sel(
    { standard: 'Standard', no_gap: 'No gap' },
    { label: 'Implementation', required: true, default: 'standard' },
  ),
  active: f.bool({ label: 'Active', default: true }),
  prefix: f.char({
    label: 'Prefix',
    help: 'May hold parts of the date, such as %(year)s, %(month)s and %(day)s; %(range_year)s is of the date range.',
  }),
  suffix: f.char({ label: 'Suffix' }),
  number_next: f.int({ label: 'Next Number', required: true, default: 1 }),
  number_next_actual: f.int({ label: 'Actual Next Number', compute: true, editable: true }),
  number_increment: f.int({ label: 'Step', required: true, default: 1 }),
  padding: f.int({ label: 'Sequence Size', required: true, default: 0 }),
  company_id: f.m2o('res.company', {
    label: 'Company',
    default: (env: Env) => env.companyId || null,
  }),
  use_date_range: f.bool({ label: 'Use subsequences per date_range', default: false }),
  date_range_ids: f.o2m('ir.sequence.date_range', 'sequence_id', { label: 'Subsequences' }),
})

export const irSequenceDateRange = fields({
  sequence_id: f.m2o('ir.sequence', { label: 'Main Sequence', required: true, index: true, ondelete: 'cascade' }),
  date_from: f.date({ label: 'From', required: true }),
  date_to: f.date({ label: 'To', required: true }),
  number_next: f.int({ label: 'Next Number', required: true, default: 1 }),
  number_next_actual: f.int({ label: 'Actual Next Number', compute: true, editable: true }),
})

declare module '#framework' {
  interface Registry {
    'ir.sequence': IrSequenceData
    'ir.sequence.date_range': IrSequenceDateRangeData
  }
  interface IrSequenceDateRangeData extends Def<typeof irSequenceDateRange> {}
  interface IrSequenceData extends Def<typeof irSequence> {}
}

model('ir.sequence', irSequence, {
  description: 'Sequence',
  order: 'name, id',
  constraints: { step_not_zero: { check: ['number_increment', '!=', 0], message: 'Step must not be zero.' } },
})

model('ir.sequence.date_range', irSequenceDateRange, {
  description: 'Sequence Date Range',
  recName: 'sequence_id',
  displayName: 'date_from',
  order: 'date_from, id',
  constraints: {
    unique_range_per_sequence: {
      unique: ['sequence_id', 'date_from', 'date_to'],
      message: 'A sequence has one date range for the same dates only.',
    },
  },
})

expose('ir.sequence', {
  next_by_code: api({
    params: { sequence_code: t.str, sequence_date: t.json.or(null) },
    returns: t.json,
    access: 'read',
    on: 'model',
    doc: 'The next number of the sequence with this code, or false',
  }),
  next_by_id: api({
    params: { sequence_date: t.json.or(null) },
    returns: t.json,
    access: 'read',
    doc: 'The next number of this sequence',
  }),
  get_next_char: api({
    params: { number_next: t.int },
    returns: t.str,
    access: 'read',
    doc: 'How this sequence writes a number; none is taken',
  }),
})

computed('ir.sequence', 'number_next_actual', ['number_next', 'number_increment', 'implementation'], (sequence, env) =>
  peekNumber(env, sequence.id),
)
computed('ir.sequence.date_range', 'number_next_actual', ['number_next', 'sequence_id'], (range, env) =>
  range.sequence_id === null ? 1 : peekNumber(env, range.sequence_id, range.id),
)

behaviour(
  'ir.sequence',
  (Base) =>
    class extends Base {
      async next_by_code(code: string, date: unknown = null): Promise<string | false> {
        await this.check_access('read')
        return (await nextByCode(this.env, code, day(date))) ?? false
      }

      async next_by_id(date: unknown = null): Promise<string> {
        await this.check_access('read')
        return nextById(this.env, this.id, day(date))
      }

      async get_next_char(number: number): Promise<string> {
        await this.check_access('read')
        return writtenNumber(this.env, this.id, number)
      }

      override async write(values: Values<string>): Promise<boolean> {
        const { number_next_actual: actual, ...rest } = values
        const next = rest.number_next ?? actual
        const isRecounted = 'number_increment' in rest || 'implementation' in rest
        const before = isRecounted && next === undefined ? await peekAll(this.env, this.ids) : []
        const done = await super.write(rest)
        if (typeof next === 'number') for (const id of this.ids) await restartSequence(this.env, id, next)
        for (const { id, range, number } of before) await restartSequence(this.env, id, number, range)
        return done
      }

      override async unlink(): Promise<boolean> {
        await this.check_access('unlink')
        await dropCounters(this.env, this.ids)
        return super.unlink()
      }
    },
)

behaviour(
  'ir.sequence.date_range',
  (Base) =>
    class extends Base {
      override async write(values: Values<string>): Promise<boolean> {
        const { number_next_actual: actual, ...rest } = values
        const next = rest.number_next ?? actual
        const done = await super.write(rest)
        if (typeof next === 'number')
          for (const range of await this.env.model('ir.sequence.date_range', this.ids).load('sequence_id'))
            if (range.sequence_id !== null) await restartSequence(this.env, range.sequence_id, next, range.id)
        return done
      }

      override async unlink(): Promise<boolean> {
        await this.check_access('unlink')
        await dropCounters(this.env, [], this.ids)
        return super.unlink()
      }
    },
)

interface Standing {
  readonly id: number
  readonly range: number | undefined
  readonly number: number
}

// A sequence and its date ranges go on where they stand when step or kind change.
async function peekAll(env: Env, ids: readonly number[]): Promise<Standing[]> {
  const ranges = await env.model('ir.sequence.date_range').search([['sequence_id', 'in', ids]])
  const counting: { id: number; range: number | undefined }[] = ids.map((id) => ({ id, range: undefined }))
  for (const { id, sequence_id: sequence } of await ranges.load('sequence_id'))
    if (sequence !== null) counting.push({ id: sequence, range: id })
  const standing: Standing[] = []
  for (const { id, range } of counting) standing.push({ id, range, number: await peekNumber(env, id, range) })
  return standing
}

function day(value: unknown): string | null {
  if (value === null || value === undefined || value === false) return null
  if (typeof value === 'string' && /^\d{4}-\d{2}-\d{2}/.test(value) && !Number.isNaN(Date.parse(value.slice(0, 10))))
    return value.slice(0, 10)
  throw new InvalidRequestError('ERR_DATE', 'sequence_date is a date, written as YYYY-MM-DD.')
}

/** Numbers of documents: prefix, padding, step; quick with gaps after a rollback, or gapless one after the other. */

import {
  api,
  behaviour,
  computed,
  type Def,
  dropCounters,
  expose,
  f,
  fields,
  model,
  nextByCode,
  nextById,
  peekNumber,
  restartSequence,
  t,
  type Values,
} from '#framework'

export const irSequence = fields({
  name: f.char({ label: 'Name', required: true }),
  code: f.char({ label: 'Sequence Code', index: true }),
  implementation: f.sel(
    { standard: 'Standard', no_gap: 'No gap' },
    { label: 'Implementation', required: true, default: 'standard' },
  ),
  active: f.bool({ label: 'Active', default: true }),
  prefix: f.char({ label: 'Prefix', help: 'May hold %(year)s, %(y)s, %(month)s and %(day)s.' }),
  suffix: f.char({ label: 'Suffix' }),
  number_next: f.int({ label: 'Next Number', required: true, default: 1 }),
  number_next_actual: f.int({ label: 'Actual Next Number', compute: true }),
  number_increment: f.int({ label: 'Step', required: true, default: 1 }),
  padding: f.int({ label: 'Sequence Size', required: true, default: 0 }),
  company_id: f.m2o('res.company', {
    label: 'Company',
    default: (env: import('#framework').Env) => env.companyId || null,
  }),
  use_date_range: f.bool({ label: 'Use subsequences per date_range', default: false }),
})

declare module '#framework' {
  interface Registry {
    'ir.sequence': IrSequenceData
  }
  interface IrSequenceData extends Def<typeof irSequence> {}
}

model('ir.sequence', irSequence, {
  description: 'Sequence',
  order: 'name, id',
  constraints: { step_not_zero: { check: ['number_increment', '!=', 0], message: 'Step must not be zero.' } },
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
})

computed('ir.sequence', 'number_next_actual', ['number_next', 'number_increment', 'implementation'], (sequence, env) =>
  peekNumber(env, sequence.id),
)

behaviour(
  'ir.sequence',
  (Base) =>
    class extends Base {
      async next_by_code(code: string): Promise<string | false> {
        await this.check_access('read')
        return (await nextByCode(this.env, code)) ?? false
      }

      async next_by_id(): Promise<string> {
        await this.check_access('read')
        return nextById(this.env, this.id)
      }

      override async write(values: Values<string>): Promise<boolean> {
        const { number_next_actual: actual, ...rest } = values
        const next = rest.number_next ?? actual
        const isRecounted = 'number_increment' in rest || 'implementation' in rest
        const before =
          isRecounted && next === undefined ? await Promise.all(this.ids.map((id) => peekNumber(this.env, id))) : []
        const done = await super.write(rest)
        for (const [i, id] of this.ids.entries()) {
          const from = next ?? before[i]
          if (typeof from === 'number') await restartSequence(this.env, id, from)
        }
        return done
      }

      override async unlink(): Promise<boolean> {
        const done = await super.unlink()
        await dropCounters(this.env, this.ids)
        return done
      }
    },
)

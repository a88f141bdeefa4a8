/** Scheduled work: public methods of applications that run by the clock, as a person. A record never holds code. */

import {
  api,
  behaviour,
  checkCronMethod,
  constrain,
  cronChanged,
  type Def,
  type Env,
  expose,
  f,
  fields,
  model,
  runCronNow,
  t,
  ValidationError,
  type Values,
} from '#framework'

const systemUid = 1

export const irCron = fields({
  name: f.char({ label: 'Name', required: true }),
  model_id: f.m2o('ir.model', { label: 'Model', required: true, ondelete: 'cascade' }),
  method: f.char({
    label: 'Method',
    required: true,
    help: 'A public method of the model that needs no records and no arguments.',
  }),
  user_id: f.m2o('res.users', {
    label: 'Scheduler User',
    required: true,
    help: 'With the rights of this user it runs.',
    default: (env: Env) => env.uid,
  }),
  active: f.bool({ label: 'Active', default: true }),
  interval_number: f.int({ label: 'Interval Number', required: true, default: 1 }),
  interval_type: f.sel(
    { minutes: 'Minutes', hours: 'Hours', days: 'Days', weeks: 'Weeks', months: 'Months' },
    { label: 'Interval Unit', required: true, default: 'months' },
  ),
  nextcall: f.datetime({
    label: 'Next Execution Date',
    required: true,
    default: (env: Env) => env.now().toISOString().slice(0, 19).replace('T', ' '),
  }),
  lastcall: f.datetime({ label: 'Last Execution Date', readonly: true, copy: false }),
  priority: f.int({ label: 'Priority', default: 5, help: 'Of those that are due at once, lower numbers run first.' }),
  failure_count: f.int({
    label: 'Failure Count',
    readonly: true,
    default: 0,
    copy: false,
    help: 'Failures in a row; the third switches the action off.',
  }),
  first_failure_date: f.datetime({ label: 'First Failure Date', readonly: true, copy: false }),
  last_failure: f.text({ label: 'Last Failure', readonly: true, copy: false }),
})

declare module '#framework' {
  interface Registry {
    'ir.cron': IrCronData
  }
  interface IrCronData extends Def<typeof irCron> {}
}

model('ir.cron', irCron, {
  description: 'Scheduled Actions',
  audit: { as: 'settings' },
  order: 'name, id',
  constraints: {
    check_strictly_positive_interval: {
      check: ['interval_number', '>', 0],
      message: 'The interval number must be a strictly positive number.',
    },
  },
})

expose('ir.cron', {
  method_direct_trigger: api({
    params: {},
    returns: t.bool,
    access: 'write',
    // No transaction of its own: the method gets one, as its own user.
    readonly: true,
    doc: 'Run the scheduled actions now, each as its own user; the next time stays',
  }),
})

constrain('ir.cron', ['model_id.model', 'method'], (entry, env) =>
  checkCronMethod(env.registry, entry.model_id?.model, entry.method),
)

constrain('ir.cron', ['user_id'], (entry) => {
  if (entry.user_id === systemUid)
    throw new ValidationError('ERR_CRON_USER', 'A scheduled action runs as a person, not as the system.')
})

behaviour(
  'ir.cron',
  (Base) =>
    class extends Base {
      override async create(values: Values<string> | readonly Values<string>[]): Promise<this> {
        for (const one of Array.isArray(values) ? values : [values]) refuseCode(one)
        const made = await super.create(values)
        cronChanged(this.env)
        return made
      }

      override async write(values: Values<string>): Promise<boolean> {
        refuseCode(values)
        // A person who switches it on again starts counting anew.
        const again = (values as { active?: unknown }).active === true ? { ...values, failure_count: 0 } : values
        const done = await super.write(again as Values<string>)
        cronChanged(this.env)
        return done
      }

      override async unlink(): Promise<boolean> {
        const done = await super.unlink()
        cronChanged(this.env)
        return done
      }

      async method_direct_trigger(): Promise<boolean> {
        await this.check_access('write')
        for (const { id } of await this.load('name')) await runCronNow(this.env, id)
        return true
      }
    },
)

// Clients of other systems send code here; a plain "unknown field" would not tell them what to send instead.
function refuseCode(values: Values<string>): void {
  if ('code' in values)
    throw new ValidationError(
      'ERR_CRON_CODE',
      'A scheduled action holds no code: name a public method of the model in "method".',
    )
}

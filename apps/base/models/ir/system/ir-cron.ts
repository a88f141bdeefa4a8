/** Scheduled work, as clients see it; what runs is decided by the applications, never by text in a record. */

import { type Def, f, fields, model } from '#framework'

export const irCron = fields({
  name: f.char({ label: 'Name', required: true }),
  model_id: f.m2o('ir.model', { label: 'Model', ondelete: 'cascade' }),
  user_id: f.m2o('res.users', {
    label: 'Scheduler User',
    required: true,
    default: (env: import('#framework').Env) => env.uid,
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
    default: (env: import('#framework').Env) => env.now().toISOString().slice(0, 19).replace('T', ' '),
  }),
  lastcall: f.datetime({ label: 'Last Execution Date', readonly: true }),
  priority: f.int({ label: 'Priority', default: 5 }),
  failure_count: f.int({ label: 'Failure Count', readonly: true, default: 0 }),
  first_failure_date: f.datetime({ label: 'First Failure Date', readonly: true }),
  job: f.char({ label: 'Job', readonly: true, help: 'Name of the work that an application offers.' }),
})

declare module '#framework' {
  interface Registry {
    'ir.cron': IrCronData
  }
  interface IrCronData extends Def<typeof irCron> {}
}

model('ir.cron', irCron, {
  description: 'Scheduled Actions',
  order: 'name, id',
  constraints: {
    check_strictly_positive_interval: {
      check: ['interval_number', '>', 0],
      message: 'The interval number must be a strictly positive number.',
    },
  },
})

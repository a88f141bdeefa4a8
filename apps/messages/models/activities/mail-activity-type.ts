/** The kinds of activities: a call, a meeting, something to do. */

import { type Def, f, fields, model } from '#framework'

export const activityType = fields({
  name: f.char({ label: 'Name', required: true, translate: true }),
  summary: f.char({ label: 'Default Summary', translate: true }),
  sequence: f.int({ label: 'Sequence', default: 10 }),
  active: f.bool({ label: 'Active', default: true }),
  delay_count: f.int({ label: 'Schedule', default: 0 }),
  delay_unit: f.sel({ days: 'days', weeks: 'weeks', months: 'months' }, { label: 'Delay units', default: 'days' }),
  icon: f.char({ label: 'Icon' }),
  res_model: f.char({ label: 'Model' }),
  category: f.sel(
    { default: 'None', upload_file: 'Upload Document', phonecall: 'Phonecall' },
    { label: 'Action', default: 'default' },
  ),
  default_note: f.html({ label: 'Default Note', translate: true }),
})

declare module '#framework' {
  interface Registry {
    'mail.activity.type': MailActivityTypeData
  }
  interface MailActivityTypeData extends Def<typeof activityType> {}
}

/** Types that every tenant starts with, by the external ids that clients of Odoo know. */
export const activityTypes: Readonly<Record<string, { readonly id: number } & Readonly<Record<string, unknown>>>> = {
  'mail.mail_activity_data_email': { id: 1, name: 'Email', sequence: 3, icon: 'fa-envelope' },
  'mail.mail_activity_data_call': {
    id: 2,
    name: 'Call',
    sequence: 6,
    icon: 'fa-phone',
    delay_count: 2,
    category: 'phonecall',
  },
  'mail.mail_activity_data_meeting': { id: 3, name: 'Meeting', sequence: 9, icon: 'fa-users' },
  'mail.mail_activity_data_todo': { id: 4, name: 'To-Do', sequence: 12, icon: 'fa-check', delay_count: 5 },
  'mail.mail_activity_data_upload_document': {
    id: 5,
    name: 'Document',
    sequence: 25,
    icon: 'fa-upload',
    delay_count: 5,
    category: 'upload_file',
  },
}

model('mail.activity.type', activityType, { description: 'Activity Type', order: 'sequence, id' })

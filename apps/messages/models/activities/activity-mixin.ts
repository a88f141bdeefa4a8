/** What a record shows of what is to do about it. A model gets it by `mixins: ['mail.activity.mixin']`. */

import {
  api,
  behaviour,
  computed,
  type Def,
  type Domain,
  expose,
  f,
  fields,
  InvalidRequestError,
  model,
  type RecordSet,
  searched,
  t,
} from '#framework'
import { today } from './mail-activity.ts'
import { activityTypes } from './mail-activity-type.ts'

const members = { groups: ['base.group_user'] } as const

export const activities = fields({
  activity_ids: f.o2m('mail.activity', 'res_id', { label: 'Activities', ...members }),
  activity_state: f.sel(
    { overdue: 'Overdue', today: 'Today', planned: 'Planned' },
    { label: 'Activity State', compute: true, ...members },
  ),
  activity_user_id: f.m2o('res.users', { label: 'Responsible User', compute: true, ...members }),
  activity_type_id: f.m2o('mail.activity.type', { label: 'Next Activity Type', compute: true, ...members }),
  activity_date_deadline: f.date({ label: 'Next Activity Deadline', compute: true, ...members }),
  my_activity_date_deadline: f.date({ label: 'My Activity Deadline', compute: true, ...members }),
  activity_summary: f.char({ label: 'Next Activity Summary', compute: true, ...members }),
})

declare module '#framework' {
  interface Registry {
    'mail.activity.mixin': MailActivityMixinData
  }
  interface MailActivityMixinData extends Def<typeof activities> {}
}

model('mail.activity.mixin', activities, { description: 'Activity Mixin', abstract: true })

// The list is sorted by deadline: the first activity is the next one.
computed('mail.activity.mixin', 'activity_state', ['activity_ids.date_deadline'], ({ activity_ids }, env) => {
  const next = activity_ids[0]?.date_deadline
  if (!next) return null
  return next < today(env) ? 'overdue' : next === today(env) ? 'today' : 'planned'
})
computed('mail.activity.mixin', 'activity_date_deadline', ['activity_ids.date_deadline'], (record) => {
  return record.activity_ids[0]?.date_deadline ?? null
})
computed('mail.activity.mixin', 'activity_user_id', ['activity_ids.user_id'], (record) => {
  return record.activity_ids[0]?.user_id ?? null
})
computed('mail.activity.mixin', 'activity_type_id', ['activity_ids.activity_type_id'], (record) => {
  return record.activity_ids[0]?.activity_type_id ?? null
})
computed('mail.activity.mixin', 'activity_summary', ['activity_ids.summary'], (record) => {
  return record.activity_ids[0]?.summary ?? null
})
computed(
  'mail.activity.mixin',
  'my_activity_date_deadline',
  ['activity_ids.date_deadline', 'activity_ids.user_id'],
  (record, env) => record.activity_ids.find(({ user_id }) => user_id === env.uid)?.date_deadline ?? null,
)
for (const [field, path] of [
  ['activity_user_id', 'activity_ids.user_id'],
  ['activity_type_id', 'activity_ids.activity_type_id'],
  ['activity_date_deadline', 'activity_ids.date_deadline'],
  ['activity_summary', 'activity_ids.summary'],
] as const) {
  searched('mail.activity.mixin', field, (operator, value): Domain | null =>
    operator.startsWith('not ') ? null : [[path, operator, value]],
  )
}

expose('mail.activity.mixin', {
  activity_schedule: api({
    params: {
      act_type_xmlid: t.str.or(''),
      date_deadline: t.str.or(null),
      summary: t.str.or(''),
      note: t.str.or(''),
      activity_type_id: t.int.or(null),
      user_id: t.int.or(null),
    },
    returns: t.records,
    access: 'write',
    doc: 'Plan an activity on each of the records, for yourself where nobody is named',
  }),
})

behaviour(
  'mail.activity.mixin',
  (Base) =>
    class extends Base {
      async activity_schedule(
        typeXmlid: string,
        deadline: string | null,
        summary: string,
        note: string,
        typeId: number | null,
        userId: number | null,
      ): Promise<RecordSet<'mail.activity'>> {
        const { env } = this
        const type = typeId ?? (typeXmlid === '' ? null : typeOf(typeXmlid))
        return env.model('mail.activity').create(
          this.ids.map((id) => ({
            res_model: this.modelName,
            res_id: id,
            ...(type === null ? {} : { activity_type_id: type }),
            ...(deadline === null ? {} : { date_deadline: deadline }),
            ...(summary === '' ? {} : { summary }),
            ...(note === '' ? {} : { note }),
            ...(userId === null ? {} : { user_id: userId }),
          })),
        )
      }
    },
)

function typeOf(xmlid: string): number {
  const type = activityTypes[xmlid]
  if (!type)
    throw new InvalidRequestError(
      'ERR_ACTIVITY_TYPE',
      `There is no activity type ${xmlid}. Give activity_type_id, or one of ${Object.keys(activityTypes).join(', ')}.`,
    )
  return type.id
}

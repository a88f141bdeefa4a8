/** Something that somebody is to do about a record, until a day. */

import {
  api,
  behaviour,
  computed,
  type Def,
  type Domain,
  type Env,
  expose,
  f,
  fields,
  InvalidRequestError,
  model,
  type RecordSet,
  searched,
  t,
  type Values,
} from '#framework'

export const activity = fields({
  res_model_id: f.m2o('ir.model', { label: 'Document Model', ondelete: 'cascade', index: true }),
  res_model: f.char({ label: 'Related Document Model', index: true }),
  res_id: f.int({ label: 'Related Document ID', index: true, modelField: 'res_model' }),
  res_name: f.char({ label: 'Document Name', readonly: true }),
  activity_type_id: f.m2o('mail.activity.type', { label: 'Activity Type', ondelete: 'restrict' }),
  activity_category: f.sel(
    { default: 'None', upload_file: 'Upload Document', phonecall: 'Phonecall' },
    { label: 'Action', related: 'activity_type_id.category' },
  ),
  icon: f.char({ label: 'Icon', related: 'activity_type_id.icon' }),
  summary: f.char({ label: 'Summary' }),
  note: f.html({ label: 'Note' }),
  date_deadline: f.date({ label: 'Due Date', required: true, index: true, default: today }),
  date_done: f.date({ label: 'Done Date', readonly: true }),
  feedback: f.text({ label: 'Feedback' }),
  automated: f.bool({ label: 'Automated activity', default: false, readonly: true }),
  user_id: f.m2o('res.users', { label: 'Assigned to', required: true, index: true, default: (env: Env) => env.uid }),
  state: f.sel(
    { overdue: 'Overdue', today: 'Today', planned: 'Planned', done: 'Done' },
    { label: 'State', compute: true },
  ),
  active: f.bool({ label: 'Active', default: true }),
})

declare module '#framework' {
  interface Registry {
    'mail.activity': MailActivityData
  }
  interface MailActivityData extends Def<typeof activity> {}
}

model('mail.activity', activity, {
  description: 'Activity',
  order: 'date_deadline asc, id asc',
  recName: 'summary',
  displayName: 'summary',
  hangsOn: { id: 'res_id', rights: 'required' },
})

/** Today where the user is. */
export function today(env: Env): string {
  const timeZone = String(env.context['tz'] || env.user.tz || 'UTC')
  return new Intl.DateTimeFormat('sv-SE', { timeZone }).format(env.now())
}

computed('mail.activity', 'state', ['date_deadline', 'active'], ({ date_deadline, active }, env) => {
  if (!active) return 'done'
  const now = today(env)
  return date_deadline < now ? 'overdue' : date_deadline === now ? 'today' : 'planned'
})
searched('mail.activity', 'state', (operator, value, env) => {
  if (operator !== 'in' || !Array.isArray(value)) return null
  const parts: Domain[] = (value as readonly unknown[]).map((state) =>
    state === 'done'
      ? [['active', '=', false]]
      : [
          '&',
          ['active', '=', true],
          ['date_deadline', state === 'overdue' ? '<' : state === 'today' ? '=' : '>', today(env)],
        ],
  )
  return parts.length === 0 ? [[0, '=', 1]] : [...parts.slice(1).map(() => '|' as const), ...parts.flat()]
})

expose('mail.activity', {
  action_done: api({ params: {}, returns: t.json, access: 'write', doc: 'Mark the activities as done' }),
  action_feedback: api({
    params: { feedback: t.str.or(''), attachment_ids: t.ids.or([]) },
    returns: t.json,
    access: 'write',
    doc: 'Mark the activities as done, with a word about it; gives the id of the message that tells it on the record',
  }),
})

interface Postable {
  message_post(...values: readonly unknown[]): Promise<RecordSet<'mail.message'>>
}

behaviour(
  'mail.activity',
  (Base) =>
    class extends Base {
      override async create(given: Values<string> | readonly Values<string>[]): Promise<this> {
        const list = (Array.isArray(given) ? given : [given]) as readonly Values<string>[]
        return super.create(await completed(this.env, list))
      }

      async action_done(): Promise<number | false> {
        return this.action_feedback('', [])
      }

      async action_feedback(feedback: string, attachmentIds: readonly number[]): Promise<number | false> {
        const activities = await this.env
          .model('mail.activity', this.ids)
          .load('res_model', 'res_id', 'summary', 'activity_type_id.name', 'active')
        let last: number | false = false
        for (const { res_model, res_id, summary, activity_type_id, active } of activities) {
          if (!active || !res_model || !res_id) continue
          const told = [`${activity_type_id?.name ?? 'Activity'} done${summary ? `: ${summary}` : ''}`, feedback]
          const record = this.env.model(res_model, [res_id]) as unknown as Postable
          const text = told.filter(Boolean).join('\\n')
          const message = await record.message_post(
            text,
            null,
            'notification',
            null,
            null,
            null,
            'mail.mt_note',
            null,
            [],
            [],
            attachmentIds,
            false,
          )
          last = message.ids[0] ?? false
        }
        await this.write({ active: false, date_done: today(this.env), feedback: feedback || null } as never)
        return last
      }
    },
)

// Model and its record belong together, whichever of the two names is given.
async function completed(env: Env, list: readonly Values<string>[]): Promise<Values<string>[]> {
  const models = await env
    .model('ir.model')
    .loadFound(
      [
        '|',
        ['id', 'in', list.flatMap(({ res_model_id }) => (typeof res_model_id === 'number' ? res_model_id : []))],
        ['model', 'in', list.flatMap(({ res_model }) => (typeof res_model === 'string' ? res_model : []))],
      ],
      'model',
    )
  const types = await env
    .model('mail.activity.type', [
      ...new Set(
        list.flatMap(({ activity_type_id }) => (typeof activity_type_id === 'number' ? activity_type_id : [])),
      ),
    ])
    .load('summary', 'default_note')
  return list.map((values) => {
    const found = models.find(({ id, model: name }) => id === values.res_model_id || name === values.res_model)
    if ((values.res_model_id || values.res_model) && !found)
      throw new InvalidRequestError('ERR_ACTIVITY_MODEL', 'An activity is about a record: give its model and its id.')
    const type = types.find(({ id }) => id === values.activity_type_id)
    return {
      ...(type?.summary ? { summary: type.summary } : {}),
      ...(type?.default_note ? { note: type.default_note } : {}),
      ...values,
      ...(found ? { res_model_id: found.id, res_model: found.model } : {}),
    }
  })
}

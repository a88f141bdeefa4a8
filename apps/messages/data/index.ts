/** The kinds of messages that every tenant starts with, and the group of those who write templates. */

import { records } from '#framework'
import { activityTypes } from '../models/activities/mail-activity-type.ts'

records('res.groups', {
  'mail.group_mail_template_editor': {
    name: 'Mail Template Editor',
    comment: 'Writes templates of mails. What they say is limited to what the writer may read.',
  },
})
records(
  'mail.message.subtype',
  {
    'mail.mt_comment': { id: 1, name: 'Discussions', sequence: 0 },
    'mail.mt_note': { id: 2, name: 'Note', sequence: 100, internal: true, default: false },
  },
  { update: false },
)
records('mail.activity.type', activityTypes, { update: false })

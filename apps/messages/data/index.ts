/** The kinds of messages that every tenant starts with. */

import { records } from '#framework'
import { activityTypes } from '../models/activities/mail-activity-type.ts'

records(
  'mail.message.subtype',
  {
    'mail.mt_comment': { id: 1, name: 'Discussions', sequence: 0 },
    'mail.mt_note': { id: 2, name: 'Note', sequence: 100, internal: true, default: false },
  },
  { update: false },
)
records('mail.activity.type', activityTypes, { update: false })

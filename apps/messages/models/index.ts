/** The models of messages. It holds no rules of its own. */

import { type Def, extend } from '#framework'
import './mail-message-subtype.ts'
import './mail-message.ts'
import './mail-followers.ts'
import './mails/mail-template.ts'
import './mails/mail-mail.ts'
import './activities/mail-activity-type.ts'
import './activities/mail-activity.ts'
import type { activities } from './activities/activity-mixin.ts'
import './activities/activity-mixin.ts'
import type { thread } from './thread/mail-thread.ts'
import './thread/mail-thread.ts'
import './thread/posting.ts'
import './thread/following.ts'

extend('res.partner', {}, { mixins: ['mail.thread', 'mail.activity.mixin'] })

declare module '#framework' {
  interface ResPartnerData extends Def<typeof thread>, Def<typeof activities> {}
}

/** The models of messages. It holds no rules of its own. */

import { type Def, extend } from '#framework'
import './mail-message-subtype.ts'
import './mail-message.ts'
import './mail-followers.ts'
import type { thread } from './thread/mail-thread.ts'
import './thread/mail-thread.ts'
import './thread/posting.ts'
import './thread/following.ts'

extend('res.partner', {}, { mixins: ['mail.thread'] })

declare module '#framework' {
  interface ResPartnerData extends Def<typeof thread> {}
}

/** The models of messages. It holds no rules of its own. */

import { behaviour, expose } from '#framework'
import { chatter, chatterApi } from './chatter.ts'
import './mail-message-subtype.ts'
import './mail-message.ts'

expose('res.partner', chatterApi)
behaviour('res.partner', chatter)

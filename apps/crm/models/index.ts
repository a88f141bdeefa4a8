/** The models of leads. It holds no rules of its own. */

import { behaviour, expose } from '#framework'
import { chatter, chatterApi } from '#apps/messages/index.ts'
import './crm-stage.ts'
import './crm-lost-reason.ts'
import './crm-lead.ts'
import './lead-contact.ts'
import './lead-steps.ts'

expose('crm.lead', chatterApi)
behaviour('crm.lead', chatter)

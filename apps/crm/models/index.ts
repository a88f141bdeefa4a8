/** The models of leads. It holds no rules of its own. */

import './crm-stage.ts'
import './crm-lost-reason.ts'
import './crm-lead.ts'
import './lead-contact.ts'
import './lead-steps.ts'

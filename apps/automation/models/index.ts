/** The models of automations. */

import './actions/ir-server-object-lines.ts'
import './actions/ir-actions-server.ts'
import './actions/run-action.ts'
import './rules/base-automation.ts'
import './rules/react.ts'
import './rules/by-date.ts'

/** The models of sales, in the order in which their declarations build on each other. It holds no rules of its own. */

import './teams/crm-team.ts'
import './teams/crm-team-member.ts'
import './teams/crm-tag.ts'
import './orders/sale-order.ts'
import './orders/order-amounts.ts'
import './orders/order-behaviour.ts'
import './orders/order-states.ts'
import './lines/sale-order-line.ts'
import './lines/line-amounts.ts'
import './lines/line-behaviour.ts'
import './extensions.ts'

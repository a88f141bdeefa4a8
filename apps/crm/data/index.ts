/** Records that leads start with; external ids are those that clients of Odoo know. */

import { records } from '#framework'

records(
  'crm.stage',
  {
    'crm.stage_lead1': { id: 1, name: 'New', sequence: 1 },
    'crm.stage_lead2': { id: 2, name: 'Qualified', sequence: 2 },
    'crm.stage_lead3': { id: 3, name: 'Proposition', sequence: 3 },
    'crm.stage_lead4': { id: 4, name: 'Won', sequence: 70, is_won: true },
  },
  { update: false },
)
records(
  'crm.lost.reason',
  {
    'crm.lost_reason_1': { id: 1, name: 'Too expensive' },
    'crm.lost_reason_2': { id: 2, name: "We don't have people/skills" },
    'crm.lost_reason_3': { id: 3, name: 'Not enough stock' },
  },
  { update: false },
)

/** The clock of automations by date: off until the first of them is made. */

import { records, ref } from '#framework'

records(
  'ir.cron',
  {
    'automation.ir_cron_by_date': {
      name: 'Automations by date',
      model_id: ref('automation.model_base_automation'),
      method: 'run_by_date',
      user_id: ref('base.user_admin'),
      active: false,
      interval_number: 30,
      interval_type: 'minutes',
    },
  },
  { update: false },
)

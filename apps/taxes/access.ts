/** Who may do what with taxes. */

import { access, user } from '#framework'

for (const model of ['account.tax', 'account.tax.group']) {
  access(
    model,
    { group: 'base.group_user', ops: ['read'], name: 'Members read' },
    { group: 'base.group_system', ops: ['read', 'write', 'create', 'unlink'], name: 'Administrators keep' },
    {
      ops: ['read', 'write', 'create', 'unlink'],
      domain: [['company_id', 'in', user('company_ids')]],
      name: 'Of own companies',
    },
  )
}

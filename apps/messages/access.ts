/** Who may do what with messages. */

import { access, user } from '#framework'

access(
  'mail.message',
  {
    group: 'base.group_user',
    ops: ['read'],
    domain: [['author_id', '=', user('partner_id')]],
    name: 'Members read what they wrote',
  },
  {
    group: 'base.group_system',
    ops: ['read', 'write', 'create', 'unlink'],
    domain: [[1, '=', 1]],
    name: 'Administrators keep messages',
  },
)
access(
  'mail.message.subtype',
  { group: 'base.group_user', ops: ['read'], name: 'Members read kinds of messages' },
  { group: 'base.group_system', ops: ['read', 'write', 'create', 'unlink'], name: 'Administrators keep them' },
)

/** Who may do what with messages. What hangs on a record is limited by the rights to that record besides. */

import { access, user } from '#framework'

access(
  'mail.message',
  { group: 'base.group_user', ops: ['read'], name: 'Members read messages on what they read' },
  {
    group: 'base.group_user',
    ops: ['write', 'unlink'],
    domain: [['author_id', '=', user('partner_id')]],
    fields: ['body', 'subject'],
    name: 'Members correct and remove what they wrote',
  },
  {
    group: 'base.group_portal',
    ops: ['read'],
    domain: [
      ['is_internal', '=', false],
      ['subtype_id', '!=', false],
    ],
    name: 'Portal reads what is no note among colleagues',
  },
  { group: 'base.group_system', ops: ['read', 'write', 'create', 'unlink'], name: 'Administrators keep messages' },
)
access(
  'mail.followers',
  { group: 'base.group_user', ops: ['read'], name: 'Members read who follows what they read' },
  { group: 'base.group_system', ops: ['read', 'write', 'create', 'unlink'], name: 'Administrators keep followers' },
)
access(
  'mail.message.subtype',
  { group: 'base.group_user', ops: ['read'], name: 'Members read kinds of messages' },
  { group: 'base.group_portal', ops: ['read'], name: 'Portal reads kinds of messages' },
  { group: 'base.group_system', ops: ['read', 'write', 'create', 'unlink'], name: 'Administrators keep them' },
)
access('mail.activity', {
  group: 'base.group_user',
  ops: ['read', 'write', 'create', 'unlink'],
  name: 'Members plan on what they may change',
})
access(
  'mail.activity.type',
  { group: 'base.group_user', ops: ['read'], name: 'Members read types of activities' },
  { group: 'base.group_system', ops: ['read', 'write', 'create', 'unlink'], name: 'Administrators keep them' },
)

const editor = 'mail.group_mail_template_editor'
access(
  'mail.template',
  { group: 'base.group_user', ops: ['read'], name: 'Members read and use templates' },
  { group: editor, ops: ['read', 'write', 'create', 'unlink'], name: 'Editors keep templates' },
  { group: 'base.group_system', ops: ['read', 'write', 'create', 'unlink'], name: 'Administrators keep templates' },
)
// A mail in the queue holds what its sender could read; nobody else needs to see it.
access('mail.mail', {
  group: 'base.group_system',
  ops: ['read', 'write', 'unlink'],
  name: 'Administrators see the queue',
})

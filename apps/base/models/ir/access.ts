/** Who may do what with the models of this folder. */

import { access, user } from '#framework'

const all = ['read', 'write', 'create', 'unlink'] as const

for (const model of ['ir.model', 'ir.model.fields', 'ir.model.fields.selection']) {
  access(
    model,
    { group: 'base.group_user', ops: ['read'] },
    { group: 'base.group_erp_manager', ops: ['read'] },
    { group: 'base.group_system', ops: all },
  )
}

// The names that applications give are no secret. What people export or import carries names that tell of records which
// others may not read; such a name is its maker's and the administrators'.
access(
  'ir.model.data',
  {
    group: 'base.group_user',
    ops: ['read'],
    domain: [
      '|',
      ['create_uid', '=', user('id')],
      '&',
      ['create_uid', '=', 1],
      ['module', 'not in', ['__export__', '__import__']],
    ],
    name: 'Members read the names that applications give, and their own',
  },
  { group: 'base.group_erp_manager', ops: ['read'], domain: [[1, '=', 1]], name: 'Access managers read all names' },
  { group: 'base.group_system', ops: all, domain: [[1, '=', 1]], name: 'Administrators keep all names' },
)

for (const model of ['ir.model.access', 'ir.rule'])
  access(model, { group: 'base.group_erp_manager', ops: all }, { group: 'base.group_system', ops: all })

access('ir.module.module', { group: 'base.group_system', ops: ['read', 'write'] })
access('audit.entry', { group: 'base.group_system', ops: ['read'] })
access('ir.rpc.client', { group: 'base.group_system', ops: ['read', 'unlink'] })
access('ir.config_parameter', { group: 'base.group_system', ops: all })
for (const model of ['ir.sequence', 'ir.sequence.date_range'])
  access(model, { group: 'base.group_user', ops: ['read'] }, { group: 'base.group_system', ops: all })
access('ir.cron', { group: 'base.group_system', ops: all })

for (const model of ['ir.ui.menu', 'ir.ui.view', 'ir.actions.report']) {
  access(model, { group: 'base.group_user', ops: ['read'] }, { group: 'base.group_system', ops: all })
}

// What hangs on a record is asked of that record (ir-attachment.ts); these are the files that hang on none.
const public_ = ['public', '=', true] as const
const own = ['&', ['create_uid', '=', user('id')], ['res_id', '=', false]] as const
access(
  'ir.attachment',
  { group: 'base.group_user', ops: ['read'], domain: ['&', ['res_field', '=', false], '|', public_, ...own] },
  { group: 'base.group_user', ops: ['write', 'create', 'unlink'], domain: ['&', ['res_field', '=', false], ...own] },
  { group: 'base.group_portal', ops: ['read'], domain: ['&', ['res_field', '=', false], '|', public_, ...own] },
  // To keep the files of the house is no right to what hangs on orders, messages or contacts.
  { group: 'base.group_system', ops: all, domain: [['res_id', '=', false]] },
)

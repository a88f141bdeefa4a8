/** What a set of groups is about ("Sales"): of its groups, a user is given one. */

import { type Def, f, fields, model } from '#framework'

export const groupsPrivilege = fields({
  name: f.char({ label: 'Name', required: true, translate: true }),
  description: f.text({ label: 'Description' }),
  placeholder: f.char({ label: 'Placeholder', default: 'No' }),
  sequence: f.int({ label: 'Sequence', default: 100 }),
  category_id: f.m2o('ir.module.category', { label: 'Category', index: true }),
  group_ids: f.o2m('res.groups', 'privilege_id', { label: 'Groups' }),
})

declare module '#framework' {
  interface Registry {
    'res.groups.privilege': ResGroupsPrivilegeData
  }
  interface ResGroupsPrivilegeData extends Def<typeof groupsPrivilege> {}
}

model('res.groups.privilege', groupsPrivilege, { description: 'Privileges', order: 'sequence, name, id' })

/** Groups of users: what rights are given to. A group includes the rights of those that it implies. */

import { behaviour, computed, type Def, type Env, f, fields, model, ValidationError } from '#framework'

export const groups = fields({
  name: f.char({ label: 'Name', required: true, translate: true }),
  full_name: f.char({ label: 'Group Name', compute: true, store: true }),
  privilege_id: f.m2o('res.groups.privilege', { label: 'Privilege', index: true }),
  user_ids: f.m2m('res.users', {
    label: 'Users',
    table: 'res_groups_users_rel',
    column1: 'gid',
    column2: 'uid',
  }),
  implied_ids: f.m2m('res.groups', {
    label: 'Implied Groups',
    table: 'res_groups_implied_rel',
    column1: 'gid',
    column2: 'hid',
  }),
  implied_by_ids: f.m2m('res.groups', {
    label: 'Implying Groups',
    table: 'res_groups_implied_rel',
    column1: 'hid',
    column2: 'gid',
  }),
  comment: f.text({ label: 'Comment', translate: true }),
  color: f.int({ label: 'Color Index' }),
  sequence: f.int({ label: 'Sequence', default: 10 }),
  share: f.bool({ label: 'Share Group', help: 'Made to share data with people outside the company.' }),
  api_key_duration: f.float({ label: 'API Keys maximum duration days', default: 0 }),
})

declare module '#framework' {
  interface Registry {
    'res.groups': ResGroupsData
  }
  interface ResGroupsData extends Def<typeof groups> {}
}

model('res.groups', groups, {
  description: 'Access Groups',
  order: 'privilege_id, sequence, name, id',
  displayName: 'full_name',
  nameSearch: ['full_name'],
  affectsRights: true,
  audit: { as: 'rights' },
})

computed('res.groups', 'full_name', ['name', 'privilege_id.name'], (group) => {
  return group.privilege_id ? `${group.privilege_id.name} / ${group.name}` : group.name
})

behaviour(
  'res.groups',
  (Base) =>
    class extends Base {
      override async write(values: Readonly<Record<string, unknown>>): Promise<boolean> {
        if ('implied_ids' in values) await refuseRing(this.env, this.ids, values['implied_ids'])
        return super.write(values)
      }
    },
)

/** These groups and all that they imply, directly or through others. */
export async function impliedGroups(env: Env, ids: readonly number[]): Promise<ReadonlySet<number>> {
  const found = new Set(ids)
  let next: readonly number[] = ids
  while (next.length > 0) {
    const further: number[] = []
    for (const group of await env.model('res.groups', next).load('implied_ids')) {
      for (const id of group.implied_ids) {
        if (found.has(id)) continue
        found.add(id)
        further.push(id)
      }
    }
    next = further
  }
  return found
}

// A ring of implications would give every member all rights of the ring without anybody having said so.
async function refuseRing(env: Env, ids: readonly number[], commands: unknown): Promise<void> {
  const added = (Array.isArray(commands) ? commands : []).flatMap((command: unknown) => {
    if (!Array.isArray(command)) return typeof command === 'number' ? [command] : []
    return command[0] === 4
      ? [Number(command[1])]
      : command[0] === 6 && Array.isArray(command[2])
        ? command[2].map(Number)
        : []
  })
  const reached = await impliedGroups(env, added)
  if (ids.some((id) => reached.has(id))) {
    throw new ValidationError('ERR_RECURSION', 'A group cannot imply itself, not even through other groups.')
  }
}

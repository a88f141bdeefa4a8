/** Automations and actions are written and read by administrators of settings alone. */

import { access } from '#framework'

const all = ['read', 'write', 'create', 'unlink'] as const

for (const model of ['base.automation', 'ir.actions.server', 'ir.server.object.lines'] as const)
  access(model, { group: 'base.group_system', ops: all, name: 'Administrators keep automations' })

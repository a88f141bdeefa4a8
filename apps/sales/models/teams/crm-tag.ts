/** Tags on orders. */

import { type Def, f, fields, model } from '#framework'

export const crmTag = fields({
  name: f.char({ label: 'Tag Name', required: true, translate: true }),
  color: f.int({ label: 'Color', default: () => 1 + Math.floor(Math.random() * 11) }),
})

declare module '#framework' {
  interface Registry {
    'crm.tag': CrmTagData
  }
  interface CrmTagData extends Def<typeof crmTag> {}
}

model('crm.tag', crmTag, {
  description: 'CRM Tag',
  constraints: { name_uniq: { unique: ['name'], message: 'Tag name already exists!' } },
})

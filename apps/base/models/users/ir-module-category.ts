/** Headings under which applications and groups are listed. */

import { type Def, f, fields, model } from '#framework'

export const moduleCategory = fields({
  name: f.char({ label: 'Name', required: true, translate: true }),
  parent_id: f.m2o('ir.module.category', { label: 'Parent Application', index: true }),
  child_ids: f.o2m('ir.module.category', 'parent_id', { label: 'Child Applications' }),
  description: f.text({ label: 'Description', translate: true }),
  sequence: f.int({ label: 'Sequence' }),
  visible: f.bool({ label: 'Visible', default: true }),
  exclusive: f.bool({ label: 'Exclusive' }),
})

declare module '#framework' {
  interface Registry {
    'ir.module.category': IrModuleCategoryData
  }
  interface IrModuleCategoryData extends Def<typeof moduleCategory> {}
}

model('ir.module.category', moduleCategory, { description: 'Application', order: 'sequence, name, id' })

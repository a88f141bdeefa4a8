/** Menus of the client. */

import { computed, type Def, f, fields, model } from '#framework'

export const irUiMenu = fields({
  name: f.char({ label: 'Menu', required: true, translate: true }),
  active: f.bool({ label: 'Active', default: true }),
  sequence: f.int({ label: 'Sequence', default: 10 }),
  child_id: f.o2m('ir.ui.menu', 'parent_id', { label: 'Child IDs' }),
  parent_id: f.m2o('ir.ui.menu', { label: 'Parent Menu', index: true, ondelete: 'restrict' }),
  group_ids: f.m2m('res.groups', {
    label: 'Groups',
    table: 'ir_ui_menu_group_rel',
    column1: 'menu_id',
    column2: 'gid',
  }),
  complete_name: f.char({ label: 'Full Path', compute: true }),
  web_icon: f.char({ label: 'Web Icon File' }),
  action: f.char({ label: 'Action' }),
})

declare module '#framework' {
  interface Registry {
    'ir.ui.menu': IrUiMenuData
  }
  interface IrUiMenuData extends Def<typeof irUiMenu> {}
}

model('ir.ui.menu', irUiMenu, { description: 'Menu', order: 'sequence, id' })

computed('ir.ui.menu', 'complete_name', ['name', 'parent_id.name', 'parent_id.parent_id.name'], (menu) =>
  [menu.parent_id?.parent_id?.name, menu.parent_id?.name, menu.name].filter(Boolean).join('/'),
)

/** Views of the client: how records of a model are laid out. */

import { type Def, f, fields, model } from '#framework'

export const irUiView = fields({
  name: f.char({ label: 'View Name', required: true }),
  model: f.char({ label: 'Model', index: true }),
  key: f.char({ label: 'Key', index: true }),
  priority: f.int({ label: 'Sequence', required: true, default: 16 }),
  type: f.sel(
    {
      list: 'List',
      form: 'Form',
      graph: 'Graph',
      pivot: 'Pivot',
      calendar: 'Calendar',
      kanban: 'Kanban',
      search: 'Search',
      qweb: 'QWeb',
    },
    { label: 'View Type' },
  ),
  arch: f.text({ label: 'View Architecture' }),
  inherit_id: f.m2o('ir.ui.view', { label: 'Inherited View', index: true, ondelete: 'restrict' }),
  inherit_children_ids: f.o2m('ir.ui.view', 'inherit_id', { label: 'Views which inherit from this one' }),
  mode: f.sel(
    { primary: 'Base view', extension: 'Extension View' },
    { label: 'View inheritance mode', required: true, default: 'primary' },
  ),
  active: f.bool({ label: 'Active', default: true }),
  group_ids: f.m2m('res.groups', {
    label: 'Groups',
    table: 'ir_ui_view_group_rel',
    column1: 'view_id',
    column2: 'group_id',
  }),
})

declare module '#framework' {
  interface Registry {
    'ir.ui.view': IrUiViewData
  }
  interface IrUiViewData extends Def<typeof irUiView> {}
}

model('ir.ui.view', irUiView, { description: 'View', order: 'priority, name, id' })

/** Views of the client: how records of a model are laid out. */

import { behaviour, checkArch, type Def, f, fields, model, readableBy, type Values } from '#framework'

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

// What is wrong with a condition is found when the view is saved, not when somebody opens it.
behaviour(
  'ir.ui.view',
  (Base) =>
    class extends Base {
      override async create(values: Values<string> | readonly Values<string>[]): Promise<this> {
        const made = await super.create(values)
        await checkViews(made)
        return made
      }

      override async write(values: Values<string>): Promise<boolean> {
        const done = await super.write(values)
        if ('arch' in values || 'model' in values || 'inherit_id' in values || 'mode' in values) await checkViews(this)
        return done
      }
    },
)

async function checkViews({ env, ids }: Pick<import('#framework').RecordSet, 'env' | 'ids'>): Promise<void> {
  const views = await env.model('ir.ui.view', ids).load('arch', 'model', 'inherit_id', 'mode')
  for (const { arch, model: name, inherit_id: inherited, mode } of views)
    if (arch !== null && arch.trim() !== '')
      checkArch(
        env.registry,
        {
          text: arch,
          model: name !== null && env.registry.models.has(name) ? name : null,
          isExtension: inherited !== null && mode === 'extension',
        },
        readableBy(env),
      )
}

/** Applications as records: what is on disk and what is installed. */

import { api, behaviour, type Def, expose, f, fields, installModules, model, t, UserError } from '#framework'

export const irModule = fields({
  name: f.char({ label: 'Technical Name', required: true, readonly: true, index: true }),
  shortdesc: f.char({ label: 'Module Name', readonly: true }),
  summary: f.char({ label: 'Summary', readonly: true }),
  description: f.text({ label: 'Description', readonly: true }),
  author: f.char({ label: 'Author', readonly: true }),
  website: f.char({ label: 'Website', readonly: true }),
  license: f.char({ label: 'License', readonly: true }),
  installed_version: f.char({ label: 'Latest Version', readonly: true }),
  latest_version: f.char({ label: 'Installed Version', readonly: true }),
  application: f.bool({ label: 'Application', readonly: true }),
  demo: f.bool({ label: 'Demo Data', readonly: true, default: false }),
  sequence: f.int({ label: 'Sequence', default: 100 }),
  state: f.sel(
    {
      uninstallable: 'Uninstallable',
      uninstalled: 'Not Installed',
      installed: 'Installed',
      'to upgrade': 'To be upgraded',
      'to remove': 'To be removed',
      'to install': 'To be installed',
    },
    { label: 'Status', readonly: true, default: 'uninstalled', index: true },
  ),
})

declare module '#framework' {
  interface Registry {
    'ir.module.module': IrModuleModuleData
  }
  interface IrModuleModuleData extends Def<typeof irModule> {}
}

model('ir.module.module', irModule, {
  description: 'Module',
  order: 'application desc, sequence, name',
  displayName: 'shortdesc',
  nameSearch: ['shortdesc', 'name'],
  constraints: { name_uniq: { unique: ['name'], message: 'The name of the module must be unique!' } },
})

expose('ir.module.module', {
  button_immediate_install: api({
    params: {},
    returns: t.json,
    access: 'write',
    doc: 'Install the applications and what they depend on, now',
  }),
  button_install: api({
    params: {},
    returns: t.json,
    access: 'write',
    doc: 'Install the applications and what they depend on, now',
  }),
  update_list: api({
    params: {},
    returns: t.json,
    access: 'write',
    on: 'model',
    doc: 'Look for applications again; they are found at every start, so nothing changes',
  }),
})

behaviour(
  'ir.module.module',
  (Base) =>
    class extends Base {
      async button_immediate_install(): Promise<unknown> {
        await this.check_access('write')
        const wanted = await this.env.model('ir.module.module', this.ids).load('name', 'state')
        if (wanted.some(({ state }) => state === 'uninstallable'))
          throw new UserError('ERR_APP_UNINSTALLABLE', 'This application cannot be installed.')
        await installModules(
          this.env,
          wanted.map(({ name }) => name),
        )
        return { type: 'ir.actions.client', tag: 'reload' }
      }

      button_install(): Promise<unknown> {
        return this.button_immediate_install()
      }

      update_list(): [number, number] {
        return [0, 0]
      }
    },
)

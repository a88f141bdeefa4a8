/** Applications as records: what is on disk and what is installed. */

import {
  api,
  behaviour,
  type Def,
  expose,
  f,
  fields,
  findModules,
  installModules,
  model,
  t,
  uninstallModules,
  upgradeModules,
  UserError,
} from '#framework'

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
  button_immediate_upgrade: api({
    params: {},
    returns: t.json,
    access: 'write',
    doc: 'Bring the database to the applications as they are on disk, now',
  }),
  button_upgrade: api({
    params: {},
    returns: t.json,
    access: 'write',
    doc: 'Bring the database to the applications as they are on disk, now',
  }),
  button_immediate_uninstall: api({
    params: {},
    returns: t.json,
    access: 'write',
    doc: 'Take the applications and those that depend on them out, with their data, now',
  }),
  update_list: api({
    params: {},
    returns: t.json,
    access: 'write',
    on: 'model',
    doc: 'Look for applications again: [0, number of new ones]',
  }),
})

behaviour(
  'ir.module.module',
  (Base) =>
    class extends Base {
      async button_immediate_install(): Promise<unknown> {
        const names = await this.#names()
        await installModules(this.env, names)
        return reload
      }

      button_install(): Promise<unknown> {
        return this.button_immediate_install()
      }

      async button_immediate_upgrade(): Promise<unknown> {
        await this.#names('installed')
        upgradeModules(this.env)
        return reload
      }

      button_upgrade(): Promise<unknown> {
        return this.button_immediate_upgrade()
      }

      async button_immediate_uninstall(): Promise<unknown> {
        const names = await this.#names('installed')
        await uninstallModules(this.env, names)
        return reload
      }

      async update_list(): Promise<[number, number]> {
        await this.check_access('write')
        return [0, await findModules(this.env)]
      }

      async #names(state?: 'installed'): Promise<string[]> {
        await this.check_access('write')
        const wanted = await this.env.model('ir.module.module', this.ids).load('name', 'state')
        if (wanted.some((module) => module.state === 'uninstallable'))
          throw new UserError('ERR_APP_UNINSTALLABLE', 'This application cannot be installed.')
        const other = wanted.find((module) => state !== undefined && module.state !== state)
        if (other) throw new UserError('ERR_APP_NOT_INSTALLED', `The application ${other.name} is not installed.`)
        return wanted.map(({ name }) => name)
      }
    },
)

const reload = { type: 'ir.actions.client', tag: 'reload' } as const

/** What users can do and what may be done to them. */

import {
  AccessDenied,
  api,
  behaviour,
  changeOwnPassword,
  closeSessionsOf,
  expose,
  setPassword,
  t,
  UserError,
  ValidationError,
} from '#framework'

type Values = Readonly<Record<string, unknown>>

/** What people may change about themselves without a right to change users. */
export const ownPreferences = [
  'signature',
  'lang',
  'tz',
  'email',
  'phone',
  'street',
  'street2',
  'zip',
  'city',
  'state_id',
  'country_id',
  'image_1920',
  'company_id',
] as const

const fixedUsers = new Set([1, 2])

expose('res.users', {
  context_get: api({
    on: 'model',
    params: {},
    returns: t.json,
    access: 'none',
    readonly: true,
    doc: 'Language, time zone and id of the caller',
  }),
  has_group: api({
    params: { group_ext_id: t.str },
    returns: t.bool,
    access: 'none',
    readonly: true,
    doc: 'Whether the user is in a group, directly or by implication',
  }),
  change_password: api({
    on: 'model',
    params: { old_passwd: t.str, new_passwd: t.str },
    returns: t.bool,
    access: 'none',
    doc: 'Change the own password',
  }),
  preference_save: api({
    params: { values: t.values.or({}) },
    returns: t.bool,
    access: 'none',
    doc: 'Change own preferences',
  }),
})

behaviour(
  'res.users',
  (Base) =>
    class extends Base {
      override async create(given: Values | readonly Values[]): Promise<this> {
        const ids: number[] = []
        for (const { password, ...values } of Array.isArray(given) ? given : [given]) {
          const user = await super.create(withLogin(values))
          if (password) await setPassword(this.env, user.id, String(password), { temporary: true })
          ids.push(...user.ids)
        }
        return this.browse(ids)
      }

      override async write({ password, ...values }: Values): Promise<boolean> {
        if (values['active'] === false) this.refuseArchiving()
        if (values['active'] === true) await this.bringBackPartners()
        const done = Object.keys(values).length === 0 || (await super.write(values))
        // Who comes back signs in anew: a session that was left open somewhere is not brought back with the user.
        if (values['active'] === false) for (const id of this.ids) await closeSessionsOf(this.env, id)
        if (password) {
          await this.check_access('write')
          for (const id of this.ids)
            await setPassword(this.env, id, String(password), { temporary: id !== this.env.uid })
        }
        return done
      }

      override async unlink(): Promise<boolean> {
        if (this.ids.some((id) => fixedUsers.has(id))) {
          throw new UserError(
            'ERR_USER_FIXED',
            'The system user and the first administrator cannot be deleted; everything that they made refers to them.',
          )
        }
        return super.unlink()
      }

      async context_get(): Promise<Values> {
        const { lang, tz, id } = this.env.user
        return { lang, tz: tz ?? false, uid: id }
      }

      // Asked about oneself it comes from memory; about others only people who may see users and groups get an answer.
      async has_group(group: string): Promise<boolean> {
        if (this.ids.length === 0 || (this.ids.length === 1 && this.ids[0] === this.env.uid))
          return this.env.user.groups.has(group)
        const [user] = await this.env.model('res.users', this.ids).load('all_group_ids')
        const [module, name] = group.split('.', 2)
        const found = await this.env.model('ir.model.data').search(
          [
            ['module', '=', module ?? ''],
            ['name', '=', name ?? ''],
            ['model', '=', 'res.groups'],
          ],
          0,
          1,
        )
        const [data] = await this.env.model('ir.model.data', found.ids).load('res_id')
        return (
          user !== undefined &&
          data !== undefined &&
          user.all_group_ids.includes(Number((data as { res_id?: unknown }).res_id))
        )
      }

      async change_password(before: string, now: string): Promise<boolean> {
        if (!now.trim()) throw new UserError('ERR_PASSWORD_EMPTY', 'An empty password is not allowed.')
        await changeOwnPassword(this.env, before, now)
        return true
      }

      async preference_save(values: Values): Promise<boolean> {
        if (this.ids.length > 0 && !(this.ids.length === 1 && this.ids[0] === this.env.uid)) {
          throw new AccessDenied('ERR_USER_PREFERENCES', 'Only your own preferences can be changed here.')
        }
        const allowed: readonly string[] = ownPreferences
        const foreign = Object.keys(values).filter((name) => !allowed.includes(name))
        if (foreign.length > 0)
          throw new UserError('ERR_USER_PREFERENCES', `These are no preferences: ${foreign.join(', ')}.`)
        const bounds = { models: ['res.users', 'res.partner'], ops: ['read', 'write'] as const }
        return this.env.elevate('base.users.preferences', bounds, (env) =>
          env.model('res.users', [env.uid]).write(values),
        )
      }

      refuseArchiving(): void {
        if (this.ids.includes(this.env.uid))
          throw new UserError('ERR_USER_SELF', 'You cannot archive the user that you are signed in with.')
      }

      async bringBackPartners(): Promise<void> {
        const archived = (await this.env.model('res.users', this.ids).load('partner_id.active')).filter(
          (user) => !user.partner_id?.active,
        )
        if (archived.length > 0)
          await this.env
            .model(
              'res.partner',
              archived.flatMap((user) => (user.partner_id ? [user.partner_id.id] : [])),
            )
            .write({ active: true })
      }
    },
)

function withLogin(values: Values): Values {
  if (!values['login']) throw new ValidationError('ERR_USER_LOGIN', 'A user needs a login.')
  return values['email'] === undefined && String(values['login']).includes('@')
    ? { ...values, email: values['login'] }
    : values
}

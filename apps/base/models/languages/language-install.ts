/** The dialog that activates languages: turns them on and brings the names of countries in them. */

import { api, behaviour, type Def, type Env, expose, f, fields, model, t } from '#framework'

export const languageInstall = fields({
  lang_ids: f.m2m('res.lang', {
    label: 'Languages',
    required: true,
    table: 'res_lang_install_rel',
    column1: 'language_wizard_id',
    column2: 'lang_id',
  }),
  overwrite: f.bool({ label: 'Overwrite Existing Terms', default: true }),
})

declare module '#framework' {
  interface Registry {
    'base.language.install': BaseLanguageInstallData
  }
  interface BaseLanguageInstallData extends Def<typeof languageInstall> {}
}

model('base.language.install', languageInstall, { description: 'Install Language', transient: true })

expose('base.language.install', {
  lang_install: api({ params: {}, returns: t.json, access: 'write', doc: 'Activate the chosen languages' }),
})

behaviour(
  'base.language.install',
  (Base) =>
    class extends Base {
      async lang_install(): Promise<unknown> {
        // Languages to be activated are archived ones.
        const chosen = await this.env
          .withContext({ active_test: false })
          .model('base.language.install', this.ids)
          .load('lang_ids.code', 'overwrite')
        for (const wizard of chosen) {
          for (const { id, code } of wizard.lang_ids) {
            await this.env.model('res.lang', [id]).write({ active: true })
            await translateCountries(this.env, code)
          }
        }
        return {
          type: 'ir.actions.client',
          tag: 'display_notification',
          params: {
            message: 'The languages that you selected have been installed.',
            next: { type: 'ir.actions.act_window_close' },
          },
        }
      }
    },
)

/** Writes the names of all countries in a language, from the Unicode CLDR that the runtime carries. */
export async function translateCountries(env: Env, code: string): Promise<void> {
  const locale = code.replace('_', '-').replace(/@.*/, '')
  const names = new Intl.DisplayNames([locale], { type: 'region', fallback: 'none' })
  const inLanguage = env.withContext({ lang: code })
  for (const country of await env.model('res.country', (await env.model('res.country').search([])).ids).load('code')) {
    const name = names.of(country.code)
    if (name) await inLanguage.model('res.country', [country.id]).write({ name })
  }
}

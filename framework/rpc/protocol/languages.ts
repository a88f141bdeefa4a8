/** Languages as `db.list_lang` shows them to clients that set up a user interface before anybody signs in. */

const codes = [
  'ar_001',
  'bg_BG',
  'bs_BA',
  'ca_ES',
  'cs_CZ',
  'da_DK',
  'de_CH',
  'de_DE',
  'el_GR',
  'en_AU',
  'en_CA',
  'en_GB',
  'en_IN',
  'en_US',
  'es_419',
  'es_AR',
  'es_CL',
  'es_CO',
  'es_ES',
  'es_MX',
  'et_EE',
  'eu_ES',
  'fa_IR',
  'fi_FI',
  'fr_BE',
  'fr_CA',
  'fr_CH',
  'fr_FR',
  'gl_ES',
  'he_IL',
  'hi_IN',
  'hr_HR',
  'hu_HU',
  'id_ID',
  'it_IT',
  'ja_JP',
  'ka_GE',
  'ko_KR',
  'lt_LT',
  'lv_LV',
  'mk_MK',
  'mn_MN',
  'ms_MY',
  'nb_NO',
  'nl_BE',
  'nl_NL',
  'pl_PL',
  'pt_BR',
  'pt_PT',
  'ro_RO',
  'ru_RU',
  'sk_SK',
  'sl_SI',
  'sq_AL',
  'sr_RS',
  'sv_SE',
  'th_TH',
  'tr_TR',
  'uk_UA',
  'vi_VN',
  'zh_CN',
  'zh_TW',
] as const

let made: readonly (readonly [string, string])[] | undefined

/** Pairs of code and `English name / own name`, by name. The names come from Unicode CLDR through Node. */
export function listLanguages(): readonly (readonly [string, string])[] {
  made ??= codes
    .map((code) => {
      const tag = code.replace('_', '-')
      const english = new Intl.DisplayNames(['en'], { type: 'language' }).of(tag) ?? code
      const own = new Intl.DisplayNames([tag], { type: 'language' }).of(tag) ?? english
      return [code, english === own ? english : `${english} / ${own}`] as const
    })
    .sort((a, b) => (a[1] < b[1] ? -1 : 1))
  return made
}

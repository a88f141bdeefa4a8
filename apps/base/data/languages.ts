/** Languages that can be activated, with how each writes dates, times and numbers. The place in the list is the record's id. */

import { languageNames } from '#framework'

type Row = readonly [
  code: string, key: string, iso: string, url: string, date: string, time: string, weekStart: string, grouping: string, decimal: string, thousands: string,
]

// Codes, external ids and formats as clients of Odoo know them.
const rows: readonly Row[] = [
  ['en_US', 'en', 'en', 'en', '%m/%d/%Y', '%H:%M:%S', '7', '[3,0]', '.', ','],
  ['am_ET', 'am_ET', 'am_ET', 'am_ET', '%d/%m/%Y', '%I:%M:%S', '7', '[3,0]', '.', ','],
  ['ar_001', 'ar', 'ar', 'ar', '%d %b, %Y', '%I:%M:%S %p', '6', '[3,0]', '.', ','],
  ['ar_SY', 'ar_SY', 'ar_SY', 'ar_SY', '%d %b, %Y', '%I:%M:%S %p', '6', '[3,0]', '.', ','],
  ['az_AZ', 'az', 'az', 'az', '%d.%m.%Y', '%H:%M:%S', '1', '[3,0]', ',', '\u00a0'],
  ['eu_ES', 'eu_ES', 'eu_ES', 'eu_ES', '%a, %Y.eko %bren %da', '%H:%M:%S', '1', '[]', ',', ''],
  ['be_BY', 'be', 'be', 'be', '%d.%m.%Y', '%H:%M:%S', '1', '[3,0]', ',', ' '],
  ['bn_IN', 'bn_IN', 'bn_IN', 'bn_IN', '%A %d %b %Y', '%I:%M:%S', '1', '[]', ',', ''],
  ['bs_BA', 'bs_BA', 'bs', 'bs', '%d.%m.%Y', '%H:%M:%S', '1', '[3,0]', ',', '.'],
  ['bg_BG', 'bg', 'bg', 'bg', '%d.%m.%Y', '%H,%M,%S', '1', '[3,0]', ',', ''],
  ['ca_ES', 'ca_ES', 'ca_ES', 'ca_ES', '%d/%m/%Y', '%H:%M:%S', '1', '[3,0]', ',', '.'],
  ['zh_CN', 'zh_CN', 'zh_CN', 'zh_CN', '%Y年%m月%d日', '%H时%M分%S秒', '7', '[3,0]', '.', ','],
  ['zh_HK', 'zh_HK', 'zh_HK', 'zh_HK', '%Y年%m月%d日 %A', '%I時%M分%S秒', '7', '[3,0]', '.', ','],
  ['zh_TW', 'zh_TW', 'zh_TW', 'zh_TW', '%Y年%m月%d日', '%H時%M分%S秒', '7', '[3,0]', '.', ','],
  ['hr_HR', 'hr', 'hr', 'hr', '%d.%m.%Y', '%H:%M:%S', '1', '[3,0]', ',', '.'],
  ['cs_CZ', 'cs_CZ', 'cs_CZ', 'cs_CZ', '%d.%m.%Y', '%H:%M:%S', '1', '[3,0]', ',', '\u00a0'],
  ['da_DK', 'da_DK', 'da_DK', 'da_DK', '%d-%m-%Y', '%H:%M:%S', '1', '[3,0]', ',', '.'],
  ['nl_BE', 'nl_BE', 'nl_BE', 'nl_BE', '%d-%m-%Y', '%H:%M:%S', '1', '[3,0]', ',', '.'],
  ['nl_NL', 'nl', 'nl', 'nl', '%d-%m-%Y', '%H:%M:%S', '1', '[3,0]', ',', '.'],
  ['en_AU', 'en_AU', 'en_AU', 'en_AU', '%d/%m/%Y', '%H:%M:%S', '7', '[3,0]', '.', ','],
  ['en_CA', 'en_CA', 'en_CA', 'en_CA', '%Y-%m-%d', '%H:%M:%S', '7', '[3,0]', '.', ','],
  ['en_GB', 'en_GB', 'en_GB', 'en_GB', '%d/%m/%Y', '%H:%M:%S', '1', '[3,0]', '.', ','],
  ['en_IN', 'en_IN', 'en_IN', 'en_IN', '%d/%m/%Y', '%H:%M:%S', '7', '[3,2,0]', '.', ','],
  ['en_NZ', 'en_NZ', 'en_NZ', 'en_NZ', '%d/%m/%Y', '%H:%M:%S', '7', '[3,0]', '.', ','],
  ['et_EE', 'et_EE', 'et', 'et', '%d.%m.%Y', '%H:%M:%S', '1', '[3,0]', ',', '\u00a0'],
  ['fi_FI', 'fi', 'fi', 'fi', '%d.%m.%Y', '%H.%M.%S', '1', '[3,0]', ',', '\u00a0'],
  ['fr_BE', 'fr_BE', 'fr_BE', 'fr_BE', '%d/%m/%Y', '%H:%M:%S', '1', '[3,0]', ',', '.'],
  ['fr_CA', 'fr_CA', 'fr_CA', 'fr_CA', '%Y-%m-%d', '%H:%M:%S', '7', '[3,0]', ',', '\u00a0'],
  ['fr_CH', 'fr_CH', 'fr_CH', 'fr_CH', '%d.%m.%Y', '%H:%M:%S', '1', '[3,0]', '.', '\''],
  ['fr_FR', 'fr', 'fr', 'fr', '%d/%m/%Y', '%H:%M:%S', '1', '[3,0]', ',', '\u00a0'],
  ['gl_ES', 'gl_ES', 'gl', 'gl', '%d/%m/%Y', '%H:%M:%S', '1', '[]', ',', ''],
  ['ka_GE', 'ka_GE', 'ka', 'ka', '%m/%d/%Y', '%H:%M:%S', '1', '[3,0]', ',', '.'],
  ['de_DE', 'de', 'de', 'de', '%d.%m.%Y', '%H:%M:%S', '1', '[3,0]', ',', '.'],
  ['de_CH', 'de_CH', 'de_CH', 'de_CH', '%d.%m.%Y', '%H:%M:%S', '1', '[3,0]', '.', '\''],
  ['el_GR', 'el_GR', 'el_GR', 'el_GR', '%d/%m/%Y', '%I:%M:%S %p', '1', '[]', ',', '.'],
  ['gu_IN', 'gu_IN', 'gu', 'gu', '%A %d %b %Y', '%I:%M:%S', '7', '[]', '.', ','],
  ['he_IL', 'he_IL', 'he', 'he', '%d/%m/%Y', '%H:%M:%S', '7', '[3,0]', '.', ','],
  ['hi_IN', 'hi_IN', 'hi', 'hi', '%A %d %b %Y', '%I:%M:%S', '7', '[]', '.', ','],
  ['hu_HU', 'hu', 'hu', 'hu', '%Y-%m-%d', '%H:%M:%S', '1', '[3,0]', ',', '.'],
  ['id_ID', 'id', 'id', 'id', '%d/%m/%Y', '%H:%M:%S', '7', '[3,0]', ',', '.'],
  ['it_IT', 'it', 'it', 'it', '%d/%m/%Y', '%H:%M:%S', '1', '[3,0]', ',', '.'],
  ['ja_JP', 'ja_JP', 'ja', 'ja', '%Y年%m月%d日', '%H時%M分%S秒', '7', '[3,0]', '.', ','],
  ['kab_DZ', 'kab_DZ', 'kab', 'kab', '%m/%d/%Y', '%I:%M:%S %p', '6', '[]', '.', ','],
  ['km_KH', 'km', 'km', 'km', '%d %B %Y', '%H:%M:%S', '7', '[3,0]', '.', ','],
  ['ko_KP', 'ko_KP', 'ko_KP', 'ko_KP', '%m/%d/%Y', '%I:%M:%S %p', '1', '[3,0]', '.', ','],
  ['ko_KR', 'ko_KR', 'ko_KR', 'ko_KR', '%Y년 %m월 %d일', '%H시 %M분 %S초', '7', '[3,0]', '.', ','],
  ['lo_LA', 'lo_LA', 'lo', 'lo', '%d/%m/%Y', '%H:%M:%S', '7', '[3,0]', '.', ','],
  ['lv_LV', 'lv', 'lv', 'lv', '%Y.%m.%d.', '%H:%M:%S', '1', '[3,0]', ',', '\u00a0'],
  ['lt_LT', 'lt', 'lt', 'lt', '%Y-%m-%d', '%H:%M:%S', '1', '[3,0]', ',', '.'],
  ['lb_LU', 'lb', 'lb', 'lb', '%d/%m/%Y', '%H:%M:%S', '1', '[3,0]', ',', '\u00a0'],
  ['mk_MK', 'mk', 'mk', 'mk', '%d.%m.%Y', '%H:%M:%S', '1', '[3,0]', ',', '\u00a0'],
  ['ml_IN', 'ml', 'ml', 'ml', '%d/%m/%Y', '%H:%M:%S', '1', '[3,0]', ',', '\u00a0'],
  ['mn_MN', 'mn', 'mn', 'mn', '%Y-%m-%d', '%H:%M:%S', '7', '[3,0]', '.', '\''],
  ['ms_MY', 'ms', 'ms', 'ms', '%d/%m/%Y', '%H:%M:%S', '1', '[3,0]', '.', ','],
  ['my_MM', 'my', 'my', 'mya', '%Y %b %d %A', '%I:%M:%S %p', '7', '[3,3]', '.', ','],
  ['nb_NO', 'nb_NO', 'nb_NO', 'nb_NO', '%d.%m.%Y', '%H:%M:%S', '1', '[3,0]', ',', '\u00a0'],
  ['fa_IR', 'fa_IR', 'fa', 'fa', '%Y/%m/%d', '%H:%M:%S', '6', '[3,0]', '.', ','],
  ['pl_PL', 'pl', 'pl', 'pl', '%d.%m.%Y', '%H:%M:%S', '1', '[]', ',', ''],
  ['pt_AO', 'pt_AO', 'pt_AO', 'pt_AO', '%d-%m-%Y', '%H:%M:%S', '1', '[]', ',', ''],
  ['pt_BR', 'pt_BR', 'pt_BR', 'pt_BR', '%d/%m/%Y', '%H:%M:%S', '7', '[3,0]', ',', '.'],
  ['pt_PT', 'pt', 'pt', 'pt', '%d-%m-%Y', '%H:%M:%S', '1', '[]', ',', ''],
  ['ro_RO', 'ro', 'ro', 'ro', '%d.%m.%Y', '%H:%M:%S', '1', '[3,0]', ',', '.'],
  ['ru_RU', 'ru', 'ru', 'ru', '%d.%m.%Y', '%H:%M:%S', '1', '[3,0]', ',', '\u00a0'],
  ['sr@Cyrl', 'sr@Cyrl', 'sr@Cyrl', 'sr@Cyrl', '%d.%m.%Y.', '%H:%M:%S', '7', '[]', ',', ''],
  ['sr@latin', 'sr@latin', 'sr@latin', 'sr@latin', '%m/%d/%Y', '%I:%M:%S %p', '7', '[]', '.', ','],
  ['sk_SK', 'sk', 'sk', 'sk', '%d.%m.%Y', '%H:%M:%S', '1', '[3,0]', ',', '\u00a0'],
  ['sl_SI', 'sl_SI', 'sl', 'sl', '%d. %m. %Y', '%H:%M:%S', '1', '[]', ',', '\u00a0'],
  ['es_419', 'es_419', 'es_419', 'es', '%d/%m/%Y', '%H:%M:%S', '1', '[3,0]', ',', '.'],
  ['es_AR', 'es_AR', 'es_AR', 'es_AR', '%d/%m/%Y', '%H:%M:%S', '7', '[3,0]', ',', '.'],
  ['es_BO', 'es_BO', 'es_BO', 'es_BO', '%d/%m/%Y', '%H:%M:%S', '1', '[3,0]', ',', '.'],
  ['es_CL', 'es_CL', 'es_CL', 'es_CL', '%d/%m/%Y', '%H:%M:%S', '1', '[3,0]', ',', '.'],
  ['es_CO', 'es_CO', 'es_CO', 'es_CO', '%d-%m-%Y', '%H:%M:%S', '7', '[3,0]', ',', '.'],
  ['es_CR', 'es_CR', 'es_CR', 'es_CR', '%d/%m/%Y', '%H:%M:%S', '1', '[3,0]', '.', ','],
  ['es_DO', 'es_DO', 'es_DO', 'es_DO', '%d/%m/%Y', '%I:%M:%S %p', '1', '[3,0]', '.', ','],
  ['es_EC', 'es_EC', 'es_EC', 'es_EC', '%d/%m/%Y', '%H:%M:%S', '1', '[3,0]', ',', '.'],
  ['es_GT', 'es_GT', 'es_GT', 'es_GT', '%d/%m/%Y', '%H:%M:%S', '7', '[3,0]', '.', ','],
  ['es_MX', 'es_MX', 'es_MX', 'es_MX', '%d/%m/%Y', '%H:%M:%S', '7', '[3,0]', '.', ','],
  ['es_PA', 'es_PA', 'es_PA', 'es_PA', '%d/%m/%Y', '%H:%M:%S', '7', '[3,0]', '.', ','],
  ['es_PE', 'es_PE', 'es_PE', 'es_PE', '%d/%m/%Y', '%H:%M:%S', '7', '[3,0]', '.', ','],
  ['es_PY', 'es_PY', 'es_PY', 'es_PY', '%d/%m/%Y', '%H:%M:%S', '7', '[3,0]', ',', '.'],
  ['es_UY', 'es_UY', 'es_UY', 'es_UY', '%d/%m/%Y', '%H:%M:%S', '1', '[3,0]', ',', '.'],
  ['es_VE', 'es_VE', 'es_VE', 'es_VE', '%d/%m/%Y', '%H:%M:%S', '7', '[3,0]', ',', '.'],
  ['es_ES', 'es', 'es', 'es_ES', '%d/%m/%Y', '%H:%M:%S', '1', '[3,0]', ',', '.'],
  ['sw', 'sw', 'sw', 'sw', '%d/%m/%Y', '%H:%M:%S', '1', '[3,0]', '.', ','],
  ['sv_SE', 'sv_SE', 'sv', 'sv', '%Y-%m-%d', '%H:%M:%S', '1', '[3,0]', ',', '\u00a0'],
  ['th_TH', 'th', 'th', 'th', '%d/%m/%Y', '%H:%M:%S', '7', '[3,0]', '.', ','],
  ['tl_PH', 'tl', 'tl', 'tl', '%m/%d/%y', '%H:%M:%S', '1', '[3,0]', '.', ','],
  ['tr_TR', 'tr', 'tr', 'tr', '%d-%m-%Y', '%H:%M:%S', '1', '[3,0]', ',', '.'],
  ['uk_UA', 'uk_UA', 'uk', 'uk', '%d.%m.%Y', '%H:%M:%S', '1', '[3,0]', ',', '\u00a0'],
  ['vi_VN', 'vi_VN', 'vi', 'vi', '%d/%m/%Y', '%H:%M:%S', '1', '[3,0]', ',', '.'],
  ['sq_AL', 'sq_AL', 'sq', 'sq', '%Y-%b-%d', '%I.%M.%S.', '1', '[3,0]', ',', '.'],
  ['te_IN', 'te_IN', 'te', 'te', '%B %d %A %Y', '%p%I.%M.%S', '7', '[]', '.', ','],
  ['uz_UZ', 'uz_UZ', 'uz', 'uz', '%d/%m/%Y', '%H:%M:%S', '1', '[3,0]', ',', '\u00a0'],
]

const rightToLeft = new Set(['ar', 'he', 'fa', 'ur'])

/** Values of `res.lang` records by external id. Only English is active at first. */
export function languageRecords(): Record<string, Record<string, unknown>> {
  const records: Record<string, Record<string, unknown>> = {}
  for (const [i, [code, key, iso, url, date, time, weekStart, grouping, decimal, thousands]] of rows.entries()) {
    records[`lang_${key}`] = {
      id: i + 1, name: nameOf.get(code) ?? code, code, iso_code: iso, url_code: url, active: code === 'en_US',
      direction: rightToLeft.has(code.slice(0, 2)) ? 'rtl' : 'ltr', date_format: date, time_format: time,
      short_time_format: time.replace(/[:.,]?%S[초秒]?/u, '').trim(), week_start: weekStart, grouping, decimal_point: decimal, thousands_sep: thousands || null,
    }
  }
  return records
}

const nameOf = new Map(languageNames)

/** Selection of all languages by code. */
export const languageChoices: Readonly<Record<string, string>> = Object.fromEntries(rows.map(([code]) => [code, nameOf.get(code) ?? code]))

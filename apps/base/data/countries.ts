/** Countries from the package `world-countries` (ISO 3166-1), under the ids that clients of Odoo know. */

import { records, ref } from '#framework'
import worldCountries from 'world-countries'

// The package's own declaration does not fit its ES module; these are the parts that are used.
interface Country {
  readonly cca2: string
  readonly name: { readonly common: string }
  readonly currencies?: Readonly<Record<string, unknown>>
  readonly idd?: { readonly root?: string; readonly suffixes?: readonly string[] }
}
const countries = worldCountries as unknown as readonly Country[]

// The place in this list is the record's id; clients keep such ids (Belgium 20, France 75).
const order = `
  AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY
  BZ CA CC CF CD CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK
  FM FO FR GA GD GE GF GH GI GG GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS
  IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML
  MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN
  PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG
  TH TJ TK TM TN TO TL TR TT TV TW TZ UA UG GB UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW XK
`.trim().split(/\s+/)

const zipFirst = '%(street)s\n%(street2)s\n%(zip)s %(city)s\n%(country_name)s'
const stateInFull = '%(street)s\n%(street2)s\n%(city)s %(state_name)s %(zip)s\n%(country_name)s'

// Where the usual layout (city, state code, zip) is not how the post of the country wants it (UPU addressing guides).
const layouts: Readonly<Record<string, string>> = {
  ...Object.fromEntries(['AT', 'BE', 'CH', 'DE', 'DK', 'FI', 'FR', 'HR', 'IT', 'LI', 'LU', 'NL', 'NO', 'PL', 'SE'].map((code) => [code, zipFirst])),
  ...Object.fromEntries(['AR', 'CO', 'DO', 'PA', 'TR'].map((code) => [code, stateInFull])),
  BR: '%(street)s\n%(street2)s\n%(city)s %(state_code)s\n%(zip)s\n%(country_name)s',
  CN: '%(country_name)s, %(zip)s\n%(state_name)s %(city)s %(street)s %(street2)s',
  ES: '%(street)s\n%(street2)s\n%(zip)s %(city)s\n%(state_name)s\n%(country_name)s',
  GB: '%(street)s\n%(street2)s\n%(city)s\n%(state_name)s\n%(zip)s\n%(country_name)s',
  IN: '%(street)s\n%(street2)s\n%(city)s %(zip)s\n%(state_name)s %(state_code)s\n%(country_name)s',
  JP: '%(zip)s\n%(state_name)s %(city)s\n%(street)s\n%(street2)s\n%(country_name)s',
  MX: '%(street)s\n%(street2)s\n%(zip)s %(city)s, %(state_code)s\n%(country_name)s',
  TH: '%(street)s\n%(street2)s\n%(city)s\n%(state_name)s %(zip)s\n%(country_name)s',
}

const vatLabels: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    'BE BG CY CZ DE DK EE ES FI FR GB GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK'.split(' ').map((code) => [code, 'VAT']),
  ),
  AR: 'CUIT', AT: 'USt', AU: 'ABN', CA: 'GST/HST number', CL: 'RUT', CO: 'NIT', DO: 'RNC', EC: 'RUC', GT: 'NIT', HN: 'RTN', ID: 'NPWP',
  IN: 'GSTIN', MX: 'RFC', NZ: 'GST', PA: 'RUC', PE: 'RUC', PF: 'N° Tahiti', PK: 'NTN', SG: 'GST No.', UG: 'TIN', UY: 'RUT', ZM: 'TPIN',
}

const stateRequired = new Set(['AR', 'AU', 'CA', 'ID', 'IN', 'IT', 'JP', 'MX', 'US'])

/** External id of a country: its code in small letters, but `uk` as in Odoo. */
export function countryKey(code: string): string {
  return code === 'GB' ? 'uk' : code.toLowerCase()
}

/** Currencies that countries use now, by country code. */
export const currencyOf: ReadonlyMap<string, string> = new Map(
  countries.flatMap((country) => {
    const used = Object.keys(country.currencies ?? {})
    return used[0] ? [[country.cca2, used[0]] as const] : []
  }),
)

// Root and suffix make the calling code where there is one suffix; with many (area codes of a shared plan) the root is it.
function callingCode(idd: Country['idd']): number | null {
  if (!idd?.root) return null
  const suffix = idd.suffixes?.length === 1 ? idd.suffixes[0] : ''
  return Number(`${idd.root}${suffix}`.replace(/\D/g, '')) || null
}

/** Values of the `res.country` records by external id. `currencies`: codes of the currencies that exist as records. */
export function countryRecords(currencies: ReadonlySet<string>): Record<string, Record<string, unknown>> {
  const byCode = new Map(countries.map((country) => [country.cca2, country]))
  const rows: Record<string, Record<string, unknown>> = {}
  for (const [i, code] of order.entries()) {
    const country = byCode.get(code)
    if (!country) throw new TypeError(`The package world-countries does not know the country ${code}.`)
    const currency = currencyOf.get(code)
    rows[countryKey(code)] = {
      id: i + 1,
      name: country.name.common,
      code,
      phone_code: callingCode(country.idd),
      ...(currency && currencies.has(currency) ? { currency_id: ref(`base.${currency}`) } : {}),
      ...(layouts[code] ? { address_format: layouts[code] } : {}),
      ...(vatLabels[code] ? { vat_label: vatLabels[code] } : {}),
      state_required: stateRequired.has(code),
      ...(code === 'JP' ? { name_position: 'after' } : {}),
    }
  }
  return rows
}

const members = (codes: string) => [[6, 0, codes.split(' ').map((code) => ref(`base.${countryKey(code)}`))]]

/** Declares the groups of countries; after the countries. */
export function declareCountryGroups(): void {
  const union = 'AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE'
  records('res.country.group', {
    europe: { id: 1, name: 'European Union', code: 'EU', country_ids: members(union) },
    south_america: { id: 2, name: 'South America', code: 'SOUTH-AMERICA', country_ids: members('AR BO BR CL CO EC FK GS GF GY PY PE SR UY VE') },
    sepa_zone: {
      id: 3, name: 'SEPA Countries', code: 'SEPA',
      country_ids: members(`${union} AD AX BL CH GB GF GG GI GP IM IS JE LI MC MF MQ NO PM RE SM VA YT`),
    },
    gulf_cooperation_council: { id: 4, name: 'Gulf Cooperation Council', code: 'GCC', country_ids: members('SA AE BH OM QA KW') },
    eurasian_economic_union: { id: 5, name: 'Eurasian Economic Union', code: 'EEU', country_ids: members('RU BY AM KG KZ') },
    ch_and_li: { id: 6, name: 'Switzerland and Liechtenstein', code: 'CH-LI', country_ids: members('CH LI') },
  })
}

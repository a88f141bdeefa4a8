/** Currencies: numbers and decimals of ISO 4217 from the package `currency-codes`, names and symbols from the Unicode CLDR. */

import iso4217 from 'currency-codes'

// The place in this list is the record's id; clients keep such ids (US dollar 1, euro 125).
const order = `
  USD VEF CAD CHF BRL CNY CNH COP CZK DKK HUF IDR LVL NOK XPF PAB PLN SEK ARS INR AUD UAH VND HKD JPY BGN LTL
  RON HRK RUB TRY KRW MXN MYR NZD PHP SGD ZAR CRC MUR XOF XAF UGX HNL CLP UYU AFN AOA XCD AMD AWG AZN BSD BHD
  BDT BBD BYR BYN BZD BMD BTN BOB BAM BWP BIF KHR KYD KMF CDF CUP ANG DJF DOP EGP SVC ERN ETB FKP FJD GEL GIP
  GNF GYD HTG ISK IRR IQD ILS JMD JOD KZT KES KWD KGS LAK LBP LSL LRD LYD MOP MKD MGA MWK MVR MRO MRU MDL MNT
  MAD BND DZD GHS GMD MZN MMK NAD NPR ALL NIO NGN KPW ZIG ZMW YER EUR VUV UZS AED TMT TND TTD TOP THB TZS TJS
  TWD SYP SZL SRD SDG LKR SSP GBP SOS SBD SLL SLE SCR RSD SAR STD WST SHP RWF QAR PEN PYG PGK PKR OMR CVE COU
  CLF CUC GTQ VES UYW UYI STN
`.trim().split(/\s+/)

// Withdrawn from ISO 4217 or never part of it, but still found in the books of companies: number and decimals.
const withdrawn: Readonly<Record<string, readonly [number: number | null, digits: number]>> = {
  ANG: [532, 2], BYR: [974, 0], CNH: [null, 2], CUC: [931, 2], HRK: [191, 2], LTL: [440, 2], LVL: [428, 2], MRO: [478, 2],
  SLL: [694, 2], STD: [678, 2], VEF: [937, 2], ZIG: [null, 2], ZMK: [894, 2], BGN: [975, 2],
}

const before = new Set(
  `USD CHF BRL CNY CNH COP DKK IDR NOK ARS INR AUD HKD JPY KRW MXN MYR NZD SGD ZAR CRC HNL CLP ANG DOP ILS MVR GBP PEN COU CLF`.split(' '),
)

/** Codes of all currencies in the order of their ids. */
export const currencyCodes: readonly string[] = order

/** Values of the `res.currency` records by external id; only the US dollar and the euro are active at first. */
export function currencyRecords(): Record<string, Record<string, unknown>> {
  const names = new Intl.DisplayNames(['en'], { type: 'currency', fallback: 'none' })
  const rows: Record<string, Record<string, unknown>> = {}
  for (const [i, code] of order.entries()) {
    const listed = iso4217.code(code)
    const digits = listed?.digits ?? withdrawn[code]?.[1] ?? 2
    rows[code] = {
      id: i + 1,
      name: code,
      iso_numeric: listed ? Number(listed.number) : (withdrawn[code]?.[0] ?? null),
      full_name: names.of(code) ?? listed?.currency ?? code,
      symbol: symbolOf(code),
      rounding: Number((10 ** -digits).toFixed(digits)),
      position: before.has(code) ? 'before' : 'after',
      active: code === 'USD' || code === 'EUR',
    }
  }
  return rows
}

function symbolOf(code: string): string {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency: code, currencyDisplay: 'narrowSymbol' })
  return format.formatToParts(0).find((part) => part.type === 'currency')?.value ?? code
}

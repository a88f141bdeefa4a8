/** Parts of countries (ISO 3166-2) for the countries whose addresses need or often have them. */

import { ref } from '#framework'
import { countryKey } from './countries.ts'

// Country, then `CODE Name` separated by commas.
const parts: Readonly<Record<string, string>> = {
  US: `AL Alabama, AK Alaska, AZ Arizona, AR Arkansas, CA California, CO Colorado, CT Connecticut, DE Delaware, DC District of Columbia,
    FL Florida, GA Georgia, HI Hawaii, ID Idaho, IL Illinois, IN Indiana, IA Iowa, KS Kansas, KY Kentucky, LA Louisiana, ME Maine,
    MD Maryland, MA Massachusetts, MI Michigan, MN Minnesota, MS Mississippi, MO Missouri, MT Montana, NE Nebraska, NV Nevada,
    NH New Hampshire, NJ New Jersey, NM New Mexico, NY New York, NC North Carolina, ND North Dakota, OH Ohio, OK Oklahoma, OR Oregon,
    PA Pennsylvania, PR Puerto Rico, RI Rhode Island, SC South Carolina, SD South Dakota, TN Tennessee, TX Texas, UT Utah, VT Vermont,
    VA Virginia, WA Washington, WV West Virginia, WI Wisconsin, WY Wyoming`,
  CA: `AB Alberta, BC British Columbia, MB Manitoba, NB New Brunswick, NL Newfoundland and Labrador, NT Northwest Territories,
    NS Nova Scotia, NU Nunavut, ON Ontario, PE Prince Edward Island, QC Quebec, SK Saskatchewan, YT Yukon`,
  AU: `ACT Australian Capital Territory, NSW New South Wales, NT Northern Territory, QLD Queensland, SA South Australia, TAS Tasmania,
    VIC Victoria, WA Western Australia`,
  BE: `VAN Antwerp, BRU Brussels, VOV East Flanders, VBR Flemish Brabant, WHT Hainaut, WLG Liège, VLI Limburg, WLX Luxembourg, WNA Namur,
    WBR Walloon Brabant, VWV West Flanders`,
  NL: `DR Drenthe, FL Flevoland, FR Fryslân, GE Gelderland, GR Groningen, LI Limburg, NB Noord-Brabant, NH Noord-Holland, OV Overijssel,
    UT Utrecht, ZE Zeeland, ZH Zuid-Holland`,
  DE: `BW Baden-Württemberg, BY Bayern, BE Berlin, BB Brandenburg, HB Bremen, HH Hamburg, HE Hessen, MV Mecklenburg-Vorpommern,
    NI Niedersachsen, NW Nordrhein-Westfalen, RP Rheinland-Pfalz, SL Saarland, SN Sachsen, ST Sachsen-Anhalt, SH Schleswig-Holstein,
    TH Thüringen`,
}

/** Values of the `res.country.state` records by external id. */
export function stateRecords(): Record<string, Record<string, unknown>> {
  const rows: Record<string, Record<string, unknown>> = {}
  for (const [country, list] of Object.entries(parts)) {
    for (const part of list.split(',')) {
      const [, code, name] = /^\s*(\S+)\s+(.*?)\s*$/.exec(part) ?? []
      if (!code || !name) throw new TypeError(`Cannot read the part '${part}' of ${country}.`)
      rows[`state_${country.toLowerCase()}_${code.toLowerCase()}`] = { country_id: ref(`base.${countryKey(country)}`), code, name }
    }
  }
  return rows
}

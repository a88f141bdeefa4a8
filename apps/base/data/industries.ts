/** Sectors after the sections of NACE Rev. 2 (Regulation (EC) No 1893/2006). */

import { records } from '#framework'

const sections: readonly (readonly [name: string, title: string])[] = [
  ['Agriculture', 'A - Agriculture, forestry and fishing'],
  ['Mining', 'B - Mining and quarrying'],
  ['Manufacturing', 'C - Manufacturing'],
  ['Energy supply', 'D - Electricity, gas, steam and air conditioning supply'],
  ['Water supply', 'E - Water supply; sewerage, waste management and remediation activities'],
  ['Construction', 'F - Construction'],
  ['Wholesale/Retail', 'G - Wholesale and retail trade; repair of motor vehicles and motorcycles'],
  ['Transportation/Logistics', 'H - Transportation and storage'],
  ['Food/Hospitality', 'I - Accommodation and food service activities'],
  ['IT/Communication', 'J - Information and communication'],
  ['Finance/Insurance', 'K - Financial and insurance activities'],
  ['Real Estate', 'L - Real estate activities'],
  ['Scientific', 'M - Professional, scientific and technical activities'],
  ['Administrative/Utilities', 'N - Administrative and support service activities'],
  ['Public Administration', 'O - Public administration and defence; compulsory social security'],
  ['Education', 'P - Education'],
  ['Health/Social', 'Q - Human health and social work activities'],
  ['Entertainment', 'R - Arts, entertainment and recreation'],
  ['Other Services', 'S - Other service activities'],
  ['Households', 'T - Activities of households as employers'],
  ['Extraterritorial', 'U - Activities of extraterritorial organisations and bodies'],
]

/** Declares the sectors, ids in the order of the sections. */
export function declareIndustries(): void {
  records('res.partner.industry', Object.fromEntries(
    sections.map(([name, full_name], i) => [`res_partner_industry_${full_name.charAt(0)}`, { id: i + 1, name, full_name }]),
  ), { update: false })
}

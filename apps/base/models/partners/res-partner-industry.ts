/** Sectors of the economy, after the sections of NACE / ISIC. */

import { type Def, f, fields, model } from '#framework'

export const partnerIndustry = fields({
  name: f.char({ label: 'Name', translate: true }),
  full_name: f.char({ label: 'Full Name', translate: true }),
  active: f.bool({ label: 'Active', default: true }),
})

declare module '#framework' {
  interface Registry {
    'res.partner.industry': ResPartnerIndustryData
  }
  interface ResPartnerIndustryData extends Def<typeof partnerIndustry> {}
}

model('res.partner.industry', partnerIndustry, { description: 'Industry', order: 'name, id' })

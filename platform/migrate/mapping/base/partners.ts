/** Partners with their tags, sectors and bank accounts. */

import type { LinkMapping, TableMapping } from '../mapping.ts'

export const partnerCategory: TableMapping = {
  table: 'res_partner_category',
  model: 'res.partner.category',
  computedHere: ['parent_path'],
}

export const partnerTitle: TableMapping = { table: 'res_partner_title', model: 'res.partner.title' }

export const industry: TableMapping = { table: 'res_partner_industry', model: 'res.partner.industry', keys: [['name']] }

export const bank: TableMapping = { table: 'res_bank', model: 'res.bank', keys: [['bic', 'name']] }

export const partner: TableMapping = {
  table: 'res_partner',
  model: 'res.partner',
  takeOver: 'all',
  // Odoo 19 has one number; the mobile one stays aside as well.
  derive: { phone: { columns: ['phone'], value: (read) => read('phone') ?? read('mobile') } },
  // Odoo 17 and 18 have a private address type of follow-up that became `other`.
  values: { type: { followup: 'other', private: 'other' } },
}

export const partnerBank: TableMapping = {
  table: 'res_partner_bank',
  model: 'res.partner.bank',
  keys: [['sanitized_acc_number', 'partner_id']],
}

export const partnerCategories: LinkMapping = {
  tables: ['res_partner_res_partner_category_rel'],
  model: 'res.partner',
  field: 'category_id',
  own: 'partner_id',
  other: 'category_id',
}

/** Taxes that a tenant starts with: none is forced on anybody; the demo company brings its own. */

import { records, ref } from '#framework'

records('account.tax.group', {
  'account.tax_group_15': { id: 1, name: 'Tax 15%', company_id: ref('base.main_company') },
}, { update: false })

records('account.tax', {
  'account.1_sale_tax_template': {
    id: 1, name: '15%', amount: 15, amount_type: 'percent', type_tax_use: 'sale', tax_group_id: ref('account.tax_group_15'),
    company_id: ref('base.main_company'), invoice_label: '15%',
  },
  'account.1_purchase_tax_template': {
    id: 2, name: '15%', amount: 15, amount_type: 'percent', type_tax_use: 'purchase', tax_group_id: ref('account.tax_group_15'),
    company_id: ref('base.main_company'), invoice_label: '15%',
  },
}, { update: false })

/** A tax: a rate or an amount, added to the price or contained in it. */

import { computed, constrain, type Def, type Env, f, fields, model, ValidationError } from '#framework'

export const tax = fields({
  name: f.char({ label: 'Tax Name', required: true, translate: true }),
  type_tax_use: f.sel(
    { sale: 'Sales', purchase: 'Purchases', none: 'None' },
    { label: 'Tax Type', required: true, default: 'sale' },
  ),
  tax_scope: f.sel({ service: 'Services', consu: 'Goods' }, { label: 'Tax Scope' }),
  amount_type: f.sel(
    {
      group: 'Group of Taxes',
      fixed: 'Fixed',
      percent: 'Percentage of Price',
      division: 'Percentage of Price Tax Included',
    },
    { label: 'Tax Computation', required: true, default: 'percent' },
  ),
  active: f.bool({ label: 'Active', default: true }),
  company_id: f.m2o('res.company', {
    label: 'Company',
    required: true,
    default: (env: Env) => env.companyId,
    index: true,
  }),
  children_tax_ids: f.m2m('account.tax', {
    label: 'Children Taxes',
    table: 'account_tax_filiation_rel',
    column1: 'parent_tax',
    column2: 'child_tax',
  }),
  sequence: f.int({ label: 'Sequence', required: true, default: 1 }),
  amount: f.float({ label: 'Amount', required: true, digits: [16, 4], default: 0 }),
  description: f.html({ label: 'Description', translate: true }),
  invoice_label: f.char({ label: 'Label on Invoices', translate: true }),
  price_include_override: f.sel(
    { tax_included: 'Tax Included', tax_excluded: 'Tax Excluded' },
    { label: 'Included in Price', help: 'Empty: as the company prices its products.' },
  ),
  price_include: f.bool({ label: 'Price Include', compute: true }),
  include_base_amount: f.bool({ label: 'Affect Base of Subsequent Taxes', default: false }),
  is_base_affected: f.bool({ label: 'Base Affected by Previous Taxes', default: true }),
  tax_group_id: f.m2o('account.tax.group', { label: 'Tax Group', ondelete: 'restrict' }),
  country_id: f.m2o('res.country', { label: 'Country' }),
})

declare module '#framework' {
  interface Registry {
    'account.tax': AccountTaxData
  }
  interface AccountTaxData extends Def<typeof tax> {}
}

model('account.tax', tax, {
  description: 'Tax',
  order: 'sequence, id',
  nameSearch: ['name', 'invoice_label'],
})

computed('account.tax', 'price_include', ['price_include_override', 'company_id.account_price_include'], (tax) => {
  return (tax.price_include_override ?? tax.company_id?.account_price_include) === 'tax_included'
})

constrain('account.tax', ['amount', 'amount_type'], (tax) => {
  if (tax.amount_type === 'division' && (tax.amount ?? 0) >= 100) {
    throw new ValidationError(
      'ERR_TAX_DIVISION',
      'A tax that is a share of the price with tax has to be less than 100 percent.',
    )
  }
})

constrain('account.tax', ['children_tax_ids.amount_type', 'amount_type'], (tax) => {
  if (tax.children_tax_ids.some((child) => child.amount_type === 'group')) {
    throw new ValidationError('ERR_TAX_GROUP', 'A group of taxes cannot hold another group.')
  }
})

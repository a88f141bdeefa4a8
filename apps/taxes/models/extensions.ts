/** What taxes add to companies and products. */

import { type Def, type Env, extend, f, fields } from '#framework'

export const companyTaxes = fields({
  tax_calculation_rounding_method: f.sel(
    { round_per_line: 'Round per Line', round_globally: 'Round Globally' },
    { label: 'Tax Calculation Rounding Method', default: 'round_per_line' },
  ),
  account_price_include: f.sel(
    { tax_included: 'Tax Included', tax_excluded: 'Tax Excluded' },
    { label: 'Default Sales Price Include', required: true, default: 'tax_excluded' },
  ),
  account_sale_tax_id: f.m2o('account.tax', { label: 'Default Sale Tax' }),
  account_purchase_tax_id: f.m2o('account.tax', { label: 'Default Purchase Tax' }),
})

export const templateTaxes = fields({
  taxes_id: f.m2m('account.tax', {
    label: 'Sales Taxes',
    table: 'product_taxes_rel',
    column1: 'prod_id',
    column2: 'tax_id',
    domain: [['type_tax_use', '=', 'sale']],
    default: (env: Env) => companyTax(env, 'account_sale_tax_id'),
  }),
  supplier_taxes_id: f.m2m('account.tax', {
    label: 'Purchase Taxes',
    table: 'product_supplier_taxes_rel',
    column1: 'prod_id',
    column2: 'tax_id',
    domain: [['type_tax_use', '=', 'purchase']],
    default: (env: Env) => companyTax(env, 'account_purchase_tax_id'),
  }),
})

declare module '#framework' {
  interface ResCompanyData extends Def<typeof companyTaxes> {}
  interface ProductTemplateData extends Def<typeof templateTaxes> {}
  interface ProductProductData extends Def<typeof templateTaxes> {}
}

extend('res.company', companyTaxes)
extend('product.template', templateTaxes)

async function companyTax(env: Env, field: 'account_sale_tax_id' | 'account_purchase_tax_id'): Promise<unknown> {
  const [company] = await env.model('res.company', [env.companyId]).load(field)
  const tax = company?.[field]
  return tax ? [[6, 0, [tax]]] : []
}

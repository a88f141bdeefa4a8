/** Which of the demo people sell what, and what their products are taxed with. */

import { records, ref } from '#framework'

const demo = { demo: true } as const
const group = (name: string) => ({ group_ids: [[4, ref(`sales_team.${name}`)]] })

records(
  'res.users',
  {
    'base.demo_user_nora': group('group_sale_manager'),
    'base.demo_user_ines': group('group_sale_salesman_all_leads'),
    'base.demo_user_tomas': group('group_sale_salesman'),
  },
  demo,
)

records(
  'crm.team',
  {
    'sales_team.team_sales_department': { user_id: ref('base.demo_user_nora'), invoiced_target: 60000 },
    demo_team_projects: {
      name: 'Project business',
      sequence: 5,
      user_id: ref('base.demo_user_ines'),
      invoiced_target: 90000,
    },
  },
  demo,
)
records(
  'crm.team.member',
  {
    demo_member_nora: { crm_team_id: ref('sales_team.team_sales_department'), user_id: ref('base.demo_user_nora') },
    demo_member_tomas: { crm_team_id: ref('sales_team.team_sales_department'), user_id: ref('base.demo_user_tomas') },
    demo_member_ines: { crm_team_id: ref('demo_team_projects'), user_id: ref('base.demo_user_ines') },
  },
  demo,
)
records(
  'crm.tag',
  {
    demo_tag_refit: { name: 'Refit', color: 2 },
    demo_tag_newoffice: { name: 'New office', color: 5 },
    demo_tag_repeat: { name: 'Repeat order', color: 10 },
  },
  demo,
)

const company = { company_id: ref('base.main_company') }
records(
  'account.tax.group',
  {
    demo_group_state: { name: 'Vermont sales tax', ...company },
    demo_group_local: { name: 'Local option tax', sequence: 20, ...company },
  },
  demo,
)
records(
  'account.tax',
  {
    demo_tax_state: {
      name: 'VT 6%',
      amount: 6,
      type_tax_use: 'sale',
      sequence: 5,
      tax_group_id: ref('demo_group_state'),
      invoice_label: 'State 6%',
      ...company,
    },
    demo_tax_local: {
      name: 'Local 1%',
      amount: 1,
      type_tax_use: 'sale',
      sequence: 6,
      tax_group_id: ref('demo_group_local'),
      invoice_label: 'Local 1%',
      ...company,
    },
  },
  demo,
)

// Goods carry both taxes; services and the crate deposit none.
const goods = [
  '1001',
  '1002',
  '1004',
  '1005',
  '1006',
  '1007',
  '2001',
  '2002',
  '2003',
  '2004',
  '2005',
  '2006',
  '2007',
  '3001',
  '3002',
  '3003',
  '3004',
  '3005',
  '3006',
  '4001',
  '4002',
  '4003',
  '5001',
  '5002',
  '5003',
  '5004',
  '5005',
  '5006',
]
records(
  'product.product',
  Object.fromEntries(
    goods.map((code) => [
      `products.demo_product_${code}`,
      {
        taxes_id: [[6, 0, [ref('demo_tax_state'), ref('demo_tax_local')]]],
      },
    ]),
  ),
  demo,
)
records(
  'product.template',
  { 'products.demo_template_sitstand': { taxes_id: [[6, 0, [ref('demo_tax_state'), ref('demo_tax_local')]]] } },
  demo,
)

/**
 * The demo company, a maker of office furniture in Vermont, and the people who work there. All of it is invented; the
 * company and its administrator go by the names that clients of Odoo know from its demo data.
 */

import { records, ref } from '#framework'

const demo = { demo: true } as const

records(
  'res.company',
  {
    main_company: {
      name: 'YourCompany',
      street: '48 Millrace Road',
      zip: '05401',
      city: 'Burlington',
      state_id: ref('state_us_vt'),
      country_id: ref('us'),
      email: 'hello@alderpine.example',
      phone: '+1 802-555-0140',
      website: 'https://alderpine.example',
      vat: 'US-47-0193827',
      company_registry: 'VT-0193827',
    },
  },
  demo,
)

records(
  'res.partner.category',
  {
    demo_tag_customer: { name: 'Customer', color: 4 },
    demo_tag_gold: { name: 'Gold', color: 3, parent_id: ref('demo_tag_customer') },
    demo_tag_silver: { name: 'Silver', color: 7, parent_id: ref('demo_tag_customer') },
    demo_tag_supplier: { name: 'Supplier', color: 2 },
    demo_tag_timber: { name: 'Timber', color: 10, parent_id: ref('demo_tag_supplier') },
    demo_tag_press: { name: 'Press', color: 8 },
    demo_tag_prospect: { name: 'Prospect', color: 1 },
  },
  demo,
)

const colleague = (name: string, job: string, mail: string, phone: string) => ({
  name,
  function: job,
  email: `${mail}@alderpine.example`,
  phone,
  parent_id: ref('main_partner'),
  employee: true,
  tz: 'America/New_York',
})
records(
  'res.partner',
  {
    partner_admin: {
      name: 'Mitchell Admin',
      function: 'Managing Director',
      email: 'mitchell@alderpine.example',
      phone: '+1 802-555-0144',
      tz: 'Europe/Brussels',
    },
    demo_partner_nora: colleague('Nora Vance', 'Head of Sales', 'nora', '+1 802-555-0141'),
    demo_partner_tomas: colleague('Tomas Okafor', 'Account Manager', 'tomas', '+1 802-555-0142'),
    demo_partner_ines: colleague('Ines Marchetti', 'Project Adviser', 'ines', '+1 802-555-0143'),
  },
  demo,
)

// Nobody can sign in as one of them before an administrator gives them a password.
const member = {
  company_id: ref('main_company'),
  company_ids: [[6, 0, [ref('main_company')]]],
  group_ids: [[6, 0, [ref('group_user'), ref('group_partner_manager')]]],
}
records(
  'res.users',
  {
    demo_user_nora: { login: 'nora', partner_id: ref('demo_partner_nora'), ...member },
    demo_user_tomas: { login: 'tomas', partner_id: ref('demo_partner_tomas'), ...member },
    demo_user_ines: { login: 'ines', partner_id: ref('demo_partner_ines'), ...member },
  },
  demo,
)

/** The first company, the system user and the first administrator. None of them has a password. */

import { records, ref } from '#framework'

/** Declares the records without which nothing else can be made. */
export function declareFirstUsers(): void {
  records('res.partner', {
    main_partner: { id: 1, name: 'My Company', is_company: true },
    partner_root: { id: 2, name: 'System', active: false },
    partner_admin: { id: 3, name: 'Administrator' },
    public_partner: { id: 4, name: 'Public user', active: false },
  }, { update: false })
  records('res.company', {
    main_company: { id: 1, name: 'My Company', partner_id: ref('main_partner'), currency_id: ref('USD') },
  }, { update: false })
  const company = { company_id: ref('main_company'), company_ids: [[6, 0, [ref('main_company')]]] }
  records('res.users', {
    user_root: {
      id: 1, login: '__system__', active: false, partner_id: ref('partner_root'), ...company,
      group_ids: [[6, 0, [ref('group_system')]]],
    },
    user_admin: {
      id: 2, login: 'admin', partner_id: ref('partner_admin'), ...company,
      group_ids: [[6, 0, [ref('group_user'), ref('group_system')]]],
    },
    public_user: {
      id: 4, login: 'public', active: false, partner_id: ref('public_partner'), ...company,
      group_ids: [[6, 0, [ref('group_public')]]],
    },
  }, { update: false })
}

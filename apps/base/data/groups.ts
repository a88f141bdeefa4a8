/** The groups of base, with the ids and external ids that clients of Odoo know. */

import { records, ref } from '#framework'

/** Declares headings, privileges and groups. */
export function declareGroups(): void {
  records('ir.module.category', {
    module_category_accounting: { id: 1, name: 'Accounting', sequence: 15 },
    module_category_hidden: { id: 4, name: 'Technical', sequence: 60, visible: false },
    module_category_sales: { id: 8, name: 'Sales', sequence: 5 },
    module_category_sales_sales: { id: 9, name: 'Sales', sequence: 1, parent_id: ref('module_category_sales') },
    module_category_services: { id: 28, name: 'Services', sequence: 10 },
    module_category_user_type: { id: 85, name: 'User types', sequence: 9 },
    module_category_administration: { id: 86, name: 'Administration', sequence: 100 },
    module_category_usability: { id: 94, name: 'Extra Rights', sequence: 101 },
  })
  records('res.groups.privilege', {
    res_groups_privilege_role: { id: 1, name: 'Role', sequence: 0, category_id: ref('module_category_user_type') },
    res_groups_privilege_contact: { id: 2, name: 'Contact', sequence: 40 },
    res_groups_privilege_export: { id: 3, name: 'Export', sequence: 50 },
  })
  records('res.groups', {
    group_user: { id: 1, name: 'User', privilege_id: ref('res_groups_privilege_role'), sequence: 30, api_key_duration: 90 },
    group_erp_manager: { id: 2, name: 'Access Rights', sequence: 40, implied_ids: [[4, ref('group_user')]] },
    group_sanitize_override: { id: 3, name: 'Bypass HTML Field Sanitize' },
    group_no_one: { id: 7, name: 'Technical Features' },
    group_multi_company: { id: 5, name: 'Multi Companies' },
    group_multi_currency: { id: 6, name: 'Multi Currencies' },
    group_allow_export: { id: 8, name: 'Allowed', privilege_id: ref('res_groups_privilege_export') },
    group_partner_manager: { id: 9, name: 'Creation', privilege_id: ref('res_groups_privilege_contact') },
    group_system: {
      id: 4, name: 'Administrator', privilege_id: ref('res_groups_privilege_role'), sequence: 50,
      implied_ids: [[6, 0, [ref('group_erp_manager'), ref('group_partner_manager'), ref('group_allow_export')]]],
    },
    group_portal: {
      id: 10, name: 'Portal', privilege_id: ref('res_groups_privilege_role'), sequence: 20, share: true,
      comment: 'People outside the company who see what concerns them: their own orders, invoices and requests.',
    },
    group_public: {
      id: 11, name: 'Public', privilege_id: ref('res_groups_privilege_role'), sequence: 10, share: true,
      comment: 'Visitors who have not signed in.',
    },
  })
}

/** What a client that signs in over /web/session learns about its session. */

import type { Tenant } from '../../access/index.ts'
import type { UserRights } from '../../orm/index.ts'
import { version } from './services.ts'

/** Bytes that one request to the RPC routes may hold. */
export const maxUploadBytes = 128 * 1024 * 1024

// Odoo's clients look for these keys; each is of the type that Odoo gives it.
const empties: Readonly<Record<string, unknown>> = {
  can_insert_in_spreadsheet: false,
  currencies: {},
  current_tour: false,
  home_action_id: false,
  partner_write_date: false,
  profile_collectors: null,
  profile_params: null,
  profile_session: null,
  quick_login: false,
  registry_hash: '',
  storeData: {},
  support_url: '',
  tour_enabled: false,
  user_settings: {},
  view_info: {},
  'web.base.url': '',
  websocket_worker_version: '',
}

/** Keys as Odoo's clients read them; what Holdfast has no counterpart for is empty, never invented. */
export function sessionInfo(tenant: Tenant, user: UserRights): Record<string, unknown> {
  const isInternal = user.groups.has('base.group_user')
  const isSystem = user.groups.has('base.group_system')
  const info: Record<string, unknown> = {
    uid: user.id,
    is_admin: isSystem || user.groups.has('base.group_erp_manager'),
    is_system: isSystem,
    is_internal_user: isInternal,
    is_public: false,
    user_context: { lang: user.lang, tz: user.tz ?? false, uid: user.id },
    db: tenant.name,
    name: user.name,
    username: user.login,
    partner_id: user.partnerId,
    partner_display_name: user.name,
    server_version: version.server_version,
    server_version_info: version.server_version_info,
    groups: { 'base.group_user': isInternal, 'base.group_system': isSystem },
    max_file_upload_size: maxUploadBytes,
    active_ids_limit: 20_000,
    bundle_params: { lang: user.lang },
    test_mode: '',
    ...empties,
  }
  if (isInternal) {
    info['show_effect'] = false
    info['display_switch_company_menu'] = user.companyIds.length > 1
    info['user_id'] = [user.id]
    info['user_companies'] = {
      current_company: user.companyId,
      allowed_companies: Object.fromEntries(user.companyIds.map((id) => [String(id), { id }])),
    }
  }
  return info
}

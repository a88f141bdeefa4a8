/** Addresses that more than one page knows. */

import type { LinkPurpose } from '../../../auth/index.ts'

/** Where a person lands who did not ask for a certain page. */
export const startPath = '/odoo'

/** Where the one-time link of each purpose leads; the token is the last part. */
export const linkPaths: Readonly<Record<LinkPurpose, string>> = {
  'first-login': '/web/first-login',
  reset: '/web/reset-password',
}

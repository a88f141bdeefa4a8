/** Leads and opportunities: what may become a quotation. */

import { app } from '#framework'

export default app({
  name: 'crm',
  title: 'CRM',
  summary: 'Leads and opportunities on their way to a quotation',
  version: '1.0.0',
  depends: ['messages', 'sales'],
  application: true,
  shows: ['crm.lead'],
  load: [() => import('./models/index.ts'), () => import('./access.ts'), () => import('./data/index.ts')],
})

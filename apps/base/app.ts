/** What every tenant has: people, companies, countries, currencies, languages, rights. */

import { app } from '#framework'

export default app({
  name: 'base',
  title: 'Base',
  summary: 'People, companies, countries, currencies, languages and rights',
  version: '1.0.0',
  depends: [],
  load: [
    () => import('./models/index.ts'),
    () => import('./models/ir/index.ts'),
    () => import('./access.ts'),
    () => import('./data/index.ts'),
    () => import('./demo/index.ts'),
  ],
})

/** Messages on records: who said what about a customer or an order. */

import { app } from '#framework'

export default app({
  name: 'messages',
  title: 'Messages',
  summary: 'Notes and messages on customers, orders and other records',
  version: '1.0.0',
  depends: ['base'],
  load: [() => import('./models/index.ts'), () => import('./access.ts'), () => import('./data/index.ts')],
})

/** What the company sells and buys. */

import { app } from '#framework'

export default app({
  name: 'products',
  title: 'Products',
  summary: 'Goods and services with categories, units, variants and price lists',
  version: '1.0.0',
  depends: ['base', 'messages'],
  load: [
    () => import('./models/index.ts'),
    () => import('./access.ts'),
    () => import('./data/index.ts'),
    () => import('./demo/index.ts'),
  ],
})

/** From quotation to confirmed order. */

import { app } from '#framework'

export default app({
  name: 'sales',
  title: 'Sales',
  summary: 'Quotations, orders, prices and taxes, teams',
  version: '1.0.0',
  depends: ['contacts', 'messages', 'products', 'taxes'],
  application: true,
  shows: ['sale.order', 'product.template', 'crm.team'],
  load: [
    () => import('./models/index.ts'),
    () => import('./access.ts'),
    () => import('./data/index.ts'),
    () => import('./reports/quotation.ts'),
    () => import('./demo/index.ts'),
  ],
})

/** Taxes on what is sold and bought, and their exact computation. */

import { app } from '#framework'

export default app({
  name: 'taxes',
  title: 'Taxes',
  summary: 'Taxes on sales and purchases, computed exactly',
  version: '1.0.0',
  depends: ['products'],
  load: [() => import('./models/index.ts'), () => import('./access.ts'), () => import('./data/index.ts')],
})

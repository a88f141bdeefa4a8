/** Trees of records whose stored fields hang on each other over many hops. No product: only tests load it. */

import { app } from '#framework'

export default app({
  name: 'grove',
  title: 'Grove',
  summary: 'Models for tests of stored fields and lists',
  version: '1.0.0',
  depends: ['base'],
  load: [() => import('./models.ts')],
})

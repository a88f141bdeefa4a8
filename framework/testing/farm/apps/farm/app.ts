/** Models with a field of every kind, on which random domains are tried. No product: only tests load it. */

import { app } from '#framework'

export default app({
  name: 'farm',
  title: 'Farm',
  summary: 'Models for tests of domains and fields',
  version: '1.0.0',
  depends: ['base'],
  load: [() => import('./models.ts')],
})

/** Models that a seed makes up (HOLDFAST_WILD), on which random rules are tried. No product: only tests load it. */

import { app } from '#framework'

export default app({
  name: 'wild',
  title: 'Wild',
  summary: 'Random models for tests of access rules',
  version: '1.0.0',
  depends: ['base'],
  load: [() => import('./models.ts')],
})

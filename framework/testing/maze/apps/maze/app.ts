/** Four small models full of relations, on which random rules are tried. No product: only tests load it. */

import { app } from '#framework'

export default app({
  name: 'maze',
  title: 'Maze',
  summary: 'Models for tests of access rules',
  version: '1.0.0',
  depends: ['base'],
  load: [() => import('./models.ts')],
})

/** Automations: what happens by itself when records change or dates come. */

import { app } from '#framework'

export default app({
  name: 'automation',
  title: 'Automation Rules',
  summary: 'Set values, create records, post messages and run scripts when records change or dates come',
  version: '1.0.0',
  depends: ['base'],
  load: [() => import('./models/index.ts'), () => import('./access.ts'), () => import('./data/index.ts')],
})

/** The address book: the partners of base as an application of its own. */

import { app } from '#framework'

export default app({
  name: 'contacts',
  title: 'Contacts',
  summary: 'Customers, suppliers and everybody else, with their addresses',
  version: '1.0.0',
  depends: ['base', 'messages'],
  application: true,
  shows: ['res.partner'],
  load: [],
})

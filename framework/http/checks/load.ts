/** The server takes no more at once than it can carry: a flood is told to come back, those inside are served. */

import { text } from '../answer/reply.ts'
import type { Check } from '../pipeline.ts'

export const checkLoad: Check = (_exchange, { load }) =>
  load.requests > load.maxRequests
    ? text(503, 'The server is busy. Try again in a moment.', { headers: { 'Retry-After': '2' } })
    : null

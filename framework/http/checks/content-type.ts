/** A route declares what it reads; the sender does not choose the parser. */

import { text } from '../answer/reply.ts'
import type { BodyType, Route } from '../routes.ts'
import type { Check } from '../pipeline.ts'

const accepted: Readonly<Record<BodyType, readonly string[]>> = {
  none: [],
  json: ['application/json', 'application/json-rpc', 'application/json-rpc2'],
  // Clients of XML-RPC are old; some send no type at all. No browser form can send these.
  xml: ['text/xml', 'application/xml', ''],
  form: ['application/x-www-form-urlencoded'],
}

export function bodyTypeOf(route: Route): BodyType {
  if (route.method === 'GET') return 'none'
  return route.body ?? (route.kind === 'RPC' ? 'json' : 'form')
}

export const checkContentType: Check = (exchange) => {
  const type = bodyTypeOf(exchange.route)
  if (type === 'none') return null
  const header = exchange.headers['content-type'] ?? ''
  if (header === accepted[type][0]) return null
  const [media = '', ...parameters] = header
    .toLowerCase()
    .split(';')
    .map((part) => part.trim())
  const foreignCharset = parameters.some(
    (one) => one.startsWith('charset=') && !['utf-8', 'utf8', 'us-ascii'].includes(one.slice(8).replaceAll('"', '')),
  )
  return accepted[type].includes(media) && !foreignCharset ? null : text(415, 'This content type is not accepted here.')
}

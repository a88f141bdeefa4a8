/** XML-RPC as the load generator and the hand-written handler need it: plain values, no dates, no binary. */

/** The body of a call. */
export function methodCall(method: string, args: readonly unknown[]): string {
  const params = args.map((value) => `<param>${writeValue(value)}</param>`).join('')
  return `<?xml version="1.0"?><methodCall><methodName>${method}</methodName><params>${params}</params></methodCall>`
}

/** The body of an answer. */
export function methodResponse(value: unknown): string {
  return `<?xml version="1.0"?><methodResponse><params><param>${writeValue(value)}</param></params></methodResponse>`
}

function writeValue(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return `<value><string>${escapeText(value)}</string></value>`
    case 'boolean':
      return `<value><boolean>${value ? 1 : 0}</boolean></value>`
    case 'number':
      return Number.isInteger(value) ? `<value><int>${value}</int></value>` : `<value><double>${value}</double></value>`
  }
  if (Array.isArray(value)) return `<value><array><data>${value.map(writeValue).join('')}</data></array></value>`
  const members = Object.entries(value as object).map(
    ([name, member]) => `<member><name>${escapeText(name)}</name>${writeValue(member)}</member>`,
  )
  return `<value><struct>${members.join('')}</struct></value>`
}

function escapeText(text: string): string {
  return /[&<>]/.test(text) ? text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;') : text
}

/** An answer in a form that can be compared: without what stands between tags for the eye. */
export function comparableResponse(text: string): string {
  return text
    .replace(/^<\?xml[^>]*>\s*/, '')
    .replace(/>\s+</g, '><')
    .trim()
}

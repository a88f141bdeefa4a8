/** The little of XML-RPC that a test client needs: calls are written, answers of our own server are read. */

/** A call with its parameters. */
export function xmlCall(method: string, params: readonly unknown[]): string {
  const list = params.map((value) => `<param>${written(value)}</param>`).join('')
  return `<?xml version='1.0'?><methodCall><methodName>${method}</methodName><params>${list}</params></methodCall>`
}

export type XmlAnswer =
  | { readonly value: unknown }
  | { readonly fault: { readonly faultCode: unknown; readonly faultString: string } }

/** What an answer holds. */
export function readXmlAnswer(text: string): XmlAnswer {
  const tokens = text.match(/<[^>]+>|[^<]+/g)?.filter((token) => token.trim() !== '') ?? []
  const at = { tokens, place: tokens.indexOf('<value>') }
  if (at.place < 0) throw new Error(`This is no XML-RPC answer: ${text.slice(0, 300)}`)
  const value = readValue(at)
  if (!text.includes('<fault>')) return { value }
  return { fault: value as { faultCode: unknown; faultString: string } }
}

function written(value: unknown): string {
  if (value === null || value === undefined) return '<value><nil/></value>'
  if (typeof value === 'boolean') return `<value><boolean>${value ? 1 : 0}</boolean></value>`
  if (typeof value === 'number')
    return Number.isInteger(value) ? `<value><int>${value}</int></value>` : `<value><double>${value}</double></value>`
  if (typeof value === 'string') return `<value><string>${escaped(value)}</string></value>`
  if (Array.isArray(value)) return `<value><array><data>${value.map(written).join('')}</data></array></value>`
  const members = Object.entries(value).map(
    ([name, member]) => `<member><name>${escaped(name)}</name>${written(member)}</member>`,
  )
  return `<value><struct>${members.join('')}</struct></value>`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

function unescaped(text: string): string {
  return text
    .replace(/&#x([0-9a-f]+);/gi, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)))
    .replace(/&#([0-9]+);/g, (_, digits: string) => String.fromCodePoint(Number(digits)))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
}

interface Place {
  readonly tokens: readonly string[]
  place: number
}

// Stands at <value> and ends behind </value>.
function readValue(at: Place): unknown {
  at.place++
  const kind = at.tokens[at.place++]
  const value = readKind(kind, at)
  at.place++
  return value
}

function readKind(kind: string | undefined, at: Place): unknown {
  if (kind === '<array>') {
    const list: unknown[] = []
    at.place++
    while (at.tokens[at.place] === '<value>') list.push(readValue(at))
    at.place += 2
    return list
  }
  if (kind === '<struct>') {
    const members: [string, unknown][] = []
    while (at.tokens[at.place] === '<member>') {
      at.place += 2
      const name = unescaped(at.tokens[at.place] ?? '')
      at.place += 2
      members.push([name, readValue(at)])
      at.place++
    }
    at.place++
    return Object.fromEntries(members)
  }
  let text = ''
  while (!at.tokens[at.place]?.startsWith('</')) text += at.tokens[at.place++]
  at.place++
  if (kind === '<string>') return unescaped(text)
  if (kind === '<boolean>') return text === '1'
  return Number(text)
}

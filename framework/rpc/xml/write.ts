/** Writes XML-RPC answers. */

import { InvalidRequestError } from '../../errors.ts'

/** How every response begins. */
export const head = "<?xml version='1.0'?>\n<methodResponse>\n"
const none: ReadonlySet<string> = new Set()

/**
 * A result as a method response.
 * @param doubles names of members that are floating-point numbers, so that `10` leaves as a double: typed clients insist on it
 * @throws InvalidRequestError when the result is nothing: XML-RPC has no word for that, and Odoo's clients know the fault
 */
export function writeResult(result: unknown, doubles: ReadonlySet<string> = none): string {
  // The call itself is done and committed, as in Odoo.
  if (result === undefined || result === null)
    throw new InvalidRequestError('ERR_RPC_XML_NONE', 'cannot marshal None unless allow_none is enabled', {
      wireName: 'builtins.TypeError',
    })
  const parts: string[] = [head, '<params>\n<param>\n']
  writeValue(parts, result, doubles, false)
  parts.push('</param>\n</params>\n</methodResponse>\n')
  return parts.join('')
}

export function writeFault(fault: { readonly faultCode: number | string; readonly faultString: string }): string {
  const parts: string[] = [head, '<fault>\n']
  writeValue(parts, fault, none, false)
  parts.push('</fault>\n</methodResponse>\n')
  return parts.join('')
}

function writeValue(parts: string[], value: unknown, doubles: ReadonlySet<string>, double: boolean): void {
  switch (typeof value) {
    case 'string':
      parts.push('<value><string>', escapeText(value), '</string></value>\n')
      return
    case 'number':
      parts.push('<value>', numberText(value, double), '</value>\n')
      return
    case 'boolean':
      parts.push(value ? '<value><boolean>1</boolean></value>\n' : '<value><boolean>0</boolean></value>\n')
      return
    case 'object':
      if (value === null) break
      if (Array.isArray(value)) {
        parts.push('<value><array><data>\n')
        for (const item of value) writeValue(parts, item, doubles, false)
        parts.push('</data></array></value>\n')
        return
      }
      parts.push('<value><struct>\n')
      for (const [name, member] of Object.entries(value)) {
        if (member === undefined) continue
        parts.push('<member>\n<name>', escapeText(name), '</name>\n')
        writeValue(parts, member, doubles, doubles.has(name))
        parts.push('</member>\n')
      }
      parts.push('</struct></value>\n')
      return
    default:
  }
  parts.push('<value><nil/></value>\n')
}

/** A number with its type's tags; `double`: also where it is whole. */
export function numberText(value: number, double: boolean): string {
  if (!Number.isFinite(value)) return '<nil/>'
  if (!Number.isInteger(value)) return `<double>${value}</double>`
  if (double) return `<double>${Math.abs(value) < 1e21 ? value.toFixed(1) : value}</double>`
  if (value >= -2_147_483_648 && value <= 2_147_483_647) return `<int>${value}</int>`
  // Outside 32 bits the standard has no integer; the common extension i8 is understood by Python and most others.
  return Number.isSafeInteger(value) ? `<i8>${value}</i8>` : `<double>${value}</double>`
}

const special = /[&<>]|(?![\t\n])\p{Cc}|[\uFFFE\uFFFF]|\p{Cs}/gu

/** A text as XML. Characters that XML 1.0 §2.2 cannot carry are left out, as Odoo does; a carriage return would come back as a line feed. */
export function escapeText(text: string): string {
  return text.replace(special, (character) => escapes[character] ?? '')
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#13;' }

/** Writes a domain as the literal that administrators know; the inverse of `parseDomainLiteral`. */

import { isRuleValue } from '../../expression/index.ts'
import type { Domain } from '../../orm/index.ts'

const names: Readonly<Record<string, string>> = {
  id: 'user.id',
  partner_id: 'user.partner_id.id',
  commercial_partner_id: 'user.partner_id.commercial_partner_id.id',
  company_id: 'company_id',
  company_ids: 'company_ids',
}

/** @throws TypeError for a value that has no literal form */
export function formatDomainLiteral(domain: Domain): string {
  return formatValue(domain, true)
}

function formatValue(value: unknown, isDomain = false): string {
  if (Array.isArray(value)) {
    const items = value.map((item) => formatValue(item))
    // Conditions are written as tuples, everything else as a list.
    return !isDomain && value.length === 3 && typeof value[1] === 'string' && !isTextList(value)
      ? `(${items.join(', ')})`
      : `[${items.join(', ')}]`
  }
  if (value === true) return 'True'
  if (value === false || value === null) return 'False'
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  if (typeof value === 'string')
    return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t')}'`
  if (isRuleValue(value)) return value.expression
  const name = typeof value === 'object' && value !== null && 'user' in value ? names[String(value.user)] : undefined
  if (name === undefined) throw new TypeError(`A domain cannot hold ${JSON.stringify(value)}.`)
  return name
}

// Three texts are a condition only when the middle one can be an operator.
function isTextList(value: readonly unknown[]): boolean {
  return (
    typeof value[1] === 'string' &&
    !/^(?:[=!<>?]{1,2}|=?(?:not )?i?like|(?:not )?in|child_of|parent_of|(?:not )?any)$/.test(value[1])
  )
}

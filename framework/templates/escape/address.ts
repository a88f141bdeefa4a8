/** Addresses in attributes such as `href` and `src`: which may stand there as a whole, and what may become part of one. */

/** Where in an address a value stands: it is the beginning, with the scheme; a part of the path; a part of the query or fragment. */
export type AddressPart = 'start' | 'path' | 'query'

/** Stands for a value in the text before another one; a sign of private use, which means nothing in an address. */
export const valueMark = '\ue000'

/**
 * Where a value stands after this much of an address; `null` where it could change scheme or host.
 * @param before the literal text so far, with `valueMark` for each value
 */
export function addressPart(before: string): AddressPart | null {
  if (before === '') return 'start'
  // After a whole address only more of it can follow; literal text has to have come past the host.
  if (!before.startsWith(valueMark) && !/^(?:https?:\/\/[a-z0-9.:-]+[/?#]|mailto:|tel:|\/(?![/\\])|[?#])/i.test(before))
    return null
  return /[?#]/.test(before) ? 'query' : 'path'
}

/** Whether an address is a path of ours, a fragment, a query or https: all that pages may lead to. */
export function isPageAddress(address: string): boolean {
  return /^(?:\/(?![/\\])|#|\?|https:\/\/)/.test(address) && isClean(address)
}

/** Whether an address in a mail or report leads to the web, a mailbox or a telephone, or stays where it is. */
export function isDocumentAddress(address: string): boolean {
  return /^(?:https?:\/\/(?![/\\])|mailto:|tel:|\/(?![/\\])|#|\?)/i.test(address) && isClean(address)
}

// Browsers take out line breaks and tabs wherever they stand, so that `/\t/host` is `//host`.
function isClean(address: string): boolean {
  return !/[\p{Cc}\\]/u.test(address)
}

/**
 * A value as part of an address: it stays one part, whatever it holds.
 * @returns text for a quoted attribute still to be escaped; empty for the parts `.` and `..`, which would climb
 */
export function addressComponent(text: string): string {
  const well = text.toWellFormed()
  if (well === '.' || well === '..') return ''
  return encodeURIComponent(well)
    .replaceAll('%40', '@')
    .replace(/['()*!]/g, (sign) => `%${hex(sign)}`)
}

function hex(sign: string): string {
  return sign.charCodeAt(0).toString(16).toUpperCase()
}

/** A program that calls, as the administrators of a tenant see it. */

/** How it speaks. */
export type Protocol = 'xml-rpc' | 'json-rpc' | 'json-2' | 'web'

/** What it shows with its calls. */
export type CredentialKind = 'password' | 'key' | 'session'

export interface ProgramCall {
  readonly protocol: Protocol
  readonly credential: CredentialKind
  readonly uid: number
  readonly userAgent: string | undefined
  readonly model: unknown
  readonly method: unknown
}

const longestAgent = 200

/** A user agent as it is kept: one line of bounded length, without control characters; what it says stays what it says. */
export function keptAgent(userAgent: string | undefined): string {
  // A header can be large; what is cut off anyway is not looked at. Format characters could turn the text round.
  const head = (userAgent ?? '').slice(0, 2 * longestAgent)
  return head
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
    .slice(0, longestAgent)
    .toWellFormed()
}

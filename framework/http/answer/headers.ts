/** Security headers of every answer, by kind of entry; worked out once, because they are the same each time. */

import { type Kind, kinds } from '../routes.ts'

/** OWASP Secure Headers, ASVS 5.0 V3.4: nothing is loaded, framed or sent anywhere unless a kind needs it. */
const strictest = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const policies: Readonly<Record<Kind, string>> = {
  PAGE: "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; script-src 'none'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
  LINK: "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; script-src 'none'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
  RPC: strictest,
  SOCKET: strictest,
  // What users upload is shown in a sandbox without an origin, even when it is opened by itself.
  FILE: `${strictest}; sandbox`,
}

const always = [
  ['X-Content-Type-Options', 'nosniff'],
  ['Referrer-Policy', 'no-referrer'],
  ['Cross-Origin-Opener-Policy', 'same-origin'],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
  ['X-Frame-Options', 'DENY'],
  ['Permissions-Policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()'],
] as const

// Keeps promise: passwords/https-only
// Mozilla TLS 6.0: two years.
const hsts = ['Strict-Transport-Security', 'max-age=63072000; includeSubDomains'] as const

type Flat = readonly string[]
const prepared = new Map<string, Flat>(
  kinds.flatMap((kind) =>
    [true, false].map((secure) => [`${kind}${secure}`, [...always, ...(secure ? [hsts] : [])].flat()] as const),
  ),
)

/** Names and values in turn, for `writeHead`: all but the content's own headers, the policy and caching. */
export function securityHeaders(kind: Kind, secure: boolean): Flat {
  return prepared.get(`${kind}${secure}`) as Flat
}

export function policyOf(kind: Kind): string {
  return policies[kind]
}

/** The policy of a page with scripts of ours: those that carry this answer's nonce, and no other (CSP 3 §8). */
export function scriptedPolicy(nonce: string): string {
  if (!/^[A-Za-z0-9_-]{16,}$/.test(nonce))
    throw new TypeError('A nonce is fresh random text of 16 characters at least.')
  return policies.PAGE.replace("script-src 'none'", `script-src 'nonce-${nonce}'`)
}

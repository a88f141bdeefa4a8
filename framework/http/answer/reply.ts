/** Makers of replies. */

import type { Reply } from '../exchange.ts'

type More = Omit<Reply, 'status' | 'type' | 'body'>

/** A page, already escaped. */
export function html(body: string, status = 200, more: More = {}): Reply {
  return { status, type: 'text/html; charset=utf-8', body, ...more }
}

export function json(body: unknown, status = 200, more: More = {}): Reply {
  return { status, type: 'application/json; charset=utf-8', body: JSON.stringify(body), ...more }
}

export function text(status: number, body: string, more: More = {}): Reply {
  return { status, type: 'text/plain; charset=utf-8', body, ...more }
}

/**
 * Sends a browser elsewhere with GET.
 * @param location path on this origin, or a whole address that the server itself made; never a caller's text
 */
export function redirect(location: string, status: 303 | 307 | 308 = 303, more: More = {}): Reply {
  return {
    status,
    type: 'text/plain; charset=utf-8',
    body: '',
    ...more,
    headers: { ...more.headers, Location: location },
  }
}

/** A path on our own origin, or the fallback: `//evil`, `/\evil`, other schemes and control characters are not. */
export function ownPath(wanted: string | null | undefined, fallback: string): string {
  if (typeof wanted !== 'string' || wanted.length > 2_000 || !wanted.startsWith('/')) return fallback
  return /^\/(?![/\\])[\x21-\x7e]*$/.test(wanted) && !wanted.includes('\\') ? wanted : fallback
}

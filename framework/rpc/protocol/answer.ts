/** What a protocol gives back to http/: status, type and text, and what is to happen with the session cookie. */

import { JsonResult } from '../../orm/index.ts'

export interface Answer {
  readonly status: number
  readonly type: string
  /** In pieces where it is large: they are made while the client takes them. */
  readonly body: string | Iterable<string>
  readonly headers?: Readonly<Record<string, string>>
  /** A session to be set as cookie, or the end of the one that was. */
  readonly session?: { readonly tenant: string; readonly token: string } | 'closed'
}

const jsonType = 'application/json; charset=utf-8'

export function jsonAnswer(body: string, status = 200, headers?: Readonly<Record<string, string>>): Answer {
  return headers === undefined ? { status, type: jsonType, body } : { status, type: jsonType, body, headers }
}

export function textAnswer(status: number, body: string): Answer {
  return { status, type: 'text/plain; charset=utf-8', body }
}

/** A result as JSON text; rows that PostgreSQL made into JSON go out as they are. `null` when there is no result. */
export function resultText(result: unknown): string | null {
  if (result instanceof JsonResult) return result.json
  if (result === undefined || result === null) return null
  return JSON.stringify(result) ?? null
}

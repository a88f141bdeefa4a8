/** The four protocols as one function: call a method of a model as a person, and tell what came back. */

import type { ModelRegistry } from '#framework/orm/index.ts'
import type { Person } from './people.ts'
import type { Company, TestServer } from './server.ts'
import type { Received, Sent } from './wire.ts'
import { readXmlAnswer, xmlCall } from './xml-rpc.ts'

export type Protocol = 'JSON-RPC' | 'XML-RPC' | 'JSON-2' | 'call_kw'
export const protocols: readonly Protocol[] = ['JSON-RPC', 'XML-RPC', 'JSON-2', 'call_kw']

export interface Outcome {
  readonly ok: boolean
  /** The result; `null` for nothing. */
  readonly value: unknown
  /** Class of the error as the client knows it (`odoo.exceptions.AccessError`), or the fault code; empty when all is well. */
  readonly kind: string
  readonly message: string
  readonly status: number
  /** The whole answer as it was sent. */
  readonly text: string
}

export interface Call {
  readonly model: unknown
  readonly method: unknown
  readonly args?: readonly unknown[]
  readonly kwargs?: Readonly<Record<string, unknown>>
}

const json = { 'content-type': 'application/json' }

/** Calls with the person's password (JSON-RPC, XML-RPC), key (JSON-2) or session (call_kw). */
export async function callBy(
  protocol: Protocol,
  server: TestServer,
  company: Company,
  person: Person,
  call: Call,
): Promise<Outcome> {
  const { model, method, args = [], kwargs = {} } = call
  const execute = [company.name, person.uid, person.password, model, method, args, kwargs]
  if (protocol === 'JSON-RPC') return jsonRpc(server, 'object', 'execute_kw', execute)
  if (protocol === 'XML-RPC') return xmlRpc(server, 'object', 'execute_kw', execute)
  if (protocol === 'JSON-2')
    return json2(server, company.name, person.key, model, method, nameArguments(company.tenant.registry, call))
  return callKw(server, await cookieOf(server, company, person), { model, method, args, kwargs })
}

/** `POST /jsonrpc`. */
export async function jsonRpc(
  server: TestServer,
  service: string,
  method: string,
  args: readonly unknown[],
  more: Partial<Sent> = {},
): Promise<Outcome> {
  const body = JSON.stringify({ jsonrpc: '2.0', method: 'call', id: 1, params: { service, method, args } })
  return readEnvelope(await server.send({ path: '/jsonrpc', body, headers: json, ...more }))
}

/** `POST /xmlrpc/2/<service>`. That nothing cannot be said in XML-RPC counts as a result, as the call was made. */
export async function xmlRpc(
  server: TestServer,
  service: string,
  method: string,
  args: readonly unknown[],
  more: Partial<Sent> = {},
): Promise<Outcome> {
  const headers = { 'content-type': 'text/xml' }
  const { status, text } = await server.send({
    path: `/xmlrpc/2/${service}`,
    body: xmlCall(method, args),
    headers,
    ...more,
  })
  if (status !== 200) return { ok: false, value: null, kind: `HTTP ${status}`, message: text, status, text }
  const answer = readXmlAnswer(text)
  if ('value' in answer) return { ok: true, value: answer.value, kind: '', message: '', status, text }
  const { faultCode, faultString } = answer.fault
  const isNothing = faultCode === 1 && faultString.startsWith('cannot marshal None')
  return { ok: isNothing, value: null, kind: isNothing ? '' : String(faultCode), message: faultString, status, text }
}

/** `POST /json/2/<model>/<method>` with a key. */
export async function json2(
  server: TestServer,
  database: string | null,
  key: string | null,
  model: unknown,
  method: unknown,
  named: Readonly<Record<string, unknown>>,
  more: Partial<Sent> = {},
): Promise<Outcome> {
  const headers = {
    ...json,
    ...(key === null ? {} : { authorization: `bearer ${key}` }),
    ...(database === null ? {} : { 'x-odoo-database': database }),
  }
  const path = `/json/2/${encodeURIComponent(asPathPart(model))}/${encodeURIComponent(asPathPart(method))}`
  const { status, text } = await server.send({ path, body: JSON.stringify(named), headers, ...more })
  const body: unknown = parsed(text)
  if (status === 200) return { ok: true, value: body, kind: '', message: '', status, text }
  const { name = `HTTP ${status}`, message = text } = (body ?? {}) as { name?: string; message?: string }
  return { ok: false, value: null, kind: name, message, status, text }
}

/** `POST /web/dataset/call_kw` with a session's cookie. */
export async function callKw(
  server: TestServer,
  cookie: string,
  params: Readonly<Record<string, unknown>>,
  more: Partial<Sent> = {},
): Promise<Outcome> {
  const body = JSON.stringify({ jsonrpc: '2.0', method: 'call', id: 1, params })
  return readEnvelope(await server.send({ path: '/web/dataset/call_kw', body, headers: { ...json, cookie }, ...more }))
}

/** Signs in over /web/session/authenticate; the answer and the cookie (empty when there is none). */
export async function signIn(
  server: TestServer,
  database: string,
  login: string,
  password: string,
  more: Partial<Sent> = {},
): Promise<Outcome & { readonly cookie: string }> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, params: { db: database, login, password } })
  const received = await server.send({ path: '/web/session/authenticate', body, headers: json, ...more })
  const [cookie = ''] = received.headers['set-cookie'] ?? []
  return { ...readEnvelope(received), cookie: cookie.split(';', 1)[0] ?? '' }
}

const cookies = new WeakMap<Person, string>()

/** The cookie of a session that lasts as long as the test file. */
export async function cookieOf(server: TestServer, company: Company, person: Person): Promise<string> {
  let cookie = cookies.get(person)
  if (cookie === undefined) {
    cookie = (await signIn(server, company.name, person.login, person.password)).cookie
    if (cookie === '') throw new Error(`${person.login} cannot sign in to ${company.name}`)
    cookies.set(person, cookie)
  }
  return cookie
}

/** The named arguments that JSON-2 wants, from positional ones. */
export function nameArguments(registry: ModelRegistry, call: Call): Record<string, unknown> {
  const { model, method, args = [], kwargs = {} } = call
  const declared = registry.models.get(String(model))?.api.get(String(method))
  const names = declared === undefined ? [] : Object.keys(declared.params)
  if (declared?.on !== 'model') names.unshift('ids')
  return { ...Object.fromEntries(args.map((value, place) => [names[place] ?? `argument${place}`, value])), ...kwargs }
}

function readEnvelope(received: Received): Outcome {
  const { status, text } = received
  const envelope = parsed(text) as {
    result?: unknown
    error?: { message: string; data?: { name: string; message: string } }
  } | null
  if (envelope === null || typeof envelope !== 'object')
    return { ok: false, value: null, kind: `HTTP ${status}`, message: text, status, text }
  if (envelope.error === undefined)
    return { ok: status === 200, value: envelope.result ?? null, kind: '', message: '', status, text }
  const { name = '', message = envelope.error.message } = envelope.error.data ?? {}
  return { ok: false, value: null, kind: name, message, status, text }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function asPathPart(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value))
}

/** The two sides of the comparison as something that runs the n-th operation on a connection. */

import type { Prepared } from '../data/prepare.ts'
import type { ApiCall, Operation, Protocol } from '../operations/operation.ts'
import type { CallTo, Connection } from './connection.ts'
import { comparableResponse, methodCall } from './xml-rpc.ts'

/** Runs the n-th operation and returns the answer of its last call. @throws Error for anything but success */
export type Side = (connection: Connection, n: number) => Promise<Buffer>

/** A person of a tenant with the ways in that programs use. */
interface Caller {
  readonly tenant: string
  readonly uid: number
  readonly password: string
  readonly key: string
}

const json = 'Content-Type: application/json\r\n'
const xml = 'Content-Type: text/xml\r\n'

/** The server, over one of its protocols, with a credential in each call as real clients send it. */
export function serverSide(operation: Operation, protocol: Protocol, data: Prepared): Side {
  const account = data[operation.as]
  return async (connection, n) => {
    if (operation.request !== undefined) return checked(await connection.send(operation.request(data, n)))
    const caller = { tenant: data.tenants[n % data.tenants.length] as string, ...account }
    let answer: Buffer | null = null
    for (const make of operation.calls) {
      const call = make(data, n, answer === null ? null : resultOf(answer))
      answer = checked(await connection.send(envelopes[protocol](caller, call, n)))
    }
    return answer as Buffer
  }
}

const envelopes: Readonly<Record<Protocol, (caller: Caller, call: ApiCall, n: number) => CallTo>> = {
  'JSON-2': ({ tenant, key }, { model, method, ids, named }) => ({
    path: `/json/2/${model}/${method}`,
    headers: `${json}Authorization: Bearer ${key}\r\nX-Odoo-Database: ${tenant}\r\n`,
    body: JSON.stringify(ids === undefined ? named : { ids, ...named }),
  }),
  'JSON-RPC': (caller, call, n) => ({
    path: '/jsonrpc',
    headers: json,
    body: JSON.stringify({
      jsonrpc: '2.0',
      method: 'call',
      id: n,
      params: { service: 'object', method: 'execute_kw', args: executeKw(caller, call) },
    }),
  }),
  'XML-RPC': (caller, call) => ({
    path: '/xmlrpc/2/object',
    headers: xml,
    body: methodCall('execute_kw', executeKw(caller, call)),
  }),
  HTTP: () => {
    throw new TypeError('A page is no call of a model.')
  },
}

function executeKw({ tenant, uid, password }: Caller, { model, method, ids, named }: ApiCall): unknown[] {
  return [tenant, uid, password, model, method, ids === undefined ? [] : [ids], named]
}

// Both tell errors with status 200, near the beginning of the answer.
function checked(answer: Buffer): Buffer {
  const head = answer.toString('latin1', 0, 200)
  if (head.startsWith('{"jsonrpc"') ? head.slice(0, 60).includes('"error"') : head.includes('<fault>'))
    throw new Error(answer.toString('utf8', 0, 800))
  return answer
}

/** The hand-written handler, with the same envelope around its answer. */
export function rivalSide(operation: Operation, protocol: Protocol, data: Prepared): Side {
  const path = rivalPath(operation)
  return (connection, n) => {
    if (protocol === 'HTTP') return connection.send({ method: 'GET', path, headers: '', body: '' })
    const database = n % data.tenants.length
    const given = operation.rivalArguments(data, n)
    const body = JSON.stringify({ protocol, id: n, database, arguments: given })
    return connection.send({ path, headers: json, body })
  }
}

export function rivalPath(operation: Operation): string {
  return `/${operation.key}`
}

/** The result inside an answer of any protocol. */
export function resultOf(answer: Buffer): unknown {
  const text = answer.toString('utf8')
  if (text.startsWith('<!')) return text
  if (text.startsWith('<')) return comparableResponse(text)
  const parsed: unknown = JSON.parse(text)
  const isEnvelope = parsed !== null && typeof parsed === 'object' && 'jsonrpc' in parsed
  return isEnvelope ? (parsed as { readonly result?: unknown }).result : parsed
}

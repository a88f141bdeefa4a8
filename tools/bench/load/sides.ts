/** The two sides of the comparison as something that runs the n-th operation on a connection. */

import { tenantName, type Prepared } from '../data/prepare.ts'
import type { Operation, Protocol } from '../operations/operation.ts'
import type { Connection } from './connection.ts'

/** Runs the n-th operation and returns the answer of its last call. @throws Error for anything but success */
export type Side = (connection: Connection, n: number) => Promise<Buffer>

/** The server, over one of its protocols, with a credential in each call as real clients send it. */
export function serverSide(operation: Operation, protocol: Protocol, data: Prepared): Side {
  const account = data[operation.as]
  const bearer = `Authorization: Bearer ${account.key}\r\nX-Odoo-Database: ${tenantName}\r\n`
  return async (connection, n) => {
    let answer: Buffer | null = null
    for (const make of operation.calls) {
      const before = answer === null ? null : resultOf(answer)
      const { model, method, ids, named } = make(data, n, before)
      if (protocol === 'JSON-2') {
        const body = JSON.stringify(ids === undefined ? named : { ids, ...named })
        answer = await connection.send({ path: `/json/2/${model}/${method}`, headers: bearer, body })
      } else {
        const args = [tenantName, account.uid, account.password, model, method, ids === undefined ? [] : [ids], named]
        const params = { service: 'object', method: 'execute_kw', args }
        const body = JSON.stringify({ jsonrpc: '2.0', method: 'call', id: n, params })
        answer = await connection.send({ path: '/jsonrpc', headers: '', body })
        // JSON-RPC tells errors with status 200; they stand right behind the id.
        if (answer.toString('latin1', 0, 60).includes('"error"')) throw new Error(answer.toString('utf8', 0, 800))
      }
    }
    return answer as Buffer
  }
}

/** The hand-written handler, with the same envelope around its answer. */
export function rivalSide(operation: Operation, protocol: Protocol, data: Prepared): Side {
  const path = rivalPath(operation)
  return (connection, n) => {
    const given = operation.rivalArguments(data, n)
    const body = JSON.stringify(protocol === 'JSON-2' ? { arguments: given } : { id: n, arguments: given })
    return connection.send({ path, headers: '', body })
  }
}

export function rivalPath(operation: Operation): string {
  return `/${operation.key}`
}

/** The result inside an answer of either protocol. */
export function resultOf(answer: Buffer): unknown {
  const parsed: unknown = JSON.parse(answer.toString('utf8'))
  const isEnvelope = parsed !== null && typeof parsed === 'object' && 'jsonrpc' in parsed
  return isEnvelope ? (parsed as { readonly result?: unknown }).result : parsed
}

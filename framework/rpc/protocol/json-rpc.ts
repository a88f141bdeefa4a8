/** JSON-RPC as Odoo speaks it: one call per POST, errors with HTTP status 200. */

import { isDictionary } from '../call/check-type.ts'
import { argumentsRefused } from '../call/refusal.ts'
import type { Caller } from '../directory.ts'
import type { Gate } from '../gate.ts'
import { type Answer, jsonAnswer, resultText, textAnswer } from './answer.ts'
import { jsonRpcError, settle } from './error-shapes.ts'
import { readJson } from './read-json.ts'
import { dispatch } from './services.ts'

/** `POST /jsonrpc`. */
export async function answerJsonRpc(gate: Gate, caller: Caller, body: Buffer): Promise<Answer> {
  return answerEnvelope(gate, caller, body, false, (params) => {
    const missing = ['service', 'method', 'args'].filter((name) => !(name in params))
    if (missing.length > 0) throw argumentsRefused(`Missing: ${missing.join(', ')}.`)
    const { args } = params
    if (!Array.isArray(args)) throw argumentsRefused('"args" must be a list.')
    return dispatch(gate, caller, 'json-rpc', params['service'], params['method'], args)
  })
}

/** Reads the envelope, runs, and wraps what comes out: `jsonrpc` and `method` are not looked at, `id` goes back as it came. */
export async function answerEnvelope(
  gate: Gate,
  caller: Caller,
  body: Buffer,
  web: boolean,
  run: (params: Readonly<Record<string, unknown>>) => unknown | Promise<unknown>,
): Promise<Answer> {
  let request: unknown
  try {
    request = readJson(body)
  } catch {
    return textAnswer(400, 'Invalid JSON data')
  }
  if (!isDictionary(request)) return textAnswer(400, 'Invalid JSON-RPC data')
  const id = idText(request['id'])
  try {
    const params = request['params']
    const result = resultText(await run(isDictionary(params) ? params : {}))
    return jsonAnswer(
      result === null ? `{"jsonrpc":"2.0","id":${id}}` : `{"jsonrpc":"2.0","id":${id},"result":${result}}`,
    )
  } catch (thrown) {
    const failure = settle(thrown, gate.log, { protocol: 'json-rpc', request: caller.requestId })
    return jsonAnswer(`{"jsonrpc":"2.0","id":${id},"error":${JSON.stringify(jsonRpcError(failure, web))}}`)
  }
}

function idText(id: unknown): string {
  return typeof id === 'string' || typeof id === 'number' ? JSON.stringify(id) : 'null'
}

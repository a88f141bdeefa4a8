/** Reads the body, counting as it comes: no route takes more than its bound, and all together no more than the server can hold. */

import { text } from '../answer/reply.ts'
import { maxUploadBytes } from '../../rpc/index.ts'
import type { Route } from '../routes.ts'
import type { OpenExchange, Reply } from '../exchange.ts'
import type { Check, Surroundings } from '../pipeline.ts'
import { bodyTypeOf } from './content-type.ts'

/** Bytes that one request to the route may hold. */
export function bodyLimitOf(route: Route): number {
  if (bodyTypeOf(route) === 'none') return 0
  return route.maxBodyBytes ?? (route.kind === 'RPC' ? maxUploadBytes : 1024 * 1024)
}

export const checkBody: Check = (exchange, around) => {
  if (exchange.route.discard === true) return null
  const limit = bodyLimitOf(exchange.route)
  const announced = exchange.headers['content-length']
  if (announced !== undefined && Number(announced) > limit) return tooLarge(limit)
  if (announced === undefined && exchange.headers['transfer-encoding'] === undefined) return null
  return announced === '0' ? null : read(exchange, around, limit)
}

function tooLarge(limit: number) {
  return text(413, limit === 0 ? 'This address takes no body.' : `The request is larger than ${limit} bytes.`)
}

// Where readers differ in which of two values counts, a check and its user may see different ones.
function saysTwice(form: URLSearchParams): boolean {
  return new Set(form.keys()).size !== form.size
}

function twice() {
  return text(400, 'A field stands twice in the form.')
}

function read(exchange: OpenExchange, { load }: Surroundings, limit: number) {
  return new Promise<Reply | null>((resolve) => {
    const chunks: Buffer[] = []
    let size = 0
    const { request } = exchange
    const end = (reply: Reply | null) => {
      load.bodyBytes -= size
      request.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onClose)
      if (reply !== null) request.pause()
      resolve(reply)
    }
    const onData = (chunk: Buffer) => {
      size += chunk.length
      load.bodyBytes += chunk.length
      if (size > limit) return end(tooLarge(limit))
      if (load.bodyBytes > load.maxBodyBytes)
        return end(text(503, 'The server is busy. Try again in a moment.', { headers: { 'Retry-After': '2' } }))
      chunks.push(chunk)
    }
    const onEnd = () => {
      exchange.body = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, size)
      end(bodyTypeOf(exchange.route) === 'form' && saysTwice(exchange.form()) ? twice() : null)
    }
    const onClose = () => end(text(400, 'The request ended early.'))
    // The client may have gone while an earlier check was waiting; no event would come any more.
    if (request.destroyed && !request.complete) return onClose()
    request.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose)
  })
}

/** One request from arrival to reply: host, route, pipeline, handler. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { AppError } from '../../errors.ts'
import { type Log, settle } from '../../rpc/index.ts'
import { text } from '../answer/reply.ts'
import { send } from '../answer/send.ts'
import type { Exchange, Reply } from '../exchange.ts'
import { runPipeline, type Surroundings } from '../pipeline.ts'
import type { Kind, Router } from '../routes.ts'
import { type Arrival, readArrival, RequestExchange } from './request.ts'

/** How a person's browser is told of a refusal or an error; programs get plain text. */
export type ErrorPage = (
  exchange: Exchange,
  error: { readonly status: number; readonly message: string; readonly reference: string | null },
) => Reply

export interface HandlerOptions {
  readonly router: Router
  readonly around: Surroundings
  readonly errorPage: ErrorPage
  readonly log: Log
  /** Whether the server is being closed. */
  readonly closing: () => boolean
}

export type Handler = (request: IncomingMessage, response: ServerResponse) => void

/** @param behindProxy for the plain listener, which only this machine reaches */
export function makeHandler(options: HandlerOptions, behindProxy: boolean): Handler {
  const { load } = options.around
  return (request, response) => {
    load.requests++
    response.once('close', () => load.requests--)
    handle(options, request, response, behindProxy).catch((cause) => {
      options.log({ level: 'error', event: 'reply failed', cause })
      response.destroy()
    })
  }
}

async function handle(
  options: HandlerOptions,
  request: IncomingMessage,
  response: ServerResponse,
  behindProxy: boolean,
): Promise<void> {
  const arrival = readArrival(request, behindProxy)
  if (arrival === null) return sendReply(options, request, response, 'RPC', !behindProxy, text(400, 'Bad request.'))
  const exchange = findRoute(options, arrival, response)
  let reply: Reply
  try {
    reply = (await runPipeline(exchange, options.around)) ?? (await exchange.route.handler(exchange))
  } catch (thrown) {
    reply = errorReply(options, exchange, thrown)
  }
  if (isPlainRefusal(reply) && isForPerson(exchange)) {
    reply = {
      ...options.errorPage(exchange, { status: reply.status, message: reply.body, reference: null }),
      ...(reply.headers === undefined ? {} : { headers: reply.headers }),
    }
  }
  sendReply(options, request, response, exchange.route.kind, exchange.secure, reply)
}

// A path that leads nowhere goes through the same table as a page, so that host and transport are checked before it is said.
function findRoute({ router, around }: HandlerOptions, arrival: Arrival, response: ServerResponse): RequestExchange {
  const match = router.match(arrival.request.method ?? '', arrival.path)
  const { directory, hosts } = around
  if (match.found === 'route')
    return new RequestExchange(arrival, match.route, match.params, response, directory, hosts)
  const reply =
    match.found === 'nothing'
      ? text(404, 'Not found.')
      : text(405, 'This method is not allowed here.', { headers: { Allow: match.allow } })
  const kind: Kind = wantsPage(arrival) ? 'PAGE' : 'RPC'
  const route = {
    method: 'GET',
    path: arrival.path,
    kind,
    tenant: 'none',
    ownCredentials: true,
    discard: true,
    handler: () => reply,
  } as const
  return new RequestExchange(arrival, route, {}, response, directory, hosts)
}

function wantsPage({ request }: Arrival): boolean {
  return (
    (request.method === 'GET' || request.method === 'HEAD') && request.headers.accept?.includes('text/html') === true
  )
}

function errorReply({ errorPage, log }: HandlerOptions, exchange: Exchange, thrown: unknown): Reply {
  const { error, reference } = settle(thrown, log, { path: exchange.route.path, request: exchange.requestId })
  if (isForPerson(exchange)) return errorPage(exchange, { status: error.status, message: error.message, reference })
  return text(error.status, error instanceof AppError ? error.message : 'Error.')
}

function isForPerson({ route }: Exchange): boolean {
  return route.kind === 'PAGE' || route.kind === 'LINK'
}

function isPlainRefusal(reply: Reply): reply is Reply & { body: string } {
  return reply.status >= 400 && typeof reply.body === 'string' && reply.type?.startsWith('text/plain') === true
}

function sendReply(
  options: HandlerOptions,
  request: IncomingMessage,
  response: ServerResponse,
  kind: Kind,
  secure: boolean,
  reply: Reply,
): void {
  // What is left of an unread body must not be taken for the next request.
  const unread = !request.complete && (request.headers['content-length'] ?? '0') !== '0'
  const chunked = !request.complete && request.headers['transfer-encoding'] !== undefined
  send(response, reply, {
    kind,
    secure,
    head: request.method === 'HEAD',
    close: unread || chunked || options.closing(),
  })
}

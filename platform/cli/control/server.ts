/** Serves the verbs to command lines on this machine, over a unix socket that only the owner's user can open. */

import { chmodSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { runHomeVerb } from '../command/run-home-verb.ts'
import type { HomeVerb, Verb } from '../command/verb.ts'
import type { Hosting } from '../hosting/hosting.ts'
import { type Failure, failureOf } from '../output/failure.ts'
import { claimSocketPath, forgetSocketPath } from './socket-path.ts'
import { mostRequestBytes, type OwnerStatus, parseRunRequest, type RunEvent, runPath, statusPath } from './wire.ts'

export interface ControlServer {
  /** Takes no more verbs and waits for those that run, `patienceMs` at most. */
  close(patienceMs: number): Promise<void>
}

export interface ControlOptions {
  readonly hosting: Hosting
  readonly verbs: readonly Verb[]
  readonly version: string
  log(reference: string, cause: unknown): void
}

/** Starts the control socket in the home's run folder. */
export async function startControlServer(options: ControlOptions): Promise<ControlServer> {
  const { runFolder } = options.hosting.home
  const path = claimSocketPath(runFolder)
  const running = new Set<Promise<void>>()
  const startedAt = new Date().toISOString()
  const server = createServer((request, response) => {
    const work = answer(request, response, options, startedAt).catch((error: unknown) => {
      options.log('control', error)
      response.destroy()
    })
    running.add(work)
    void work.finally(() => running.delete(work))
  })
  server.timeout = 0
  server.requestTimeout = 10_000
  await listen(server, path)
  return {
    close: async (patienceMs) => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeIdleConnections()
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, patienceMs)
      })
      await Promise.race([Promise.allSettled(running), late])
      clearTimeout(timer)
      server.closeAllConnections()
      await closed
      forgetSocketPath(runFolder)
    },
  }
}

// The folder is 0700 already; the mode is a second wall. The umask is set only for the moment of binding.
async function listen(server: Server, path: string): Promise<void> {
  const before = process.umask(0o177)
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(path, () => {
        server.off('error', reject)
        resolve()
      })
    })
  } finally {
    process.umask(before)
  }
  chmodSync(path, 0o600)
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: ControlOptions,
  startedAt: string,
): Promise<void> {
  if (request.method === 'GET' && request.url === statusPath) return status(response, options, startedAt)
  if (request.method !== 'POST' || request.url !== runPath) return void response.writeHead(404).end()
  const body = await readBody(request)
  const wanted = body === null ? null : parseRunRequest(body)
  const verb = options.verbs.find(
    (candidate): candidate is HomeVerb<unknown> => candidate.runs === 'home' && candidate.name === wanted?.verb,
  )
  // At once: a client that has no answer yet takes it that nothing was begun.
  response.writeHead(200, { 'content-type': 'application/x-ndjson' }).flushHeaders()
  const send = (event: RunEvent): void => void (response.destroyed || response.write(`${JSON.stringify(event)}\n`))
  if (wanted === null || verb === undefined) {
    send({ failure: unknownVerb(wanted?.verb) })
    return void response.end()
  }
  try {
    const result = await runHomeVerb(verb, options.hosting, wanted.args, wanted.isDryRun, {
      progress: (progress, done, total) =>
        send({ progress, ...(done === undefined ? {} : { done }), ...(total === undefined ? {} : { total }) }),
      warn: (warning) => send({ warning }),
    })
    send({ result })
  } catch (error) {
    send({ failure: failureOf(error, options.log) })
  }
  response.end()
}

function status(response: ServerResponse, { hosting, version }: ControlOptions, startedAt: string): void {
  const body: OwnerStatus = {
    pid: process.pid,
    version,
    isServing: hosting.isServing,
    url: `https://localhost:${hosting.httpsPort}`,
    startedAt,
  }
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

async function readBody(request: IncomingMessage): Promise<string | null> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length
    if (size > mostRequestBytes) return null
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

// The two sides may be of different versions for the moment of an upgrade.
function unknownVerb(name: string | undefined): Failure {
  return {
    code: 'ERR_CONTROL_VERB',
    message: `The running Holdfast does not know ${name === undefined ? 'this request' : `'${name}'`}.`,
    next: 'It is of another version than this command line: restart it, then try again.',
    exit: 'conflict',
  }
}

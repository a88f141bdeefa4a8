/** Asks the process that owns a home to run a verb. */

import { request as httpRequest, type IncomingMessage } from 'node:http'
import { createInterface } from 'node:readline'
import { UnavailableError } from '../../../framework/errors.ts'
import type { Report } from '../command/verb.ts'
import type { Failure } from '../output/failure.ts'
import { findSocketPath } from './socket-path.ts'
import { type OwnerStatus, type RunEvent, type RunRequest, runPath, statusPath } from './wire.ts'

/** What the owner answered. */
export type Outcome = { readonly result: unknown } | { readonly failure: Failure }

/** The owner of a home, or null when nobody listens there. @param runFolder the home's `run` folder */
export async function askOwner(runFolder: string): Promise<OwnerStatus | null> {
  const response = await send(runFolder, 'GET', statusPath)
  if (response === null) return null
  let text = ''
  for await (const part of response) text += String(part)
  return JSON.parse(text) as OwnerStatus
}

/**
 * Runs a verb in the owner of a home.
 * @returns null when nobody owns it, or its owner does not listen (yet)
 * @throws UnavailableError ERR_CONTROL_LOST when the owner ends before it has answered
 */
export async function runInOwner(runFolder: string, wanted: RunRequest, report: Report): Promise<Outcome | null> {
  const response = await send(runFolder, 'POST', runPath, JSON.stringify(wanted))
  if (response === null) return null
  try {
    for await (const line of createInterface({ input: response, crlfDelay: Number.POSITIVE_INFINITY })) {
      if (line === '') continue
      const event = JSON.parse(line) as RunEvent
      if ('progress' in event) report.progress(event.progress, event.done, event.total)
      else if ('warning' in event) report.warn(event.warning)
      else return event
    }
  } catch (cause) {
    throw lost(cause)
  }
  throw lost(undefined)
}

function lost(cause: unknown): UnavailableError {
  return new UnavailableError(
    'ERR_CONTROL_LOST',
    `The running Holdfast ended before it had answered; whether the work was done is not known. Start it again with 'holdfast up' and look.`,
    { cause },
  )
}

function send(runFolder: string, method: string, path: string, body?: string): Promise<IncomingMessage | null> {
  const socketPath = findSocketPath(runFolder)
  if (socketPath === null) return Promise.resolve(null)
  return new Promise((resolve, reject) => {
    const request = httpRequest({ socketPath, method, path, agent: false })
    let isAnswered = false
    request.once('response', (response) => {
      isAnswered = true
      resolve(response)
    })
    request.on('error', (error: NodeJS.ErrnoException) => {
      if (isAnswered) return
      // No socket, or one that a killed owner left: nobody is there.
      if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED' || error.code === 'ENOTDIR') return resolve(null)
      if (error.code === 'ECONNRESET') return resolve(null) // it is closing
      reject(error)
    })
    request.end(body)
  })
}

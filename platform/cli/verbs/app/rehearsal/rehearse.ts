/** Tries a change of a tenant's applications on a copy of its database, by a process that loads them from disk as they are now. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { ConflictError, ServerError } from '../../../../../framework/errors.ts'
import { loadedApps } from '../../../../../framework/modules/index.ts'
import type { Home } from '../../../../tenants/index.ts'
import type { Answer, Order, Rehearsed } from './worker.ts'

/** What a change is called for whoever waits for it. */
export type Change = Order['change']

/**
 * Makes the change on a copy and checks it there. The tenant serves on meanwhile and is not touched.
 * @returns what was done, and whether this process has loaded the applications as they are on disk
 * @throws ConflictError with the code of the failure, by default ERR_REHEARSAL
 */
export async function rehearse(
  home: Home,
  name: string,
  change: Change,
): Promise<Rehearsed & { readonly isCurrent: boolean }> {
  const answer = await home.tenants.withTrial(name, ({ database }) =>
    askWorker({
      address: {
        host: database.socketDir,
        port: database.port,
        database: database.database,
        user: database.user,
        password: database.password.reveal(),
      },
      change,
    }),
  )
  if ('code' in answer) {
    const code = answer.code === '' ? 'ERR_REHEARSAL' : answer.code
    throw new ConflictError(
      code === 'ERR_REHEARSAL' ? 'ERR_REHEARSAL' : code,
      `It was tried on a copy and does not work; ${name} was not touched. ${answer.message}`,
      { detail: { stack: answer.stack } },
    )
  }
  const mine = await loadedApps(Object.keys(answer.declares))
  const isCurrent = Object.entries(answer.declares).every(([app, hash]) => mine[app] === hash)
  return { ...answer, isCurrent }
}

async function askWorker(order: Order): Promise<Answer> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'worker.ts')], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: process.env,
  })
  child.stdin.on('error', () => {}) // it ended before it read everything; its exit code tells
  // The password goes through the pipe: arguments and environment can be read by others.
  child.stdin.end(JSON.stringify(order))
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ])
  const last = stdout.trimEnd().split('\n').at(-1) ?? ''
  if (code !== 0 || last === '') {
    throw new ServerError('ERR_REHEARSAL_PROCESS', 'The trial on a copy ended before it was through.', {
      detail: { code, stderr: stderr.slice(-4_000) },
    })
  }
  return JSON.parse(last) as Answer
}

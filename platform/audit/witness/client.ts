/** The owner's side: starts the witness when it is first asked, and again when it has ended. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { HASH_BYTES, parseVerifierKey, type WitnessView } from '../../../framework/audit/index.ts'
import { UnavailableError } from '../../../framework/errors.ts'
import { witnessAccount } from './account.ts'
import type { Answered, HeldLog, Question, Submission, Verdict, WitnessIdentity } from './messages.ts'

export interface Witness {
  who(): Promise<WitnessIdentity>
  held(origin: string): Promise<HeldLog | null>
  /** All that it holds. */
  all(): Promise<readonly HeldLog[]>
  add(submission: Submission): Promise<Verdict>
  /** What a verification compares with. */
  view(origin: string): Promise<WitnessView>
  close(): Promise<void>
}

const PATIENCE_MS = 20_000
const HASHES_AT_ONCE = 100_000

interface Running {
  readonly child: ChildProcess
  readonly waiting: Map<number, { resolve(answer: unknown): void; reject(cause: unknown): void }>
}

/** @param home the home's folder; the witness keeps what it holds in `witness/` below it */
export function openWitness(home: string): Witness {
  const folder = join(home, 'witness')
  let running: Running | null = null
  let isClosed = false
  let asked = 0

  const start = (): Running => {
    const account = witnessAccount(folder)
    const program = join(import.meta.dirname, 'program.ts')
    const words = account === null ? [] : [String(account.uid), String(account.gid)]
    const child = spawn(process.execPath, ['--max-old-space-size=128', program, folder, ...words], {
      detached: true, // a session of its own: Ctrl-C does not reach it
      cwd: '/',
      env: {}, // it has no use for our secrets
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    const one: Running = { child, waiting: new Map() }
    const fail = (cause: unknown): void => {
      if (running === one) running = null
      for (const { reject } of one.waiting.values()) reject(gone(cause))
      one.waiting.clear()
    }
    child.once('error', fail)
    child.once('exit', fail)
    child.stdin?.on('error', () => {})
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      const { id, answer, failure } = JSON.parse(line) as { id: number; answer?: unknown; failure?: string }
      const question = one.waiting.get(id)
      one.waiting.delete(id)
      if (failure === undefined) question?.resolve(answer)
      else question?.reject(gone(new Error(failure)))
      if (one.waiting.size === 0) letGo(child, true)
    })
    return one
  }

  const ask = async <Q extends Question>(question: Q): Promise<Answered<Q>> => {
    if (isClosed) throw gone()
    running ??= start()
    const { child, waiting } = running
    const id = ++asked
    let timer: NodeJS.Timeout | undefined
    letGo(child, false)
    try {
      return (await new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject })
        timer = setTimeout(() => reject(gone(new Error('no answer in time'))), PATIENCE_MS)
        child.stdin?.write(`${JSON.stringify({ id, question })}\n`)
      })) as Answered<Q>
    } finally {
      clearTimeout(timer)
      waiting.delete(id)
    }
  }

  return {
    who: () => ask({ ask: 'who' }),
    held: (origin) => ask({ ask: 'held', origin }),
    all: () => ask({ ask: 'all' }),
    add: (submission) => ask({ ask: 'add', ...submission }),
    view: async (origin) => {
      const [held, { verifierKey }] = await Promise.all([ask({ ask: 'held', origin }), ask({ ask: 'who' })])
      const verifier = parseVerifierKey(verifierKey)
      if (verifier === null) throw gone(new Error('it has no key'))
      const parts: Buffer[] = []
      for (let from = 0; from < (held?.size ?? 0); from += HASHES_AT_ONCE) {
        const count = Math.min(HASHES_AT_ONCE, (held?.size ?? 0) - from)
        parts.push(Buffer.from(await ask({ ask: 'hashes', origin, from, count }), 'base64'))
      }
      const hashes = Buffer.concat(parts)
      return {
        checkpoint: held?.note ?? null,
        verifier,
        hashes: hashes.subarray(0, hashes.length - (hashes.length % HASH_BYTES)),
      }
    },
    close: async () => {
      isClosed = true
      if (running === null) return
      const { child } = running
      letGo(child, false)
      const ended = once(child, 'exit')
      child.stdin?.end()
      await ended
    },
  }
}

/** Whether our process may end while the witness waits for questions. */
function letGo(child: ChildProcess, isFree: boolean): void {
  const pipes = [child.stdin, child.stdout] as unknown as { ref(): void; unref(): void }[]
  for (const one of [child, ...pipes]) {
    if (isFree) one.unref()
    else one.ref()
  }
}

function gone(cause?: unknown): UnavailableError {
  return new UnavailableError('ERR_AUDIT_WITNESS', 'The witness of the audit logs does not answer.', { cause })
}

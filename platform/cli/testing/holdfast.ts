/** Runs bin/holdfast as a user's script does: a process of its own, a home and ports of its own. Only tests import it. */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { request as httpsRequest } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Ready } from '../up/ready.ts'

const program = join(import.meta.dirname, '..', '..', '..', 'bin', 'holdfast')

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  /** stdout as the one JSON document that it has to be. */
  json<T>(): T
}

/** A home in a temporary folder; ports are free ones. */
export class TestHome {
  readonly path = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-cli-')))
  readonly #running = new Set<ChildProcess>()
  readonly #settings: Readonly<Record<string, string>>

  /** @param settings further variables of the environment */
  constructor(settings: Readonly<Record<string, string>> = {}) {
    this.#settings = settings
  }

  /** Runs one command to its end. */
  async run(...words: string[]): Promise<Ended> {
    const child = this.#spawn(words)
    const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)]
    const [code] = (await once(child, 'close')) as [number | null]
    return { code, stdout: stdout(), stderr: stderr(), json: <T>() => JSON.parse(stdout()) as T }
  }

  /** Starts `up --json` and returns when it says that it is ready. */
  async up(): Promise<Up> {
    const child = this.#spawn(['up', '--json'])
    const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)]
    const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>
    while (!stdout().includes('\n')) {
      const isOver = await Promise.race([
        once(child.stdout as NodeJS.ReadableStream, 'data').then(() => false),
        ended.then(() => true),
      ])
      if (isOver && !stdout().includes('\n')) throw new Error(`up ended before it was ready: ${stderr()}`)
    }
    return {
      ready: JSON.parse(stdout()) as Ready,
      pid: child.pid ?? -1,
      stdout,
      stop: async (signal) => {
        child.kill(signal)
        const [code] = await ended
        return code
      },
    }
  }

  /** PostgreSQL processes whose command line names this home. */
  postgresProcesses(): string[] {
    const lines = execFileSync('ps', ['-axww', '-o', 'command='], { encoding: 'utf8' }).split('\n')
    return lines.filter((line) => line.includes('postgres') && line.includes(this.path))
  }

  /** Ends what still runs and removes the folder. */
  async remove(): Promise<void> {
    for (const child of this.#running) {
      child.kill('SIGTERM')
      await once(child, 'close')
    }
    rmSync(this.path, { recursive: true, force: true })
  }

  #spawn(words: readonly string[]): ChildProcess {
    const { HOLDFAST_DOMAINS: _, HOLDFAST_LISTEN: __, ...env } = process.env
    const child = spawn(program, words, {
      cwd: tmpdir(),
      env: { ...env, HOLDFAST_HOME: this.path, HOLDFAST_PORT: '0', HOLDFAST_HTTP_PORT: '0', ...this.#settings },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#running.add(child)
    child.once('close', () => this.#running.delete(child))
    return child
  }
}

export interface Up {
  readonly ready: Ready
  readonly pid: number
  stdout(): string
  /** @returns the exit code; null when the signal itself ended it */
  stop(signal: NodeJS.Signals): Promise<number | null>
}

/** GET over HTTPS on loopback, trusting only the given authority; the host name goes into SNI and Host. */
export function getSecurely(url: string, ca: Buffer): Promise<{ status: number; body: string }> {
  const { hostname, port, pathname } = new URL(url)
  return new Promise((resolve, reject) => {
    const request = httpsRequest(
      {
        host: '127.0.0.1',
        port,
        path: pathname,
        servername: hostname,
        ca,
        headers: { host: `${hostname}:${port}` },
        agent: false,
      },
      (response) => {
        const body = collect(response)
        response.once('end', () => resolve({ status: response.statusCode ?? 0, body: body() }))
      },
    )
    request.once('error', reject)
    request.end()
  })
}

function collect(stream: NodeJS.ReadableStream | null): () => string {
  const parts: Buffer[] = []
  stream?.on('data', (part: Buffer) => parts.push(part))
  return () => Buffer.concat(parts).toString('utf8')
}

/** sqlmap of Debian, bounded, on one request whose places are marked with `*`. */

import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const sqlmapPath = '/usr/bin/sqlmap'
export const hasSqlmap = existsSync(sqlmapPath)

/** A request as sqlmap reads it: each `*` is a place to attack. */
export interface MarkedRequest {
  readonly what: string
  /** `http://127.0.0.1:PORT` or the https address of a company. */
  readonly origin: string
  readonly path: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

export interface SqlmapOptions {
  readonly proxy?: string
  /** 1 to 5; default 1. */
  readonly level?: number
  /** Letters of sqlmap: B boolean, E error, U union, S stacked, T time. Default `BES`. */
  readonly techniques?: string
  /** Default 120 000. */
  readonly timeoutMs?: number
}

export interface SqlmapFinding {
  readonly injectable: boolean
  /** Requests that it sent. */
  readonly requests: number
  readonly output: string
}

/** Runs it. @throws Error when it could not judge: no connection, no place to attack, or out of time */
export async function runSqlmap(request: MarkedRequest, options: SqlmapOptions = {}): Promise<SqlmapFinding> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-sqlmap-'))
  try {
    const file = join(folder, 'request.txt')
    await writeFile(file, asText(request))
    const words = [
      '-r',
      file,
      '--ignore-stdin',
      '--batch',
      '--disable-coloring',
      '--flush-session',
      '--dbms=PostgreSQL',
      '--threads=1',
      '--timeout=10',
      '--retries=0',
      '--skip-waf',
      '--time-sec=2',
      '--ignore-code=*',
      '--output-dir',
      join(folder, 'out'),
      `--level=${options.level ?? 1}`,
      '--risk=1',
      `--technique=${options.techniques ?? 'BES'}`,
      ...(request.origin.startsWith('https:') ? ['--force-ssl'] : []),
      ...(options.proxy === undefined ? ['--ignore-proxy'] : [`--proxy=${options.proxy}`]),
    ]
    const output = await run(words, folder, options.timeoutMs ?? 120_000)
    const injectable = /identified the following injection point/.test(output)
    if (!injectable && !/all tested parameters do not appear to be injectable/.test(output))
      throw new Error(`sqlmap could not judge ${request.what}:\n${output.slice(-1_500)}`)
    const [, counted = '0'] = /total of (\d+) HTTP/.exec(output) ?? []
    return { injectable, requests: Number(counted), output }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function asText({ origin, path, method, headers = {}, body }: MarkedRequest): string {
  const lines = [`${method ?? (body === undefined ? 'GET' : 'POST')} ${path} HTTP/1.1`, `Host: ${new URL(origin).host}`]
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`)
  return `${lines.join('\r\n')}\r\n\r\n${body ?? ''}`
}

function run(words: readonly string[], home: string, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(sqlmapPath, words, {
      env: { PATH: '/usr/bin:/bin', HOME: home, LANG: 'C.UTF-8' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => (output += part.toString()))
    child.on('error', reject)
    child.on('close', () => {
      clearTimeout(timer)
      resolve(output)
    })
  })
}

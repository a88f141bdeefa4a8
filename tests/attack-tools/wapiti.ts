/** Wapiti of Debian, bounded: it crawls from an address and attacks every parameter and form that it finds. */

import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const wapitiPath = '/usr/bin/wapiti'
export const hasWapiti = existsSync(wapitiPath)

/** What it may look for, in the order of its cost; each needs no network beyond the server itself. */
export const modules = {
  quick: ['crlf', 'redirect', 'csrf', 'cookieflags', 'http_headers', 'csp', 'methods'],
  usual: ['sql', 'xss', 'permanentxss', 'file', 'exec'],
  long: ['blindsql', 'backup', 'htaccess', 'shellshock'],
} as const

export interface WapitiOptions {
  readonly proxy?: string
  /** `session_id=…` of the host of the address. */
  readonly cookie?: string
  readonly scanSeconds: number
  readonly attackSeconds: number
  /** How far from the first address, and how many links of a page; default 2 and 12. */
  readonly depth?: number
  readonly links?: number
  readonly modules: readonly string[]
}

export interface WapitiFinding {
  /** Wapiti's name of the class: `SQL Injection`. */
  readonly kind: string
  readonly path: string
  readonly info: string
}

export interface WapitiReport {
  readonly findings: readonly WapitiFinding[]
  /** Addresses and forms that it found. */
  readonly pages: number
}

/** Runs it. @throws Error when it wrote no report */
export async function runWapiti(address: string, options: WapitiOptions): Promise<WapitiReport> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-wapiti-'))
  try {
    const report = join(folder, 'report.json')
    const words = ['-u', address, '--scope', 'folder', '-m', options.modules.join(','), '-f', 'json', '-o', report]
    words.push('--no-bugreport', '--flush-session', '--store-session', folder, '--store-config', folder, '-v', '1')
    words.push(
      '--max-scan-time',
      String(options.scanSeconds),
      '--max-attack-time',
      String(options.attackSeconds),
      '-t',
      '10',
    )
    // The forms are sent as a page of the same origin sends them; otherwise the check of the origin would answer for all others.
    words.push('-d', String(options.depth ?? 2), '-H', `Origin: ${new URL(address).origin}`)
    words.push('--max-links-per-page', String(options.links ?? 12), '--max-files-per-dir', String(options.links ?? 12))
    if (options.proxy !== undefined) words.push('-p', options.proxy)
    if (options.cookie !== undefined) {
      const cookies = join(folder, 'cookies.json')
      await writeFile(cookies, cookieFile(new URL(address).hostname, options.cookie))
      words.push('-c', cookies)
    }
    const output = await run(
      words,
      folder,
      (options.scanSeconds + options.attackSeconds * options.modules.length + 60) * 1_000,
    )
    const read = await readFile(report, 'utf8').catch(() => null)
    if (read === null) throw new Error(`Wapiti wrote no report:\n${output.slice(-2_000)}`)
    const [, found = '0'] = /found (\d+) URLs and forms/.exec(output) ?? []
    return { findings: findingsOf(read), pages: Number(found) }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function findingsOf(text: string): WapitiFinding[] {
  const report = JSON.parse(text) as Record<
    'vulnerabilities' | 'anomalies',
    Record<string, { path: string; info: string }[]>
  >
  return Object.entries({ ...report.vulnerabilities, ...report.anomalies }).flatMap(([kind, list]) =>
    list.map(({ path, info }) => ({ kind, path, info })),
  )
}

function cookieFile(host: string, cookie: string): string {
  const at = cookie.indexOf('=')
  const value = { version: 0, expires: null, secure: true, value: cookie.slice(at + 1), port: null }
  return JSON.stringify({ [host.includes('.') ? `.${host}` : host]: { '/': { [cookie.slice(0, at)]: value } } })
}

function run(words: readonly string[], home: string, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(wapitiPath, words, {
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

/** What the environment says, read once and checked. */

import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { UsageError } from '../command/exit-codes.ts'

export interface Settings {
  /** Absolute. */
  readonly homePath: string
  /** 0 takes a free port. */
  readonly httpsPort: number
  /** undefined: no plain HTTP. */
  readonly httpPort: number | undefined
  /** Address that HTTPS listens on; undefined: all. Without public domains it is this machine only, unless one is given. */
  readonly listen: string | undefined
  readonly domains: readonly string[]
  /** Milliseconds without use after which an instance is stopped. */
  readonly idleTimeoutMs: number
  /** How many processes serve requests. */
  readonly processes: number
  readonly isDebug: boolean
}

const checkout = resolve(import.meta.dirname, '..', '..', '..')
const DEFAULT_PORT = 8443
const LOOPBACK = '127.0.0.1'
const DEFAULT_IDLE_MINUTES = 15
const MOST_PROCESSES = 16
const USUAL_MOST_PROCESSES = 4

/** @throws UsageError for a value that cannot be meant */
export function readSettings(env: NodeJS.ProcessEnv = process.env): Settings {
  const text = (name: string): string | undefined => env[name]?.trim() || undefined
  const domains = (text('HOLDFAST_DOMAINS') ?? '')
    .split(',')
    .map((domain) => domain.trim().toLowerCase())
    .filter((domain) => domain !== '')
    .map(checkDomain)
  return {
    // Relative to where the person stands; without it the checkout's, so that every folder gives the same home.
    homePath: resolve(text('HOLDFAST_HOME') ?? resolve(checkout, 'data')),
    httpsPort: number('HOLDFAST_PORT', text('HOLDFAST_PORT'), 65_535) ?? DEFAULT_PORT,
    httpPort: number('HOLDFAST_HTTP_PORT', text('HOLDFAST_HTTP_PORT'), 65_535),
    // Nobody else's machine is meant to reach what is tried out on this one.
    listen: text('HOLDFAST_LISTEN') ?? (domains.length === 0 ? LOOPBACK : undefined),
    domains,
    idleTimeoutMs:
      (number('HOLDFAST_IDLE_MINUTES', text('HOLDFAST_IDLE_MINUTES'), 10_000) ?? DEFAULT_IDLE_MINUTES) * 60_000,
    processes: Math.max(
      1,
      number('HOLDFAST_PROCESSES', text('HOLDFAST_PROCESSES'), MOST_PROCESSES) ?? usualProcesses(),
    ),
    isDebug: text('HOLDFAST_DEBUG') === '1',
  }
}

function usualProcesses(): number {
  // PostgreSQL needs a core as well: on two cores a second process only takes from it (docs/benchmarks.md).
  return Math.max(1, Math.min(USUAL_MOST_PROCESSES, availableParallelism() - 1))
}

/** Address of a tenant in a browser. @param port of HTTPS; 443 is left out */
export function tenantUrl(name: string, settings: Pick<Settings, 'domains'>, port: number): string {
  return `https://${name}.${settings.domains[0] ?? 'localhost'}${port === 443 ? '' : `:${port}`}`
}

function number(name: string, value: string | undefined, most: number): number | undefined {
  if (value === undefined) return undefined
  if (/^\d{1,5}$/.test(value) && Number(value) <= most) return Number(value)
  throw new UsageError(
    `${name} is '${value}', which is no number from 0 to ${most}.`,
    `Set it to a number, or unset it.`,
  )
}

function checkDomain(domain: string): string {
  if (/^(?=.{1,200}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+$/.test(domain))
    return domain
  throw new UsageError(
    `HOLDFAST_DOMAINS names '${domain}', which is no domain.`,
    `For instance HOLDFAST_DOMAINS=example.com makes tenants reachable as NAME.example.com.`,
  )
}

/** What the command line asks for. */

import { parseArgs } from 'node:util'

export interface Options {
  /** What is run: the operations, or one of the long parts. */
  readonly part: 'operations' | 'growth' | 'idle' | 'processes' | 'audit' | 'sandbox' | 'page' | 'proof'
  /** Letters of operations; empty = all. */
  readonly keys: readonly string[]
  readonly isQuick: boolean
  readonly isJson: boolean
  readonly isProfiled: boolean
  /** Only this concurrency; `null` = each operation's own. */
  readonly concurrency: number | null
  /** Partners in place of the usual 10 000; reads only then. */
  readonly rows: number | null
  /** Tenants of the part `idle`. */
  readonly idle: number
  /** Minutes that the part `proof` spends on mutants. */
  readonly minutes: number
}

export const usage = `npm run bench -- [operation …] [--rows N | --growth | --processes | --audit | --sandbox | --idle N | --page | --proof] [--quick] [--json] [--profile] [--concurrency N]
  operation      letters of docs/benchmarks.md, such as "a b"; default all
  --rows         the reads with so many partners, such as 1000000
  --growth       how cost grows with rows, rules, groups and tenants
  --processes    the same load on one serving process and on several
  --audit        what the audit log costs writers of a recorded model
  --sandbox      whether others notice twenty hostile scripts of one tenant
  --idle         what so many tenants cost that nobody uses, such as 1000
  --proof        the long run of the security suites, mutants and twins: docs/security/proof.md
  --minutes N    of it for mutants; default 120
  --page         only writes the page from the figures that are there
  --quick        a few calls of each on little data: does it work, not how fast
  --json         one JSON document instead of the table
  --profile      profiles the server: docs/benchmarks/profile.md instead of figures
  --concurrency  only this number of clients
Figures and graphs go to docs/benchmarks/, the page to docs/benchmarks.md; each run renews what it measured.`

/**
 * @param known letters of the operations that there are
 * @throws TypeError with what is wrong
 */
export function readOptions(args: readonly string[], known: readonly string[]): Options | 'help' {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      profile: { type: 'boolean', default: false },
      growth: { type: 'boolean', default: false },
      processes: { type: 'boolean', default: false },
      audit: { type: 'boolean', default: false },
      sandbox: { type: 'boolean', default: false },
      page: { type: 'boolean', default: false },
      proof: { type: 'boolean', default: false },
      minutes: { type: 'string' },
      rows: { type: 'string' },
      idle: { type: 'string' },
      concurrency: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return 'help'
  const unknown = positionals.find((key) => !known.includes(key))
  if (unknown !== undefined) throw new TypeError(`There is no operation ${unknown}; there are ${known.join(', ')}.`)
  const idle = number('--idle', values.idle, 5_000)
  const parts = (['page', 'growth', 'processes', 'audit', 'sandbox', 'proof'] as const).filter((part) => values[part])
  return {
    part: parts[0] ?? (idle !== null ? 'idle' : 'operations'),
    keys: positionals,
    isQuick: values.quick,
    isJson: values.json,
    isProfiled: values.profile,
    concurrency: number('--concurrency', values.concurrency, 256),
    rows: number('--rows', values.rows, 10_000_000),
    idle: idle ?? 0,
    minutes: number('--minutes', values.minutes, 2_000) ?? 120,
  }
}

function number(name: string, text: string | undefined, most: number): number | null {
  if (text === undefined) return null
  const value = Number(text)
  if (Number.isInteger(value) && value > 0 && value <= most) return value
  throw new TypeError(`${name} takes a number from 1 to ${most}.`)
}

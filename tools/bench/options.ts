/** What the command line asks for. */

import { parseArgs } from 'node:util'

export interface Options {
  /** Letters of operations; empty = all. */
  readonly keys: readonly string[]
  readonly isQuick: boolean
  readonly isJson: boolean
  readonly isProfiled: boolean
  /** Only this concurrency; `null` = each operation's own. */
  readonly concurrency: number | null
}

export const usage = `npm run bench -- [operation …] [--quick] [--json] [--profile] [--concurrency N]
  operation      letters of docs/benchmarks.md, such as "a b"; default all
  --quick        a few calls of each on little data: does it work, not how fast
  --json         one JSON document instead of the table
  --profile      profile the server, print its functions by self time for each operation
  --concurrency  only this number of clients
A full run without a choice writes docs/benchmarks.md.`

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
      concurrency: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return 'help'
  const unknown = positionals.find((key) => !known.includes(key))
  if (unknown !== undefined) throw new TypeError(`There is no operation ${unknown}; there are ${known.join(', ')}.`)
  const concurrency = values.concurrency === undefined ? null : Number(values.concurrency)
  if (concurrency !== null && !(Number.isInteger(concurrency) && concurrency > 0 && concurrency <= 256))
    throw new TypeError('--concurrency takes a number from 1 to 256.')
  return { keys: positionals, isQuick: values.quick, isJson: values.json, isProfiled: values.profile, concurrency }
}

/** `holdfast audit list`. */

import { type Entry, readEntries, readLog } from '../../../../framework/audit/index.ts'
import { UsageError } from '../../command/exit-codes.ts'
import { argument, homeVerb, isSet, option, type VerbArgs } from '../../command/verb.ts'
import { table } from '../../output/table.ts'
import { plain } from '../../output/terminal.ts'
import { moment } from '../../output/words.ts'
import { recordOf } from '../tenant/change.ts'

interface Listed {
  readonly tenant: string
  readonly size: number
  readonly entries: readonly Entry[]
}

/** Shows entries of an audit log, newest first. */
export const auditList = homeVerb<Listed>({
  name: 'audit list',
  summary: 'Show entries of the audit log of a database, newest first',
  details: `Personal parts (network addresses, old values) are only opened with --personal; those of people who were erased
nobody opens any more.`,
  arguments: [{ name: 'NAME', isRequired: true, doc: 'name of the database' }],
  options: {
    kind: { value: 'KIND', doc: `kind of event, such as signin.failed; 'signin.*' for all of an area` },
    model: { value: 'MODEL', doc: 'model of the records that it is about' },
    record: { value: 'ID', doc: 'number of a record, with --model' },
    user: { value: 'ID', doc: 'number of the user who acted' },
    since: { value: 'TIME', doc: 'from this moment on: 2026-12-01, or 2026-12-01T08:00Z' },
    until: { value: 'TIME', doc: 'before this moment' },
    before: { value: 'INDEX', doc: 'only entries before this one, for the next page' },
    limit: { value: 'COUNT', doc: 'how many (default 80, at most 1000)' },
    personal: { doc: 'open personal parts' },
  },
  examples: ['holdfast audit list acme --kind "signin.*" --since 2026-12-01'],
  home: 'need',
  run: async (hosting, args) => {
    const { name } = recordOf(hosting.home, argument(args, 'NAME'))
    const log = await hosting.audit.open(name)
    const entries = await readEntries(log.pool, isSet(args, 'personal') ? log.vault : null, {
      ...texts(args, { kind: 'kind', model: 'model' }),
      ...numbers(args, { record: 'recordId', user: 'uid', before: 'before', limit: 'limit' }),
      ...times(args, ['since', 'until']),
    })
    return { tenant: name, size: (await readLog(log.pool)).size, entries }
  },
  print: ({ size, entries }, terminal) => {
    if (entries.length === 0)
      return size === 0 ? 'There is nothing in this log yet.' : `None of the ${size} entries is like that.`
    return table(
      entries,
      [
        { title: 'INDEX', isNumber: true, cell: ({ index }) => String(index) },
        { title: 'MOMENT', cell: ({ leaf }) => moment(leaf.at) },
        { title: 'EVENT', cell: ({ leaf }) => plain(leaf.kind), paint: (text) => terminal.bold(text) },
        { title: 'USER', isNumber: true, cell: ({ leaf }) => (leaf.actor.uid === null ? '' : String(leaf.actor.uid)) },
        { title: 'VIA', cell: ({ leaf }) => plain(leaf.actor.channel) },
        { title: 'RECORDS', cell: ({ leaf }) => plain(recordsOf(leaf.model, leaf.ids)) },
        { title: 'WHAT', cell: ({ leaf, personal }) => plain(shorten(whatOf(leaf.what, personal))) },
      ],
      terminal,
    )
  },
})

const MOST_IDS = 3
const MOST_CHARACTERS = 70

function recordsOf(model: string | undefined, ids: readonly number[] | undefined): string {
  const rest = (ids?.length ?? 0) - MOST_IDS
  const shown = (ids ?? []).slice(0, MOST_IDS).join(',')
  return [model, shown && (rest > 0 ? `${shown} +${rest}` : shown)].filter(Boolean).join(' ')
}

function whatOf(what: Entry['leaf']['what'], personal: Entry['personal']): string {
  const words = Object.entries(what).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  const parts = personal.map((part) => (part.state === 'open' ? JSON.stringify(part.value) : `(${part.state})`))
  return [...words, ...parts].join(' ')
}

function shorten(text: string): string {
  return text.length <= MOST_CHARACTERS ? text : `${text.slice(0, MOST_CHARACTERS - 1)}…`
}

function texts(args: VerbArgs, names: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(names).flatMap(([name, to]) => {
      const value = option(args, name)
      return value === undefined ? [] : [[to, value]]
    }),
  )
}

function numbers(args: VerbArgs, names: Readonly<Record<string, string>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(texts(args, names)).map(([name, value]) => {
      if (!/^\d{1,9}$/.test(value)) throw new UsageError(`'${plain(value)}' is no number.`)
      return [name, Number(value)]
    }),
  )
}

function times(args: VerbArgs, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(texts(args, Object.fromEntries(names.map((name) => [name, name])))).map(([name, value]) => {
      const at = new Date(value)
      if (Number.isNaN(at.getTime())) throw new UsageError(`'${plain(value)}' is no moment; write 2026-12-01T08:00Z.`)
      return [name, at.toISOString()]
    }),
  )
}

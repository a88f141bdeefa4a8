/** The help pages, made of the verbs' own declarations. */

import type { Terminal } from '../output/terminal.ts'
import { wrap } from '../output/wrap.ts'
import { canDryRun, commonOptions, usageOf } from './parse.ts'
import type { Verb, VerbOption } from './verb.ts'

/** All verbs, a line each. */
export function overview(verbs: readonly Verb[], terminal: Terminal): string {
  const { bold, dim } = terminal
  const width = Math.max(...verbs.map(({ name }) => name.length))
  const groups = new Map<string, Verb[]>()
  for (const verb of verbs) {
    const key = verb.name.includes(' ') ? (verb.name.split(' ')[0] ?? '') : ''
    groups.set(key, [...(groups.get(key) ?? []), verb])
  }
  const blocks = [...groups.values()].map((group) =>
    group.map(({ name, summary }) => `  ${bold(name.padEnd(width))}  ${summary}`).join('\n'),
  )
  return [
    `${bold('holdfast')} ${dim('– business applications, a PostgreSQL instance for each customer')}`,
    '',
    `${bold('Usage')}  holdfast VERB [arguments] [options]`,
    '',
    blocks.join('\n\n'),
    '',
    `  'holdfast help VERB' tells more about one. Every verb takes --json.`,
    '',
    bold('Environment'),
    ...environment.map(([name, doc]) => `  ${name.padEnd(22)}  ${doc}`),
  ].join('\n')
}

const environment = [
  ['HOLDFAST_HOME', 'folder of the state (default: data, in the checkout)'],
  ['HOLDFAST_PORT', 'port for HTTPS (default 8443)'],
  ['HOLDFAST_HTTP_PORT', 'port for plain HTTP on this machine only (default: none)'],
  ['HOLDFAST_DOMAINS', 'domains below which tenants have their hosts, besides localhost'],
  ['HOLDFAST_PROCESSES', 'how many processes serve requests (default: one per processor core but one, at most 4)'],
  ['HOLDFAST_LISTEN', 'address that HTTPS listens on (default: this machine only; all once HOLDFAST_DOMAINS is set)'],
  ['HOLDFAST_POSTGRES_BIN', 'folder of another PostgreSQL, 15 or newer'],
  ['HOLDFAST_DEBUG', '1 writes causes and stacks to the log'],
] as const

/** One verb in full. */
export function verbHelp(verb: Verb, terminal: Terminal): string {
  const { bold } = terminal
  const lines = [verb.summary, '', `${bold('Usage')}  ${usageOf(verb)}`]
  if (verb.details !== undefined) lines.push('', wrap(verb.details, terminal.width))
  const rows: [string, string][] = verb.arguments.map(({ name, doc }) => [name, doc])
  if (rows.length > 0) lines.push('', bold('Arguments'), ...columns(rows))
  const options: [string, VerbOption][] = Object.entries(verb.options)
  if (canDryRun(verb)) options.push(['dry-run', { doc: 'check and tell what would be done, change nothing' }])
  options.push(...Object.entries(commonOptions))
  lines.push(
    '',
    bold('Options'),
    ...columns(options.map(([name, { value, doc }]) => [`--${name}${value === undefined ? '' : ` ${value}`}`, doc])),
  )
  if (verb.examples !== undefined) lines.push('', bold('Examples'), ...verb.examples.map((example) => `  ${example}`))
  return lines.join('\n')
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, doc]) => `  ${name.padEnd(width)}  ${doc}`)
}

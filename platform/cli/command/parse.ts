/** From the words of a command line to a verb with checked arguments. */

import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { UsageError } from './exit-codes.ts'
import { nearest } from './suggest.ts'
import type { Verb, VerbArgs } from './verb.ts'

/** What every verb understands. */
export const commonOptions = {
  json: { doc: 'print the result as one JSON document on stdout' },
  help: { doc: 'show how the verb is used' },
} as const

export interface Command {
  readonly verb: Verb
  readonly args: VerbArgs
  readonly isJson: boolean
  readonly isDryRun: boolean
  readonly wantsHelp: boolean
}

/**
 * Finds the verb (one or two words) and parses the rest by its declaration.
 * @param folder what relative paths refer to
 * @throws UsageError for an unknown verb, option, or a missing or surplus argument
 */
export function parseCommand(words: readonly string[], verbs: readonly Verb[], folder: string): Command {
  const verb = findVerb(words, verbs)
  const rest = words.slice(verb.name.split(' ').length)
  const { values, positionals } = parseWords(verb, rest)
  const command = {
    verb,
    isJson: values['json'] === true,
    isDryRun: values['dry-run'] === true,
    wantsHelp: values['help'] === true,
  }
  if (command.wantsHelp) return { ...command, args: { arguments: {}, options: {} } }
  return {
    ...command,
    args: { arguments: bindArguments(verb, positionals, folder), options: bindOptions(verb, values, folder) },
  }
}

/** The words `holdfast VERB …` of a usage line. */
export function usageOf(verb: Verb): string {
  const required = Object.entries(verb.options).filter(([, option]) => option.isRequired === true)
  const args = verb.arguments.map(({ name, isRequired }) => (isRequired ? name : `[${name}]`))
  const options = required.map(([name, { value }]) => `--${name} ${value ?? ''}`.trimEnd())
  return ['holdfast', verb.name, ...args, ...options, '[options]'].join(' ')
}

function findVerb(words: readonly string[], verbs: readonly Verb[]): Verb {
  const [first = '', second = ''] = words
  const found = verbs.find(({ name }) => name === `${first} ${second}`) ?? verbs.find(({ name }) => name === first)
  if (found !== undefined) return found
  const group = verbs.filter(({ name }) => name.startsWith(`${first} `)).map(({ name }) => name)
  if (group.length > 0) throw unknownInGroup(first, second, group)
  const names = [...new Set(verbs.flatMap(({ name }) => [name, name.split(' ')[0] ?? name]))]
  const typed = nearest(`${first} ${second}`.trim(), names)
  const near = typed.length > 0 ? typed : nearest(first, names)
  throw new UsageError(
    `There is no verb '${first}'.`,
    near.length > 0 ? `Did you mean: ${near.join(', ')}?` : `'holdfast help' lists all verbs.`,
  )
}

function unknownInGroup(first: string, second: string, group: readonly string[]): UsageError {
  if (second === '' || second.startsWith('-'))
    return new UsageError(`'${first}' needs a second word.`, `One of: ${group.join(', ')}.`)
  const near = nearest(`${first} ${second}`, group)
  return new UsageError(
    `There is no verb '${first} ${second}'.`,
    near.length > 0 ? `Did you mean: ${near.join(', ')}?` : `One of: ${group.join(', ')}.`,
  )
}

/** Whether a verb offers `--dry-run`. */
export function canDryRun(verb: Verb): boolean {
  return verb.runs === 'home' && verb.plan !== undefined
}

type Values = Readonly<Record<string, string | boolean | undefined>>

function parseWords(verb: Verb, words: readonly string[]): { values: Values; positionals: string[] } {
  const known = { ...verb.options, ...commonOptions, ...(canDryRun(verb) ? { 'dry-run': { doc: '' } } : {}) }
  const options = Object.fromEntries(
    Object.entries(known).map(([name, option]) => [
      name,
      {
        type: 'value' in option ? ('string' as const) : ('boolean' as const),
        ...(name === 'help' ? { short: 'h' } : {}),
      },
    ]),
  )
  try {
    const parsed = parseArgs({ args: [...words], options, allowPositionals: true, strict: true })
    return { values: parsed.values as Values, positionals: parsed.positionals }
  } catch (error) {
    throw optionError(verb, error as Error & { code?: string }, Object.keys(known), words)
  }
}

function optionError(
  verb: Verb,
  error: Error & { code?: string },
  known: readonly string[],
  words: readonly string[],
): UsageError {
  const usage = `Usage: ${usageOf(verb)}`
  if (error.code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') {
    const typed = /'(-[^']*)'/.exec(error.message)?.[1] ?? words.find((word) => word.startsWith('-')) ?? ''
    const near = nearest(typed.replace(/^-+/, ''), known)
    return new UsageError(
      `'${verb.name}' has no option '${typed}'.`,
      near.length > 0 ? `Did you mean: ${near.map((name) => `--${name}`).join(', ')}?` : usage,
    )
  }
  const name = /--([a-z-]+)/.exec(error.message)?.[1]
  const what =
    name === undefined
      ? 'The options could not be read.'
      : `The option --${name} is used the wrong way: ${verb.options[name]?.value === undefined ? 'it takes no value' : `it needs ${verb.options[name]?.value}`}.`
  return new UsageError(what, usage)
}

function bindArguments(verb: Verb, given: readonly string[], folder: string): Record<string, string> {
  const result: Record<string, string> = {}
  for (const [index, { name, isRequired, isPath }] of verb.arguments.entries()) {
    const value = given[index]
    if (value === undefined || value === '') {
      if (isRequired) throw new UsageError(`'${verb.name}' needs ${name}.`, `Usage: ${usageOf(verb)}`)
      continue
    }
    result[name] = isPath === true ? resolve(folder, value) : value
  }
  const last = verb.arguments.at(-1)
  // `help tenant create`: an argument of several words is the last and only one.
  if (last?.name.endsWith('…')) return { ...result, [last.name]: given.slice(verb.arguments.length - 1).join(' ') }
  const surplus = given[verb.arguments.length]
  if (surplus !== undefined)
    throw new UsageError(`'${verb.name}' does not know what to do with '${surplus}'.`, `Usage: ${usageOf(verb)}`)
  return result
}

function bindOptions(verb: Verb, values: Values, folder: string): Record<string, string | boolean> {
  const result: Record<string, string | boolean> = {}
  for (const [name, option] of Object.entries(verb.options)) {
    const value = values[name]
    if (value === undefined) {
      if (option.isRequired === true)
        throw new UsageError(`'${verb.name}' needs --${name} ${option.value ?? ''}.`, `Usage: ${usageOf(verb)}`)
      continue
    }
    if (value === '') throw new UsageError(`The option --${name} is empty.`, `Usage: ${usageOf(verb)}`)
    result[name] = option.isPath === true && typeof value === 'string' ? resolve(folder, value) : value
  }
  return result
}

/** What a verb is: its words, arguments and options as data, and plain functions that do and tell. */

import type { Hosting } from '../hosting/hosting.ts'
import type { Settings } from '../hosting/settings.ts'
import type { Terminal } from '../output/terminal.ts'
import type { ExitName } from './exit-codes.ts'

export interface VerbArgument {
  /** As shown in the usage line: `NAME`. */
  readonly name: string
  readonly isRequired: boolean
  /** A path: made absolute by the client, since the owner of the home may stand in another folder. */
  readonly isPath?: boolean
  readonly doc: string
}

export interface VerbOption {
  /** Absent for a switch; else the word for its value: `FILE`. */
  readonly value?: string
  readonly isPath?: boolean
  /** A path, too, whose first line the client reads and sends in its place: what `run` gets is that line. */
  readonly holdsSecret?: boolean
  readonly isRequired?: boolean
  readonly doc: string
}

/** What stood on the command line, checked against the verb; plain data, so that it travels over the control socket. */
export interface VerbArgs {
  readonly arguments: Readonly<Record<string, string>>
  readonly options: Readonly<Record<string, string | boolean>>
}

/** Told while a verb runs. */
export interface Report {
  /** A step of long work in words for people; with numbers where they are known. */
  progress(step: string, done?: number, total?: number): void
  /** Something that the person should know though it worked; goes to stderr. */
  warn(text: string): void
}

interface VerbShape<R> {
  /** `tenant create`. */
  readonly name: string
  readonly summary: string
  /** More for `help`, in paragraphs. */
  readonly details?: string
  readonly arguments: readonly VerbArgument[]
  readonly options: Readonly<Record<string, VerbOption>>
  readonly examples?: readonly string[]
  /** The result for people; `--json` prints it as it is. */
  print(result: R, terminal: Terminal): string
  /** Default `ok`. */
  exit?(result: R): ExitName
}

/** A verb on an open home: runs in the process that owns it, or opens it when nobody does. */
export interface HomeVerb<R> extends VerbShape<R> {
  readonly runs: 'home'
  /** `make`: also on a machine without a home, which it then makes. */
  readonly home: 'make' | 'need'
  /** Checks that it could be done and tells the steps; its presence offers `--dry-run`. Changes nothing. */
  plan?(hosting: Hosting, args: VerbArgs): Promise<string[]>
  run(hosting: Hosting, args: VerbArgs, report: Report): Promise<R>
}

/** What a verb in this process gets. */
export interface LocalContext {
  readonly args: VerbArgs
  readonly report: Report
  readonly settings: Settings
  readonly isJson: boolean
  readonly terminal: Terminal
  /** Fires at the first Ctrl-C or SIGTERM. */
  readonly stopping: AbortSignal
  /** All that the owner of a home runs for command lines. */
  readonly controlVerbs: readonly Verb[]
  /** Prints at once, for a verb that goes on after it has said what there is to say. */
  write(text: string): void
}

/** A verb that needs no home, or looks after it by itself. */
export interface LocalVerb<R> extends VerbShape<R> {
  readonly runs: 'here'
  /** @returns null when everything was written already */
  run(context: LocalContext): Promise<R | null>
}

export type Verb = HomeVerb<unknown> | LocalVerb<unknown>

/** Declares a verb; result types meet in one table, so they are checked here and forgotten there. */
export function homeVerb<R>(definition: Omit<HomeVerb<R>, 'runs'>): Verb {
  return { ...definition, runs: 'home' } as HomeVerb<R> as HomeVerb<unknown>
}

/** Declares a verb that runs in this process. */
export function localVerb<R>(definition: Omit<LocalVerb<R>, 'runs'>): Verb {
  return { ...definition, runs: 'here' } as LocalVerb<R> as LocalVerb<unknown>
}

/** The value of an argument that is required, so it is there. */
export function argument(args: VerbArgs, name: string): string {
  const value = args.arguments[name]
  if (value === undefined) throw new TypeError(`The verb declares no required argument ${name}.`)
  return value
}

/** The value of an option, undefined when it was not given. */
export function option(args: VerbArgs, name: string): string | undefined {
  const value = args.options[name]
  return typeof value === 'string' ? value : undefined
}

/** Whether a switch was given. */
export function isSet(args: VerbArgs, name: string): boolean {
  return args.options[name] === true
}

/** What the server tells its operator; never reaches a caller. */

export interface LogEntry {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  /** What happened, in a few words that stay the same: `request failed`. */
  readonly event: string
  /** The number that the caller was given, when one was. */
  readonly reference?: string
  readonly detail?: Readonly<Record<string, unknown>>
  readonly cause?: unknown
}

/** Takes one entry; never throws, never waits. */
export type Log = (entry: LogEntry) => void

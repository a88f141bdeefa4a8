/** Scripts of administrators as the kernel knows them: something outside runs them, and every call comes back through the public methods. */

/** One run of a script. */
export interface ScriptJob {
  /** Whose turn it is: runs of one tenant never share a process with those of another. */
  readonly tenant: string
  readonly source: string
  /** What the script finds as `input`; data that its user may read. */
  readonly input: unknown
  readonly now: Date
  /** Carries out one call of the script as its user. */
  call(
    model: string,
    method: string,
    args: readonly unknown[],
    kwargs: Readonly<Record<string, unknown>>,
  ): Promise<unknown>
}

export interface ScriptOutcome {
  /** What the script returned, as JSON data; `null` for nothing. */
  readonly value: unknown
  /** What it logged, in order. */
  readonly log: readonly string[]
}

/** Runs scripts somewhere that they cannot leave. */
export interface ScriptRunner {
  /**
   * @throws UserError ERR_SCRIPT_FAILED with the script's own message and line, ERR_SCRIPT_LIMIT for too much time, memory, calls
   *   or data; RateLimitError ERR_SCRIPT_BUSY when too many wait; UnavailableError ERR_SCRIPT_UNAVAILABLE when no process starts
   */
  run(job: ScriptJob): Promise<ScriptOutcome>
}

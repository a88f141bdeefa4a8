/** What a check of `holdfast doctor` is. */

/** `ok`; `warn`: works, but not as it should for real use; `fail`: does not work, or data is in danger; `info`: good to know. */
export type Verdict = 'ok' | 'info' | 'warn' | 'fail'

export interface Finding {
  /** Stable name, for scripts: `disk-space`. */
  readonly check: string
  readonly title: string
  readonly verdict: Verdict
  /** What was found, in a few words. */
  readonly found: string
  /** What to do about it. */
  readonly advice?: string
}

/** Makes a finding; an `advice` of undefined is left out. */
export function finding(check: string, title: string, verdict: Verdict, found: string, advice?: string): Finding {
  return { check, title, verdict, found, ...(advice === undefined || verdict === 'ok' ? {} : { advice }) }
}

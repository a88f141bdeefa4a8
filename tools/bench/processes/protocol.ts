/** What the benchmark and the processes under test say to each other. */

/** Sent once, when the process takes requests. */
export interface Ready {
  readonly port: number
  /** Where the tenant's database is; only the server knows. */
  readonly database?: DatabaseFacts
  readonly postgresVersion?: string
}

export interface DatabaseFacts {
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
  readonly password: string
}

export type Question =
  | { readonly ask: 'usage' }
  | { readonly ask: 'capture' }
  | { readonly ask: 'captured' }
  | { readonly ask: 'load-plans'; readonly plans: readonly RivalPlan[] }
  | { readonly ask: 'idle-instance' }

export interface Usage {
  readonly cpuUs: number
  readonly rssBytes: number
  readonly statements: number
}

/** The statement that the hand-written handler sends for one operation. */
export interface RivalPlan {
  readonly path: string
  readonly text: string
  readonly values: readonly unknown[]
  /** Places in `values` that take what the caller sent. */
  readonly slots: readonly number[]
  /** `json`: the text of the column `json` is the answer; `count`: the column `n`; `ids`: `id` of all rows; `true`: that a row came back. */
  readonly answer: 'json' | 'count' | 'ids' | 'true'
}

/** Answers of a child: `{ answer }`, or `{ failure }` with the reason in words. */
export type Reply = { readonly answer: unknown } | { readonly failure: string }

/** What the benchmark and the processes under test say to each other. */

/** Sent once, when the process takes requests. */
export interface Ready {
  readonly port: number
  readonly postgresVersion?: string
}

/** Where a tenant's database is. */
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
  | { readonly ask: 'use-databases'; readonly databases: readonly DatabaseFacts[] }
  | { readonly ask: 'database'; readonly tenant: string }
  | { readonly ask: 'idle-instance' }
  /** Memory of a tenant's instance as it is. */
  | { readonly ask: 'instance'; readonly tenant: string }
  /** Bytes of objects that are still in use; needs `--expose-gc`. */
  | { readonly ask: 'heap' }
  | { readonly ask: 'sleep'; readonly tenants: readonly string[] }

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
  /**
   * `json`: the text of the column `json` is the answer; `count`: the column `n`; `ids`: `id` of all rows; `true`: that a
   * row came back; `password`: the row's `id` if the second value is the password; `page`: `text` itself, without any statement.
   */
  readonly answer: 'json' | 'count' | 'ids' | 'true' | 'password' | 'page'
}

/** Answers of a child: `{ answer }`, or `{ failure }` with the reason in words. */
export type Reply = { readonly answer: unknown } | { readonly failure: string }

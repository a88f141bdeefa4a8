/** The environment of one request: tenant, user, context, transaction, rights. The one home of ambient state. */

import type { AuditEvent, KeyVault, RequestOrigin } from '../audit/index.ts'
import type { Queryable, Transaction } from '../sql/index.ts'
import type { Grant, Operation } from './grant.ts'
import type { Change } from './model/reacting.ts'
import type { RecordSet } from './model/record-set.ts'
import type { ModelRegistry } from './registry.ts'
import type { ScriptRunner } from './scripts.ts'
import type { ModelName } from './declare/types.ts'
import type { TransactionState } from './state.ts'

/** Attachments of a tenant: content-addressed, sealed, durable before `put` returns. */
export interface FileStore {
  /** Stores bytes; the result is their keyed hash (hex). */
  put(bytes: Uint8Array): Promise<string>
  /** `null` when there is no such content. */
  get(hash: string): Promise<Uint8Array | null>
}

/** What is known about the user of a request; read from the database once per change (epoch). */
export interface UserRights {
  readonly id: number
  readonly login: string
  readonly name: string
  readonly partnerId: number
  readonly companyId: number
  readonly companyIds: readonly number[]
  readonly lang: string
  readonly tz: string | null
  /** External ids of all groups, implied ones included. */
  readonly groups: ReadonlySet<string>
  readonly groupIds: readonly number[]
}

/** Odoo's context: lang, tz, active_test, allowed_company_ids, bin_size, default_<field> … */
export type Context = Readonly<Record<string, unknown>>

export interface Elevation {
  /** `'*'` is for the kernel's own names (`orm.…`) only. */
  readonly models: readonly string[] | '*'
  readonly ops: readonly Operation[]
}

/** What the log keeps of a model. */
export interface AuditSwitch {
  readonly changes: boolean
  readonly reads: boolean
  /** Kind of its entries where they are not those of ordinary records: `rights`, `settings`. */
  readonly as: string | undefined
}

export interface Env {
  /** The tenant's name. */
  readonly tenant: string
  readonly registry: ModelRegistry
  /** Each statement by itself, or the request's transaction. Reserved for framework rooms. */
  readonly db: Queryable
  /** The transaction when the request has one. */
  readonly tx: Transaction | null
  readonly user: UserRights
  readonly uid: number
  readonly context: Context
  readonly lang: string
  /** The current company: that of new records, and of values per company. */
  readonly companyId: number
  /** The companies that the caller works in: all of the user's, or those that the context chose. */
  readonly companyIds: readonly number[]
  readonly grant: Grant
  readonly files: FileStore
  /** Runs scripts of administrators; `null` where the server has no sandbox. */
  readonly scripts: ScriptRunner | null
  /** Opens what the audit log sealed; `null` where it is not at hand. */
  readonly vault: KeyVault | null
  /** What compiled statements may depend on, in one text: grant, models, context. `null`: keep none. */
  readonly planKey: string | null
  /** Generation of rights in memory; a statement that sees another one makes the request start again. */
  readonly epoch: number | undefined
  /** What the transaction still owes. */
  readonly state: TransactionState
  /** An environment of the framework itself (installation, import): may fix ids and authorship. */
  readonly system: boolean
  /** Where the request came from. */
  readonly origin: RequestOrigin
  /** What the log keeps of this model beyond deletions; `undefined`: nothing. */
  audited(model: string): AuditSwitch | undefined
  /** Whether an automation of the tenant waits for such changes of this model. */
  reacts(model: string, change: Change): boolean
  /** Whether anything is recorded at all: not while applications are brought to a database. */
  readonly isRecorded: boolean
  /** Records an event of this request: written when it commits, and only then. */
  record(event: AuditEvent): void
  now(): Date
  /** Tells all processes that rights may have changed. */
  rightsChanged(): Promise<void>
  /** The empty recordset of a model, for `search`, `create`, …; with ids, these records. */
  model<M extends ModelName | (string & {})>(name: M, ids?: readonly number[]): RecordSet<M>
  withContext(patch: Context): Env
  /** Runs `fn` with more rights than the caller has: only these models and operations. Named, logged and budgeted. */
  elevate<T>(name: string, bounds: Elevation, fn: (env: Env) => Promise<T>): Promise<T>
  /**
   * The same caller, reading only what another user may read as well: for work that somebody else has shaped, such as a
   * template. It never gives a right, and writes nothing. `null` when there is no such active user.
   */
  narrowedTo(uid: number): Promise<Env | null>
  /** Work for after the commit: mails, jobs, events. */
  afterCommit(work: () => void | Promise<void>): void
}

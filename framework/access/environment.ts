/** The environment of a request, made by `access/` because it carries the Grant. */

import { actorOf, type AuditEvent, noteInTransaction, type RequestOrigin } from '../audit/index.ts'
import { AccessError, ServerError } from '../errors.ts'
import {
  type AuditSwitch,
  type Change,
  type Context,
  type Elevation,
  type Env,
  type Grant,
  type ModelRegistry,
  newState,
  reacting,
  type RecordSet,
  type TransactionState,
  type UserRights,
} from '../orm/index.ts'
import { type Queryable, sql, type Transaction } from '../sql/index.ts'
import { narrowedGrant } from './narrowed.ts'
import { elevatedGrant, readRights, type Rights } from './rights.ts'
import type { Tenant } from './tenant.ts'

interface Parts {
  readonly tenant: Tenant
  readonly db: Queryable
  readonly tx: Transaction | null
  readonly user: UserRights
  readonly grant: Grant
  /** The grant for some of the user's companies; absent where rights do not depend on them. */
  readonly within?: Rights['within']
  readonly context: Context
  readonly system: boolean
  readonly epoch: number | undefined
  readonly origin: RequestOrigin
  /** What the log keeps of each model; `undefined`: nothing is recorded. */
  readonly audit: ReadonlyMap<string, AuditSwitch> | undefined
  readonly state: TransactionState
  readonly now: () => Date
}

class Environment implements Env {
  readonly #parts: Parts
  #planKey: string | null | undefined
  readonly tenant: string
  readonly lang: string
  readonly companyId: number
  readonly companyIds: readonly number[]
  readonly grant: Grant

  constructor(parts: Parts) {
    this.#parts = parts
    this.tenant = parts.tenant.name
    this.lang = language(parts.context.lang) ?? parts.user.lang
    const chosen = chosenCompanies(parts)
    this.companyId = chosen?.[0] ?? parts.user.companyId
    this.companyIds = chosen ?? parts.user.companyIds
    this.grant = (chosen && parts.within?.(chosen)) ?? parts.grant
  }

  get registry() {
    return this.#parts.tenant.registry
  }
  get db() {
    return this.#parts.db
  }
  get tx() {
    return this.#parts.tx
  }
  get user() {
    return this.#parts.user
  }
  get uid() {
    return this.#parts.user.id
  }
  get context() {
    return this.#parts.context
  }
  get files() {
    return this.#parts.tenant.files
  }
  get scripts() {
    return this.#parts.tenant.scripts ?? null
  }
  get vault() {
    return this.#parts.tenant.vault ?? null
  }
  get planKey() {
    if (this.#planKey === undefined) this.#planKey = planKeyOf(this.#parts, this.grant)
    return this.#planKey
  }
  get epoch() {
    return this.#parts.epoch
  }
  get state() {
    return this.#parts.state
  }
  get system() {
    return this.#parts.system
  }

  get origin() {
    return this.#parts.origin
  }
  get isRecorded() {
    return this.#parts.audit !== undefined
  }

  audited(model: string): AuditSwitch | undefined {
    return this.#parts.audit?.get(model)
  }

  reacts(model: string, change: Change): boolean {
    return this.#parts.tenant.rights.reactions.get(model)?.has(change) === true
  }

  record(event: AuditEvent): void {
    const { audit, tx, state, origin } = this.#parts
    if (audit === undefined) return
    const noted = { actor: actorOf(origin, this.uid), event }
    if (tx) noteInTransaction(tx, noted)
    else state.noted.push(noted)
  }

  now(): Date {
    this.#parts.state.clockReads++
    return this.#parts.now()
  }

  model(name: string, ids: readonly number[] = []): never {
    const info = this.registry.models.get(name)
    if (!info) throw new ServerError('ERR_MODEL', `The model '${name.slice(0, 80)}' is not installed.`)
    const isAwaited = !this.system && this.#parts.tenant.rights.reactions.has(name)
    const kind = isAwaited ? reacting(info.recordSet) : info.recordSet
    return new kind(this, info, ids) as RecordSet as never
  }

  withContext(patch: Context): Env {
    return new Environment({ ...this.#parts, context: { ...this.#parts.context, ...patch } })
  }

  async elevate<T>(name: string, bounds: Elevation, fn: (env: Env) => Promise<T>): Promise<T> {
    if (bounds.models === '*' && !name.startsWith('orm.'))
      throw new ServerError('ERR_ELEVATION', `The elevation ${name} has to name its models.`)
    // The kernel's own are too many to tell, and bounded by what they compute.
    if (!name.startsWith('orm.')) {
      const { models, ops } = bounds
      this.record({ kind: 'elevation.used', what: { name, models, ops, count: 1 } })
    }
    const grant = elevatedGrant(this.grant, bounds.models, bounds.ops)
    const { within: _, ...parts } = this.#parts
    return fn(new Environment({ ...parts, grant, context: withoutDefaults(parts.context) }))
  }

  async narrowedTo(uid: number): Promise<Env | null> {
    if (uid === this.uid) return this
    const rights = await readRights(this.#parts.tenant, this.#parts.db, uid)
    if (rights === null) return null
    const { within: _, ...parts } = this.#parts
    return new Environment({ ...parts, grant: narrowedGrant(this.grant, rights.grant) })
  }

  async rightsChanged(): Promise<void> {
    if (!this.#parts.tx) throw new ServerError('ERR_NO_TRANSACTION', 'Rights change inside a transaction only.')
    await bumpEpoch(this.#parts.tx)
  }

  afterCommit(work: () => void | Promise<void>): void {
    if (!this.#parts.tx) throw new ServerError('ERR_NO_TRANSACTION', 'There is no transaction to wait for.')
    this.#parts.tx.afterCommit(work)
  }
}

// The context may narrow the user's companies and choose the current one, as Odoo's clients do; never widen them.
function chosenCompanies({ context, user, system }: Parts): readonly number[] | null {
  const given = context.allowed_company_ids
  if (!Array.isArray(given) || given.length === 0) return null
  const companies = [...new Set(given)] as readonly number[]
  if (!system && !companies.every((id) => user.companyIds.includes(id)))
    throw new AccessError('ERR_ACCESS_COMPANY', 'Access to unauthorized or invalid companies.')
  return companies
}

const registries = new WeakMap<ModelRegistry, number>()
let registryCount = 0
/** Contexts beyond this are not met twice. */
const longestContext = 1_000

// The whole context, not only the keys known to matter: an application's behaviour may look at any of them. Language and
// companies follow from it and from the user, whose grant it is.
function planKeyOf({ tenant, context }: Parts, grant: Grant): string | null {
  const models = registries.get(tenant.registry) ?? ++registryCount
  registries.set(tenant.registry, models)
  const text = JSON.stringify(context)
  return text.length > longestContext ? null : `${grant.key} ${models} ${text}`
}

// `default_…` of the caller's context are values that nobody has checked: they do not go along into more rights.
function withoutDefaults(context: Context): Context {
  const names = Object.keys(context)
  if (!names.some((name) => name.startsWith('default_'))) return context
  return Object.fromEntries(names.filter((name) => !name.startsWith('default_')).map((name) => [name, context[name]]))
}

export function makeEnvironment(
  parts: Omit<Parts, 'state' | 'now'> & { readonly state?: TransactionState; readonly now?: () => Date },
): Env {
  return new Environment({ ...parts, state: parts.state ?? newState(), now: parts.now ?? (() => new Date()) })
}

// A language is a name like fr_FR or sr@latin, never text that could go elsewhere.
function language(value: unknown): string | undefined {
  return typeof value === 'string' && /^[a-z]{2,3}(_[A-Za-z0-9]{2,4})?(@[a-z]+)?$/.test(value) ? value : undefined
}

/** After any change of users, groups, rules or keys, in the same transaction: all processes read rights anew. */
export async function bumpEpoch(tx: Queryable): Promise<void> {
  await tx.query(sql`UPDATE hf_epoch SET n = n + 1`)
}

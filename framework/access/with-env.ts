/** Opens an environment for a user, with rights that count now. */

import { type NotedEvent, originWithin, type RequestOrigin, Tally, writeNoted } from '../audit/index.ts'
import { AccessDenied, AppError, ServerError, UserError } from '../errors.ts'
import { type Context, type Env, newState, StaleRights, type UserRights } from '../orm/index.ts'
import { type Cancellation, type Guard, type Queryable, sql, type Transaction, withTransaction } from '../sql/index.ts'
import { auditSwitches, readAuditSwitches } from './audit-switches.ts'
import { makeEnvironment } from './environment.ts'
import { readReactions } from './reactions.ts'
import { readRights, type Rights, systemGrant } from './rights.ts'
import type { Tenant } from './tenant.ts'

export interface EnvOptions {
  readonly context?: Context
  /** `write`: one transaction, repeated when PostgreSQL asks for it. `read`: each statement by itself. */
  readonly mode: 'read' | 'write'
  readonly signal?: Cancellation
  /** Where the request came from; without it, it is the program's own. */
  readonly origin?: RequestOrigin
  /** What the caller showed to be this user. It has to count under the same epoch as the rights do. */
  readonly credential?: CheckedCredential
}

/** A credential that was found right when memory stood at `epoch`. */
export interface CheckedCredential {
  readonly epoch: number | undefined
  /** Checks it again, now. */
  check(): Promise<boolean>
}

/**
 * Runs `fn` as this user. Rights come from memory; the first statement tells whether they still count, and if they
 * do not, everything starts again with fresh ones.
 * @throws AccessDenied when the user does not exist or is archived
 */
export async function withEnv<T>(
  tenant: Tenant,
  uid: number,
  options: EnvOptions,
  fn: (env: Env) => Promise<T>,
): Promise<T> {
  let checkedAt = options.credential?.epoch
  for (let attempt = 0; attempt < 5; attempt++) {
    try {
      if (tenant.rights.epoch === undefined) await refresh(tenant, tenant.pool)
      // A key that was revoked, a password that changed: who passed before that must not pass now.
      if (options.credential && checkedAt !== tenant.rights.epoch) {
        const { epoch } = tenant.rights
        if (!(await options.credential.check())) throw new AccessDenied('ERR_ACCESS_DENIED', 'Access Denied')
        checkedAt = epoch
        continue
      }
      return options.mode === 'read' ? await reading(tenant, uid, options, fn) : await writing(tenant, uid, options, fn)
    } catch (error) {
      if (!(error instanceof StaleRights) && !(await isStaleRefusal(tenant, error))) throw error
      await refresh(tenant, tenant.pool)
    }
  }
  throw new ServerError('ERR_RIGHTS_UNSTABLE', 'Rights are being changed all the time; try again in a moment.')
}

// A refusal by the rights and models in memory comes before the first statement: it counts only if those still do.
async function isStaleRefusal(tenant: Tenant, error: unknown): Promise<boolean> {
  if (!(error instanceof AppError) || error.status === 503) return false
  return (await readEpoch(tenant)) !== tenant.rights.epoch
}

async function reading<T>(tenant: Tenant, uid: number, options: EnvOptions, fn: (env: Env) => Promise<T>): Promise<T> {
  const { epoch } = tenant.rights
  const rights = await rightsOf(tenant, tenant.pool, uid)
  // Somebody renewed the memory meanwhile: these rights may be older than the epoch that it has now.
  if (tenant.rights.epoch !== epoch) throw new StaleRights()
  checkLanguage(tenant, options.context)
  const db: Queryable = options.signal ? withSignal(tenant.pool, options.signal) : tenant.pool
  const state = newState()
  const { audit } = tenant.rights
  const origin = options.origin ?? originWithin('system')
  const context = options.context ?? {}
  const result = await fn(
    makeEnvironment({ tenant, db, tx: null, ...rights, context, system: false, epoch, origin, audit, state }),
  )
  // What was answered from memory alone (fields_get, has_group) has to be true now, too.
  if (!state.epochSeen && (await readEpoch(tenant)) !== epoch) throw new StaleRights()
  if (state.noted.length > 0) await writeRead(tenant, state.noted)
  return result
}

const elevations = new Tally()

// Reading elevates again and again for the same reason; what else was noted stands in the log before the answer leaves.
async function writeRead({ pool }: Tenant, noted: readonly NotedEvent[]): Promise<void> {
  const [often, others] = [new Set<NotedEvent>(), [] as NotedEvent[]]
  for (const one of noted)
    if (one.event.kind === 'elevation.used') often.add(one)
    else others.push(one)
  for (const one of often) await elevations.note(pool, `${one.actor.uid} ${String(one.event.what?.['name'])}`, one)
  await writeNoted(pool, others)
}

async function readEpoch(tenant: Tenant): Promise<number | undefined> {
  const [row] = await tenant.pool.query<{ n: number }>(sql`SELECT n FROM hf_epoch`)
  return row?.n
}

// Rights come from memory; the snapshot's first statement tells whether they are those of this moment.
function writing<T>(tenant: Tenant, uid: number, options: EnvOptions, fn: (env: Env) => Promise<T>): Promise<T> {
  const { epoch, models } = tenant.rights
  return withTransaction(
    tenant.pool,
    async (tx) => {
      if (tenant.rights.epoch !== epoch) throw new StaleRights()
      // Whoever holds a connection must not wait for the work of somebody who waits for one.
      const pending = tenant.rights.users.get(uid)
      const rights =
        pending === undefined || settled.has(pending)
          ? await rightsOf(tenant, tx, uid)
          : requireRights(await readRights(tenant, tx, uid))
      if (tenant.rights.epoch !== epoch) throw new StaleRights()
      checkLanguage(tenant, options.context)
      return fn(
        makeEnvironment({
          tenant,
          db: tx,
          tx,
          ...rights,
          context: options.context ?? {},
          system: false,
          epoch: undefined,
          origin: options.origin ?? originWithin('system'),
          audit: tenant.rights.audit,
        }),
      )
    },
    { guard: guardOf(epoch, models), ...(options.signal ? { signal: options.signal } : {}) },
  )
}

function guardOf(epoch: number | undefined, models: number | undefined): Guard {
  return {
    statement: sql`SELECT n, models FROM hf_epoch`,
    check(row) {
      if (row && (row['n'] !== epoch || row['models'] !== models)) throw new StaleRights()
    },
    // A right that was taken away meanwhile counts: the row of the epoch has another version then, which a snapshot cannot lock.
    // A change that is not committed yet holds up nobody.
    last: sql`SELECT n FROM hf_epoch FOR SHARE SKIP LOCKED`,
    clause: sql`(SELECT n = ${epoch ?? 0}::int8 AND models = ${models ?? 0}::int8 FROM hf_epoch)`,
  }
}

function checkLanguage(tenant: Tenant, context: Context | undefined): void {
  const lang = context?.lang
  if (typeof lang === 'string' && lang !== '' && !tenant.rights.languages.has(lang))
    throw new UserError('ERR_LANG', `Invalid language code: ${lang.slice(0, 20)}`)
}

const settled = new WeakSet<Promise<Rights | null>>()

async function rightsOf(tenant: Tenant, db: Queryable, uid: number): Promise<Rights> {
  let known = tenant.rights.users.get(uid)
  if (!known) {
    known = readRights(tenant, db, uid)
    tenant.rights.users.set(uid, known)
    const loading = known
    known.catch(() => {
      if (tenant.rights.users.get(uid) === loading) tenant.rights.users.delete(uid)
    })
  }
  const rights = await known
  settled.add(known)
  return requireRights(rights)
}

function requireRights(rights: Rights | null): Rights {
  if (!rights) throw new AccessDenied('ERR_ACCESS_DENIED', 'Access Denied')
  return rights
}

/** Forgets what is in memory; models are read again when they changed. */
async function refresh(tenant: Tenant, db: Queryable): Promise<void> {
  const [row] = await db.query<{ n: number; models: number }>(sql`SELECT n, models FROM hf_epoch`)
  const { rights } = tenant
  const isOther = rights.epoch !== row?.n || rights.models !== row?.models
  if (rights.models !== undefined && row?.models !== rights.models) await tenant.reload?.(tenant)
  const languages = await db.query<{ code: string }>(sql`SELECT code FROM res_lang WHERE active`)
  const audit = await readAuditSwitches(tenant.registry, db)
  const reactions = await readReactions(tenant.registry, db)
  // From here on without a pause: rights that a request loaded in between belong to the epoch before.
  if (isOther || rights.epoch !== row?.n) rights.users.clear()
  rights.languages = new Set(languages.map((l) => l.code))
  rights.audit = audit
  rights.reactions = reactions
  rights.epoch = row?.n
  rights.models = row?.models
}

function withSignal(pool: Queryable, signal: Cancellation): Queryable {
  return { query: (statement, options) => pool.query(statement, { ...options, signal }) }
}

const systemUser: UserRights = {
  id: 1,
  login: '__system__',
  name: 'System',
  partnerId: 2,
  companyId: 1,
  companyIds: [1],
  lang: 'en_US',
  tz: null,
  groups: new Set(),
  groupIds: [],
}

export interface SystemEnvOptions {
  /** The caller's transaction. Without: one of its own (`mode` write, the default) or none (read). */
  readonly tx?: Transaction
  readonly mode?: 'read' | 'write'
  readonly context?: Context
  readonly origin?: RequestOrigin
  /** Records nothing of single records: applications are brought to a database, whole databases are imported. */
  readonly isBulk?: boolean
}

/**
 * Runs `fn` as the system user (uid 1) with all rights: installation, import, jobs of the platform. Never for a request of a person.
 * @param reason names the work in the log
 */
export async function withSystemEnv<T>(
  tenant: Tenant,
  reason: string,
  options: SystemEnvOptions,
  fn: (env: Env) => Promise<T>,
): Promise<T> {
  if (reason.length < 4) throw new ServerError('ERR_SYSTEM_REASON', 'Say what the system environment is for.')
  const audit = options.isBulk === true ? undefined : await auditSwitches(tenant, options.tx ?? tenant.pool)
  const open = (db: Queryable, tx: Transaction | null) =>
    fn(
      makeEnvironment({
        tenant,
        db,
        tx,
        user: systemUser,
        grant: systemGrant,
        context: options.context ?? {},
        system: true,
        epoch: undefined,
        origin: options.origin ?? originWithin('system', reason),
        audit,
      }),
    )
  if (options.tx) return open(options.tx, options.tx)
  if (options.mode === 'read') return open(tenant.pool, null)
  return withTransaction(tenant.pool, (tx) => open(tx, tx))
}

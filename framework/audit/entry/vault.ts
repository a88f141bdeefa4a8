/** Keys of people: one per subject, random, kept wrapped by the tenant's key. Who loses it loses what was sealed with it. */

import { randomBytes, randomUUID } from 'node:crypto'
import { AppError } from '../../errors.ts'
import { type Queryable, sql } from '../../sql/index.ts'

/** Wraps small secrets with the tenant's key, which the database does not hold. The context is authenticated. */
export interface KeyVault {
  wrap(plain: Uint8Array, context: string): Uint8Array
  /** @throws ServerError ERR_KEY_REFUSED, MissingError ERR_KEY_DESTROYED */
  unwrap(wrapped: Uint8Array, context: string): Uint8Array
}

export interface SubjectKey {
  readonly id: string
  readonly key: Uint8Array
}

const KEY_BYTES = 32

/** What a wrapped key is bound to: it opens for no other subject's row and in no other log. */
export function keyContext(log: string, id: string): string {
  return `holdfast:audit-subject:${log}:${id}`
}

/** The keys of these subjects; who has none, or whose key was destroyed, gets a new one. Runs in the sealer's transaction. */
export async function keysOfSubjects(
  tx: Queryable,
  vault: KeyVault,
  log: string,
  subjects: readonly string[],
): Promise<ReadonlyMap<string, SubjectKey>> {
  const found = new Map<string, SubjectKey>()
  if (subjects.length === 0) return found
  const rows = await tx.query<{ id: string; subject: string; key: Uint8Array }>(
    sql`SELECT id, subject, key FROM hf_audit_subject WHERE subject = ANY(${subjects}) AND key IS NOT NULL`,
  )
  for (const { id, subject, key } of rows) found.set(subject, { id, key: vault.unwrap(key, keyContext(log, id)) })
  const made = subjects.filter((subject) => !found.has(subject)).map((subject) => ({ subject, id: randomUUID() }))
  if (made.length === 0) return found
  const fresh = made.map(({ subject, id }) => {
    const key = randomBytes(KEY_BYTES)
    found.set(subject, { id, key })
    return { id, subject, key: Buffer.from(vault.wrap(key, keyContext(log, id))).toString('hex') }
  })
  await tx.query(sql`INSERT INTO hf_audit_subject (id, subject, key) SELECT id, subject, decode(key, 'hex')
    FROM jsonb_to_recordset(${JSON.stringify(fresh)}::jsonb) AS r (id uuid, subject text, key text)`)
  return found
}

/** What became of keys: those that open, and those that were destroyed on purpose. All others were removed or replaced. */
export interface SubjectKeys {
  readonly open: ReadonlyMap<string, SubjectKey>
  readonly erased: ReadonlySet<string>
}

/** The keys behind these ids. */
export async function readKeys(
  db: Queryable,
  vault: KeyVault,
  log: string,
  ids: ReadonlySet<string>,
): Promise<SubjectKeys> {
  const open = new Map<string, SubjectKey>()
  const erased = new Set<string>()
  if (ids.size === 0) return { open, erased }
  const rows = await db.query<{ id: string; key: Uint8Array | null }>(
    sql`SELECT id, key FROM hf_audit_subject WHERE id = ANY(${[...ids]}::uuid[])`,
  )
  for (const { id, key } of rows) {
    if (key === null) erased.add(id)
    else {
      const opened = unwrapOrNull(vault, key, keyContext(log, id))
      if (opened !== null) open.set(id, { id, key: opened })
    }
  }
  return { open, erased }
}

// One key that somebody has tampered with must not keep all others from being read; what it sealed shows as refused.
function unwrapOrNull(vault: KeyVault, wrapped: Uint8Array, context: string): Uint8Array | null {
  try {
    return vault.unwrap(wrapped, context)
  } catch (error) {
    if (error instanceof AppError) return null
    throw error
  }
}

/**
 * Destroys the keys of a subject (`res.partner,17`): what entries said of it is unreadable from now on, and the tree stands.
 * Copies of the key in backups and in PostgreSQL's log live on until these are gone.
 * @returns how many keys there were
 */
export async function eraseSubject(db: Queryable, subject: string): Promise<number> {
  const rows = await db.query(
    sql`UPDATE hf_audit_subject SET key = NULL, erased_at = now() WHERE subject = ${subject} AND key IS NOT NULL RETURNING id`,
  )
  return rows.length
}

/** Wraps all keys anew, for a copy of the log that belongs to another tenant. One that does not open stays as it is. */
export async function rewrapSubjects(tx: Queryable, from: KeyVault, to: KeyVault): Promise<void> {
  const [log] = await tx.query<{ id: string }>(sql`SELECT id FROM hf_audit_log`)
  if (log === undefined) return
  const rows = await tx.query<{ id: string; key: Uint8Array }>(
    sql`SELECT id, key FROM hf_audit_subject WHERE key IS NOT NULL`,
  )
  const anew = rows.flatMap(({ id, key }) => {
    const context = keyContext(log.id, id)
    const plain = unwrapOrNull(from, key, context)
    return plain === null ? [] : [{ id, key: Buffer.from(to.wrap(plain, context)).toString('hex') }]
  })
  await tx.query(sql`UPDATE hf_audit_subject s SET key = decode(r.key, 'hex')
    FROM jsonb_to_recordset(${JSON.stringify(anew)}::jsonb) AS r (id uuid, key text) WHERE s.id = r.id`)
}

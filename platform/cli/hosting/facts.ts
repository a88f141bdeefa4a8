/** What a list tells of a tenant beyond the registry: applications and size, kept beside the home so that nobody is woken for it. */

import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Queryable, sql } from '../../../framework/sql/index.ts'
import type { Home } from '../../tenants/index.ts'
import type { OpenTenants } from './open-tenants.ts'

export interface TenantFacts {
  /** Installed applications that people choose, by name. */
  readonly apps: readonly string[]
  /** Database and attachments. */
  readonly sizeBytes: number
  /** ISO 8601. */
  readonly measuredAt: string
}

interface Subject {
  readonly id: string
  readonly name: string
  readonly isAwake: boolean
}

/**
 * The facts of a tenant: measured when it is awake, else as of the last time; null when nobody ever measured it and it
 * is not active, or does not answer: one broken database must not hide all the others from who looks for it.
 */
export async function factsOf(
  home: Home,
  tenants: OpenTenants,
  subject: Subject,
  mayWake: boolean,
): Promise<TenantFacts | null> {
  const path = join(home.path, 'facts', `${subject.id}.json`)
  const known = await readFacts(path)
  if (!mayWake || (known !== null && !subject.isAwake)) return known
  let facts: TenantFacts
  try {
    facts = await measure((await tenants.open(subject.name)).pool)
  } catch {
    return known // its own trouble is told by `doctor` and by the log of its instance
  }
  await writeFacts(path, facts).catch(() => {}) // only a memory for later: a full disk is no reason to say nothing
  return facts
}

/** Forgets a tenant that is destroyed. */
export async function forgetFacts(home: Home, tenantId: string): Promise<void> {
  await rm(join(home.path, 'facts', `${tenantId}.json`), { force: true })
}

async function measure(db: Queryable): Promise<TenantFacts> {
  const [row] = await db.query<{ apps: string[]; database: number; files: number }>(sql`SELECT
    (SELECT coalesce(array_agg(name ORDER BY name), '{}') FROM ir_module_module WHERE state = 'installed') AS apps,
    (SELECT coalesce(sum(pg_total_relation_size(oid)), 0) FROM pg_class
      WHERE relnamespace = 'app'::regnamespace AND relkind IN ('r', 'm')) AS database,
    (SELECT coalesce(sum(size), 0) FROM (SELECT DISTINCT store_fname, file_size AS size FROM ir_attachment WHERE store_fname IS NOT NULL) files) AS files`)
  return {
    apps: row?.apps ?? [],
    sizeBytes: (row?.database ?? 0) + (row?.files ?? 0),
    measuredAt: new Date().toISOString(),
  }
}

async function readFacts(path: string): Promise<TenantFacts | null> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as TenantFacts
  } catch {
    return null // never measured, or half written by a crash: measured anew
  }
}

async function writeFacts(path: string, facts: TenantFacts): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true, mode: 0o700 })
  const temporary = `${path}.${randomBytes(4).toString('hex')}`
  await writeFile(temporary, JSON.stringify(facts), { mode: 0o600 })
  await rename(temporary, path)
}

/**
 * After each suite that starts a server: whether a secret of it stands where it must not. Secrets are what its database, home and
 * people have (hashes, keys, tokens, credentials, the root key) and a value that only the second company holds.
 */

import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Home } from '../../platform/tenants/index.ts'
import { id, sql } from '#framework/sql/index.ts'
import type { Company } from './server.ts'
import { searchFor } from './spellings.ts'
import type { Received, Sent } from './wire.ts'

/** `kept`: may stand in the database and nowhere else. `never`: nowhere. `other`: not in what the first company sees. */
type Grade = 'kept' | 'never' | 'other'
type Secrets = Map<string, string | Uint8Array>

export interface CanaryWatch {
  /** Notes an answer; returns it. */
  answered(sent: Sent, received: Received): Received
  logged(entry: unknown): void
  /** Where secrets stand that must not, a line each. */
  leaks(): Promise<string[]>
}

/** Lets the file fail for these leaks: it ends with an error, whatever its tests said. */
export function failFor(leaks: readonly string[]): void {
  if (leaks.length === 0) return
  process.stderr.write(`Secrets stand where they must not:\n  ${leaks.join('\n  ')}\n`)
  process.exitCode = 1
}

/** Plants the second company's value and begins to listen. */
export async function watchCanaries(home: Home, acme: Company, globex: Company): Promise<CanaryWatch> {
  const planted = `canary-${randomBytes(15).toString('hex')}`
  await globex.tenant.pool.query(sql`UPDATE res_partner SET ref = ${planted} WHERE id = 1`)
  const tokens = new Set<string>()
  const ofFirst = new Set<string>()
  const answers = new Set<string>()
  const log: string[] = []
  return {
    answered: (sent, received) => {
      const { 'set-cookie': cookies, ...headers } = received.headers
      for (const cookie of cookies ?? []) {
        const token = /^session_id=(?:[^;.]*\.)?([\w-]{20,})/.exec(cookie)?.[1]
        if (token !== undefined) tokens.add(token)
      }
      const text = `${JSON.stringify(headers)}\n${received.text}`
      answers.add(text)
      if (!/globex/i.test(JSON.stringify(sent))) ofFirst.add(text)
      return received
    },
    logged: (entry) => void log.push(textOf(entry)),
    leaks: async () => {
      const secrets: Readonly<Record<Grade, Secrets>> = {
        kept: new Map(),
        never: new Map(),
        other: new Map([['the value of the second company', planted]]),
      }
      for (const token of tokens) secrets.never.set('a token of a session', token)
      for (const company of [acme, globex]) await collect(home, company, secrets)
      const list = new Set<string>()
      const search = (grades: readonly Grade[], sink: string, texts: Iterable<string>) => {
        const seek = searchFor(new Map(grades.flatMap((grade) => [...secrets[grade]])))
        for (const text of texts) for (const { secret, how } of seek(text)) list.add(`${secret}, ${how}, in ${sink}`)
      }
      search(['kept', 'never'], 'an answer', answers)
      search(['other'], 'an answer to the first company', ofFirst)
      search(['kept', 'never', 'other'], 'the log of the server', log)
      search(
        ['kept', 'never', 'other'],
        'a log of PostgreSQL',
        filesOf(join(home.path, 'instances'), /postgres\.log$/, 2),
      )
      search(['kept', 'never', 'other'], 'a file of the running server', filesOf(home.runFolder, /./, 2))
      search(['kept', 'never', 'other'], 'a temporary file', filesOf(tmpdir(), /holdfast-[^/]*(\/[^/]+)?$|^hf-/, 2))
      search(['kept', 'never', 'other'], 'arguments or environment of a process', processes())
      search(['never', 'other'], 'the rows of the first company', await rowsOf(acme))
      search(['never'], 'the rows of the second company', await rowsOf(globex))
      search(['kept', 'never', 'other'], 'a job that failed', await deadLetters(home))
      return [...list].sort()
    },
  }
}

async function collect(
  home: Home,
  { name, tenant, people }: Company,
  { kept, never }: Record<Grade, Secrets>,
): Promise<void> {
  const { pool, registry } = tenant
  for (const model of registry.models.values())
    for (const field of model.fields.values()) {
      if (!field.options.secret || !field.column || model.options.abstract) continue
      const table = model.name.replaceAll('.', '_')
      const rows = await pool.query<{ id: number; value: string }>(
        sql`SELECT id, ${id(field.name)} AS value FROM ${id(table)} WHERE ${id(field.name)} IS NOT NULL`,
      )
      for (const row of rows) kept.set(`${name}: ${model.name}.${field.name} of ${row.id}`, row.value)
    }
  const hashes = await pool.query<{ what: string; value: Uint8Array }>(sql`
    SELECT 'hash of a key' AS what, key_hash AS value FROM hf_api_key UNION ALL SELECT 'hash of a session', token_hash FROM hf_session
    UNION ALL SELECT 'hash of a link', token_hash FROM hf_one_time_link`)
  for (const [at, { what, value }] of hashes.entries()) kept.set(`${name}: ${what} (${at})`, value)
  for (const person of Object.values(people)) never.set(`${name}: key of ${person.login}`, person.key)
  const { address } = await home.tenants.wake(name)
  const password = typeof address.password === 'function' ? await address.password() : address.password
  never.set(`${name}: password of its database`, password)
  const file = JSON.parse(readFileSync(join(home.path, 'keys', 'root.key'), 'utf8')) as { keys: Record<string, string> }
  for (const key of Object.values(file.keys)) {
    never.set('the root key', key)
    never.set('bytes of the root key', Buffer.from(key, 'base64'))
  }
}

/** Every table of a company as text: what a dump holds. */
async function rowsOf({ tenant }: Company): Promise<string[]> {
  const tables = await tenant.pool.query<{ name: string }>(
    sql`SELECT relname AS name FROM pg_catalog.pg_class WHERE relkind = 'r' AND relnamespace = 'app'::regnamespace AND reltuples <> 0`,
  )
  const texts: string[] = []
  for (const { name } of tables) {
    const [row] = await tenant.pool.query<{ text: string | null }>(
      sql`SELECT string_agg(t::text, E'\n') AS text FROM ${id(name)} t`,
      { prepared: false },
    )
    texts.push(row?.text ?? '')
  }
  return texts
}

async function deadLetters(home: Home): Promise<string[]> {
  const [there] = await home.control.query<{ there: boolean }>(
    sql`SELECT to_regclass('pgboss.job') IS NOT NULL AS there`,
  )
  if (there?.there !== true) return []
  const rows = await home.control.query<{ text: string }>(sql`SELECT t::text AS text FROM pgboss.job t LIMIT 10000`)
  return rows.map(({ text }) => text)
}

function* processes(): Generator<string> {
  for (const name of readDirectory('/proc'))
    if (/^\d+$/.test(name)) for (const file of ['cmdline', 'environ']) yield readText(`/proc/${name}/${file}`)
}

function* filesOf(folder: string, pattern: RegExp, depth: number): Generator<string> {
  for (const name of readDirectory(folder)) {
    const path = join(folder, name)
    const status = statSync(path, { throwIfNoEntry: false })
    if (status?.isDirectory() && depth > 1) yield* filesOf(path, pattern, depth - 1)
    else if (status?.isFile() && status.size < 8_000_000 && pattern.test(path)) yield readText(path)
  }
}

// What is gone meanwhile, or not ours to read, holds nothing that this suite put there.
function readDirectory(path: string): string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}

function textOf(entry: unknown): string {
  return JSON.stringify(entry, (_, value: unknown) => {
    if (value instanceof Error) return { text: String(value), stack: value.stack, cause: value.cause, ...value }
    return typeof value === 'bigint' ? String(value) : value
  })
}

/**
 * Who calls, kept cheaply: a call adds to a count in memory; every few seconds the counts go to the tenant's table in one
 * statement. Bounded in memory and in the table; what cannot be written is lost, never a call held up for it.
 */

import type { Tenant } from '../../access/index.ts'
import { sql } from '../../sql/index.ts'
import type { Log } from '../log.ts'
import { keptAgent, type ProgramCall } from './program.ts'

export interface Ledger {
  /** Counts a call of somebody whose credential was right; only methods that are exposed count. */
  note(tenant: Tenant, call: ProgramCall): void
  /** Writes what is in memory, of one tenant or of all. */
  flush(tenant?: Tenant): Promise<void>
}

interface Entry {
  readonly protocol: string
  readonly credential: string
  readonly uid: number
  readonly agent: string
  readonly methods: Map<string, number>
  calls: number
  readonly firstMs: number
  lastMs: number
}

interface Page {
  /** By user agent as it was sent, then by the rest. */
  readonly agents: Map<string, Map<string, Entry>>
  entries: number
}

const everyMs = 5_000
/** Programs of one tenant between two writings; more count as one. */
const mostEntries = 200
/** Methods by name of one program; more count as `other`. */
const mostMethods = 100
/** Rows that a tenant keeps; those not seen for longest go first. */
const mostRows = 500
const others = '(others)'

/** A ledger of this process. */
export function openLedger(log: Log): Ledger {
  const pages = new Map<Tenant, Page>()
  let timer: NodeJS.Timeout | undefined

  async function flush(only?: Tenant): Promise<void> {
    const taken = [...pages].filter(([tenant]) => only === undefined || tenant === only)
    for (const [tenant] of taken) pages.delete(tenant)
    await Promise.all(
      taken.map(([tenant, page]) =>
        write(tenant, page).catch((cause: unknown) =>
          log({ level: 'warn', event: 'programs not noted', detail: { tenant: tenant.name }, cause }),
        ),
      ),
    )
  }

  return {
    note(tenant, call) {
      const { model, method } = call
      if (typeof model !== 'string' || typeof method !== 'string') return
      if (tenant.registry.models.get(model)?.api.has(method) !== true) return
      let page = pages.get(tenant)
      if (page === undefined) {
        page = { agents: new Map(), entries: 0 }
        pages.set(tenant, page)
      }
      count(page, call, `${model}.${method}`)
      if (timer === undefined) {
        timer = setTimeout(() => {
          timer = undefined
          void flush()
        }, everyMs)
        timer.unref()
      }
    },
    flush,
  }
}

function count(page: Page, call: ProgramCall, method: string): void {
  const sent = call.userAgent ?? ''
  const key = `${call.protocol} ${call.credential} ${call.uid}`
  let entry = page.agents.get(sent)?.get(key)
  if (entry === undefined) {
    const isFull = page.entries >= mostEntries
    const place = isFull ? others : sent
    let ofAgent = page.agents.get(place)
    if (ofAgent === undefined) {
      ofAgent = new Map()
      page.agents.set(place, ofAgent)
    }
    entry = ofAgent.get(key)
    if (entry === undefined) {
      const now = Date.now()
      const { protocol, credential, uid } = call
      const agent = isFull ? others : keptAgent(sent)
      entry = { protocol, credential, uid, agent, methods: new Map(), calls: 0, firstMs: now, lastMs: now }
      ofAgent.set(key, entry)
      page.entries++
    }
  }
  entry.calls++
  entry.lastMs = Date.now()
  const { methods } = entry
  const name = methods.has(method) || methods.size < mostMethods ? method : 'other'
  methods.set(name, (methods.get(name) ?? 0) + 1)
}

// Two agents that differ beyond what is kept of them are one row; PostgreSQL takes a row once per statement.
function merged(page: Page): Entry[] {
  const rows = new Map<string, Entry>()
  for (const ofAgent of page.agents.values())
    for (const entry of ofAgent.values()) {
      const key = JSON.stringify([entry.protocol, entry.credential, entry.uid, entry.agent])
      const found = rows.get(key)
      if (found === undefined) rows.set(key, entry)
      else {
        found.calls += entry.calls
        found.lastMs = Math.max(found.lastMs, entry.lastMs)
        for (const [name, n] of entry.methods) found.methods.set(name, (found.methods.get(name) ?? 0) + n)
      }
    }
  return [...rows.values()]
}

async function write(tenant: Tenant, page: Page): Promise<void> {
  const rows = merged(page).map((entry) => ({
    protocol: entry.protocol,
    credential: entry.credential,
    user_id: entry.uid,
    user_agent: entry.agent,
    calls: entry.calls,
    methods: Object.fromEntries(entry.methods),
    first_seen: new Date(entry.firstMs).toISOString(),
    last_seen: new Date(entry.lastMs).toISOString(),
  }))
  // Locks are taken in one order, so that two processes that write the same programs do not wait for each other in a ring.
  await tenant.pool.query(sql`
    WITH gone AS (DELETE FROM ir_rpc_client WHERE id IN (SELECT id FROM ir_rpc_client ORDER BY last_seen DESC OFFSET ${mostRows}))
    INSERT INTO ir_rpc_client AS known (protocol, credential, user_id, user_agent, calls, methods, first_seen, last_seen, create_uid, create_date, write_uid, write_date)
    SELECT protocol, credential, user_id, user_agent, calls, methods, first_seen AT TIME ZONE 'UTC', last_seen AT TIME ZONE 'UTC', 1, now() AT TIME ZONE 'UTC', 1, now() AT TIME ZONE 'UTC'
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r(protocol text, credential text, user_id int4, user_agent text, calls int4, methods jsonb, first_seen timestamptz, last_seen timestamptz)
    WHERE EXISTS (SELECT FROM res_users u WHERE u.id = r.user_id)
    ORDER BY user_id, protocol, credential, user_agent
    ON CONFLICT (user_id, protocol, credential, user_agent) DO UPDATE SET
      calls = least(known.calls::int8 + excluded.calls, 2147483647)::int4,
      last_seen = greatest(known.last_seen, excluded.last_seen), write_date = excluded.write_date,
      methods = (SELECT jsonb_object_agg(name, n) FROM (
        SELECT name, sum(n) AS n FROM (
          SELECT key AS name, value::int8 AS n FROM jsonb_each_text(known.methods)
          UNION ALL SELECT key, value::int8 FROM jsonb_each_text(excluded.methods)) both_
        GROUP BY name ORDER BY sum(n) DESC LIMIT ${mostMethods}) top)`)
}

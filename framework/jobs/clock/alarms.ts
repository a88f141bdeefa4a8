/** When each tenant has to be looked at next. It stands in the control plane's database, so that a sleeping tenant sleeps on. */

import { type Queryable, sql } from '../../sql/index.ts'

/** Alarms of tenants, by the key of the tenant: its id, which a rename does not change. */
export interface Alarms {
  /** Tenants whose alarm has come, the longest overdue first. */
  due(limit: number): Promise<string[]>
  /** Of these tenants those that had no upkeep within a day. */
  untended(tenants: readonly string[]): Promise<string[]>
  noteTended(tenant: string): Promise<void>
  /** Sets the alarm to what `read` finds; one after the other per tenant, so that an older answer never replaces a newer one. */
  refresh(tenant: string, read: () => Promise<Date | null>): Promise<void>
  /** `null`: nothing to wait for. */
  set(tenant: string, at: Date | null): Promise<void>
  /** Sets the alarm to this time unless it comes before: for whoever may tell it late. `null` changes nothing. */
  advance(tenant: string, at: Date | null): Promise<void>
  /** Tenants that have no alarm yet get one that has come: nobody knows what stands in them. */
  ensure(tenants: readonly string[]): Promise<void>
  forget(tenant: string): Promise<void>
  /** Waits for refreshes that are under way. */
  settled(): Promise<void>
}

/** Alarms in this database; the table is made at the first use. */
export function openAlarms(db: Queryable): Alarms {
  const turns = new Map<string, Promise<void>>()
  let ready: Promise<unknown> | undefined
  const table = async (): Promise<void> => {
    ready ??= db.query(sql`CREATE TABLE IF NOT EXISTS tenant_alarm (
      tenant text PRIMARY KEY, due_at timestamptz, tended_at timestamptz)`)
    try {
      await ready
    } catch (error) {
      ready = undefined
      throw error
    }
  }
  const set = async (tenant: string, at: Date | null): Promise<void> => {
    await table()
    await db.query(sql`INSERT INTO tenant_alarm (tenant, due_at) VALUES (${tenant}, ${at?.toISOString() ?? null}::timestamptz)
      ON CONFLICT (tenant) DO UPDATE SET due_at = excluded.due_at`)
  }
  return {
    set,
    due: async (limit) => {
      await table()
      const rows = await db.query<{ tenant: string }>(
        sql`SELECT tenant FROM tenant_alarm WHERE due_at <= now() ORDER BY due_at LIMIT ${limit}`,
      )
      return rows.map(({ tenant }) => tenant)
    },
    untended: async (tenants) => {
      await table()
      const rows = await db.query<{
        tenant: string
      }>(sql`SELECT awake.tenant FROM unnest(${[...tenants]}::text[]) AS awake (tenant)
        LEFT JOIN tenant_alarm a ON a.tenant = awake.tenant
        WHERE a.tended_at IS NULL OR a.tended_at < now() - interval '1 day'`)
      return rows.map(({ tenant }) => tenant)
    },
    noteTended: async (tenant) => {
      await table()
      await db.query(sql`INSERT INTO tenant_alarm (tenant, tended_at) VALUES (${tenant}, now())
        ON CONFLICT (tenant) DO UPDATE SET tended_at = excluded.tended_at`)
    },
    refresh: (tenant, read) => {
      const mine = (turns.get(tenant) ?? Promise.resolve()).then(async () => set(tenant, await read()))
      const settled = mine.then(
        () => {},
        () => {}, // told to the one who asked
      )
      turns.set(tenant, settled)
      void settled.then(() => {
        if (turns.get(tenant) === settled) turns.delete(tenant)
      })
      return mine
    },
    advance: async (tenant, at) => {
      if (at === null) return
      await table()
      await db.query(sql`INSERT INTO tenant_alarm (tenant, due_at) VALUES (${tenant}, ${at.toISOString()}::timestamptz)
        ON CONFLICT (tenant) DO UPDATE SET due_at = least(tenant_alarm.due_at, excluded.due_at)`)
    },
    ensure: async (tenants) => {
      if (tenants.length === 0) return
      await table()
      await db.query(sql`INSERT INTO tenant_alarm (tenant, due_at) SELECT unnest(${[...tenants]}::text[]), now()
        ON CONFLICT (tenant) DO NOTHING`)
    },
    forget: async (tenant) => {
      await table()
      await db.query(sql`DELETE FROM tenant_alarm WHERE tenant = ${tenant}`)
    },
    settled: async () => void (await Promise.all(turns.values())),
  }
}

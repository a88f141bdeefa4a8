import { ConflictError } from '../../../framework/errors.ts'
import { type Pool, type Queryable, type Row, sql, withTransaction } from '../../../framework/sql/index.ts'
import type { KeyPurpose, WrappedTenantKey } from '../keys/tenant-keys.ts'

export type TenantState = 'creating' | 'active' | 'suspended' | 'deleting' | 'deleted'

/** What the control plane keeps of a tenant; secrets are sealed by the root key. */
export interface TenantRow {
  readonly id: string
  readonly name: string
  /** Opaque name of the instance's folder. */
  readonly instance: string
  readonly state: TenantState
  readonly generation: number
  /** Sealed passwords of the generation. */
  readonly credential: Uint8Array | null
  /** Sealed passwords of the next generation, while a change of generation is under way. */
  readonly credentialNext: Uint8Array | null
  readonly template: string | null
  readonly createdAt: Date
  readonly deleteAfter: Date | null
}

/** An instance that was replaced and can be put back. */
export interface RetiredInstance {
  readonly instance: string
  readonly tenantId: string
  readonly keepUntil: Date
}

/** The registry of tenants: single statements or one transaction each, so every call is whole or absent. */
export interface Registry {
  /** All tenants except the deleted ones. */
  load(): Promise<TenantRow[]>
  /** @throws ConflictError ERR_TENANT_NAME_TAKEN when the name is borne or in quarantine */
  reserve(tenant: { id: string; name: string; instance: string; template: string | null; now: Date }): Promise<void>
  /** Removes a tenant that never served: its name is free at once. */
  release(tenantId: string): Promise<void>
  keys(tenantId: string): Promise<WrappedTenantKey[]>
  /** Puts keys in, or in the place of the same purpose and version. */
  saveKeys(tenantId: string, keys: readonly WrappedTenantKey[]): Promise<void>
  setState(tenantId: string, state: TenantState, deleteAfter: Date | null): Promise<void>
  /** Step one of a change of generation: what the next one will be. */
  announceCredential(tenantId: string, sealed: Uint8Array): Promise<void>
  /** Step two: the announced credential is the valid one, under this generation. */
  commitGeneration(tenantId: string, generation: number): Promise<void>
  /** The same passwords, sealed with another root key. */
  replaceCredential(tenantId: string, generation: number, sealed: Uint8Array): Promise<void>
  /** Routes the tenant to another instance and keeps the one before for the undo, all at once. */
  switchInstance(
    tenantId: string,
    generation: number,
    instance: string,
    credential: Uint8Array,
    retire: RetiredInstance,
  ): Promise<void>
  /** The old name stays in quarantine until then. @throws ConflictError ERR_TENANT_NAME_TAKEN */
  rename(tenantId: string, from: string, to: string, heldUntil: Date, now: Date): Promise<void>
  /** Forgets keys and credentials for good and holds the name until then. */
  bury(tenantId: string, heldUntil: Date, now: Date): Promise<void>
  retired(): Promise<RetiredInstance[]>
  dropRetired(instance: string): Promise<void>
}

interface RawTenant extends Row {
  id: string
  name: string
  instance: string
  state: TenantState
  generation: number
  credential: Uint8Array | null
  credential_next: Uint8Array | null
  template: string | null
  created_ms: number
  delete_after_ms: number | null
}

/** Opens the registry on the control plane's own database, whose tables `prepareRegistry` made. */
export function openRegistry(pool: Pool): Registry {
  return {
    load: async () => (await selectTenants(pool)).map(parseTenant),
    reserve: (tenant) =>
      withTransaction(pool, async (tx) => {
        await tx.query(sql`INSERT INTO registry_tenant (id, name, instance, state, generation, template, created_at)
          VALUES (${tenant.id}, ${tenant.name}, ${tenant.instance}, 'creating', 1, ${tenant.template}, ${tenant.now.toISOString()})`)
        await claimName(tx, tenant.name, tenant.id, tenant.now)
      }),
    release: async (tenantId) => {
      await pool.query(sql`DELETE FROM registry_tenant WHERE id = ${tenantId} AND state = 'creating'`)
    },
    keys: async (tenantId) => {
      const rows = await pool.query<{ purpose: KeyPurpose; version: number; wrapped: Uint8Array }>(
        sql`SELECT purpose, version, wrapped FROM registry_key WHERE tenant_id = ${tenantId} ORDER BY purpose, version`,
      )
      return rows
    },
    saveKeys: (tenantId, keys) =>
      withTransaction(pool, async (tx) => {
        for (const key of keys) {
          await tx.query(sql`INSERT INTO registry_key (tenant_id, purpose, version, wrapped)
            VALUES (${tenantId}, ${key.purpose}, ${key.version}, ${key.wrapped})
            ON CONFLICT (tenant_id, purpose, version) DO UPDATE SET wrapped = excluded.wrapped`)
        }
      }),
    setState: async (tenantId, state, deleteAfter) => {
      await pool.query(
        sql`UPDATE registry_tenant SET state = ${state}, delete_after = ${deleteAfter?.toISOString() ?? null} WHERE id = ${tenantId}`,
      )
    },
    announceCredential: async (tenantId, sealed) => {
      await pool.query(sql`UPDATE registry_tenant SET credential_next = ${sealed} WHERE id = ${tenantId}`)
    },
    commitGeneration: async (tenantId, generation) => {
      await pool.query(sql`UPDATE registry_tenant SET generation = ${generation}, credential = credential_next, credential_next = NULL
        WHERE id = ${tenantId} AND credential_next IS NOT NULL`)
    },
    replaceCredential: async (tenantId, generation, sealed) => {
      await pool.query(
        sql`UPDATE registry_tenant SET credential = ${sealed} WHERE id = ${tenantId} AND generation = ${generation}`,
      )
    },
    switchInstance: (tenantId, generation, instance, credential, retire) =>
      withTransaction(pool, async (tx) => {
        await tx.query(sql`DELETE FROM registry_retired WHERE instance = ${instance}`)
        await tx.query(sql`INSERT INTO registry_retired (instance, tenant_id, keep_until)
          VALUES (${retire.instance}, ${tenantId}, ${retire.keepUntil.toISOString()})`)
        const rows =
          await tx.query(sql`UPDATE registry_tenant SET generation = ${generation}, instance = ${instance}, credential = ${credential}
          WHERE id = ${tenantId} AND generation < ${generation} RETURNING id`)
        if (rows.length !== 1)
          throw new ConflictError(
            'ERR_GENERATION',
            'The database was changed by somebody else meanwhile; nothing was switched.',
          )
      }),
    rename: (tenantId, from, to, heldUntil, now) =>
      withTransaction(pool, async (tx) => {
        await claimName(tx, to, tenantId, now)
        await tx.query(
          sql`UPDATE registry_name SET held_until = ${heldUntil.toISOString()} WHERE name = ${from} AND tenant_id = ${tenantId}`,
        )
        await tx.query(sql`UPDATE registry_tenant SET name = ${to} WHERE id = ${tenantId}`)
      }),
    bury: (tenantId, heldUntil, now) =>
      withTransaction(pool, async (tx) => {
        await tx.query(sql`DELETE FROM registry_key WHERE tenant_id = ${tenantId}`)
        await tx.query(sql`DELETE FROM registry_retired WHERE tenant_id = ${tenantId}`)
        await tx.query(
          sql`UPDATE registry_name SET held_until = ${heldUntil.toISOString()} WHERE tenant_id = ${tenantId} AND held_until IS NULL`,
        )
        await tx.query(sql`UPDATE registry_tenant SET state = 'deleted', credential = NULL, credential_next = NULL,
          deleted_at = ${now.toISOString()} WHERE id = ${tenantId}`)
      }),
    retired: async () => {
      const rows = await pool.query<{ instance: string; tenant_id: string; keep_until_ms: number }>(
        sql`SELECT instance, tenant_id, extract(epoch FROM keep_until) * 1000 AS keep_until_ms FROM registry_retired ORDER BY keep_until`,
      )
      return rows.map((row) => ({
        instance: row.instance,
        tenantId: row.tenant_id,
        keepUntil: new Date(row.keep_until_ms),
      }))
    },
    dropRetired: async (instance) => {
      await pool.query(sql`DELETE FROM registry_retired WHERE instance = ${instance}`)
    },
  }
}

/** Takes a name that is free, out of quarantine, or the tenant's own from before. */
async function claimName(tx: Queryable, name: string, tenantId: string, now: Date): Promise<void> {
  const claimed = await tx.query(sql`INSERT INTO registry_name (name, tenant_id) VALUES (${name}, ${tenantId})
    ON CONFLICT (name) DO UPDATE SET tenant_id = excluded.tenant_id, held_until = NULL
    WHERE registry_name.held_until IS NOT NULL AND (registry_name.held_until < ${now.toISOString()} OR registry_name.tenant_id = ${tenantId})
    RETURNING name`)
  if (claimed.length === 1) return
  throw new ConflictError(
    'ERR_TENANT_NAME_TAKEN',
    `The name ${name} is taken, or was freed less than 90 days ago; choose another one.`,
  )
}

function selectTenants(pool: Pool): Promise<RawTenant[]> {
  return pool.query<RawTenant>(sql`SELECT id, name, instance, state, generation, credential, credential_next, template,
    extract(epoch FROM created_at) * 1000 AS created_ms, extract(epoch FROM delete_after) * 1000 AS delete_after_ms
    FROM registry_tenant WHERE state <> 'deleted' ORDER BY name`)
}

function parseTenant(row: RawTenant): TenantRow {
  return {
    id: row.id,
    name: row.name,
    instance: row.instance,
    state: row.state,
    generation: row.generation,
    credential: row.credential,
    credentialNext: row.credential_next,
    template: row.template,
    createdAt: new Date(row.created_ms),
    deleteAfter: row.delete_after_ms === null ? null : new Date(row.delete_after_ms),
  }
}

import { type Pool, type Sql, sql, withTransaction } from '../../../framework/sql/index.ts'

/** Schema changes of the registry in order; each runs once. Append only. */
const CHANGES: readonly (readonly Sql[])[] = [
  [
    sql`CREATE TABLE registry_tenant (
      id uuid PRIMARY KEY,
      name text NOT NULL,
      instance text NOT NULL UNIQUE,
      state text NOT NULL CHECK (state IN ('creating', 'active', 'suspended', 'deleting', 'deleted')),
      generation integer NOT NULL,
      credential bytea,
      credential_next bytea,
      template text,
      created_at timestamptz NOT NULL,
      delete_after timestamptz,
      deleted_at timestamptz
    )`,
    // A name belongs to one tenant as long as a row says so; `held_until` is null while the tenant bears it.
    sql`CREATE TABLE registry_name (
      name text PRIMARY KEY,
      tenant_id uuid NOT NULL REFERENCES registry_tenant (id) ON DELETE CASCADE,
      held_until timestamptz
    )`,
    sql`CREATE TABLE registry_key (
      tenant_id uuid NOT NULL REFERENCES registry_tenant (id) ON DELETE CASCADE,
      purpose text NOT NULL CHECK (purpose IN ('seal', 'names')),
      version integer NOT NULL,
      wrapped bytea NOT NULL,
      PRIMARY KEY (tenant_id, purpose, version)
    )`,
    // An instance that a restore replaced, kept for the undo.
    sql`CREATE TABLE registry_retired (
      instance text PRIMARY KEY,
      tenant_id uuid NOT NULL REFERENCES registry_tenant (id) ON DELETE CASCADE,
      keep_until timestamptz NOT NULL
    )`,
    sql`CREATE TABLE registry_workflow (
      id uuid PRIMARY KEY,
      kind text NOT NULL,
      tenant_id uuid NOT NULL,
      state text NOT NULL CHECK (state IN ('running', 'done', 'undone')),
      epoch bigint NOT NULL,
      started_at timestamptz NOT NULL DEFAULT now(),
      finished_at timestamptz,
      error text
    )`,
    sql`CREATE TABLE registry_step (
      workflow_id uuid NOT NULL REFERENCES registry_workflow (id) ON DELETE CASCADE,
      name text NOT NULL,
      position integer NOT NULL,
      done_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (workflow_id, name)
    )`,
    sql`CREATE TABLE registry_owner (one boolean PRIMARY KEY DEFAULT true CHECK (one), epoch bigint NOT NULL)`,
    sql`INSERT INTO registry_owner (epoch) VALUES (0)`,
  ],
  [
    sql`ALTER TABLE registry_key DROP CONSTRAINT registry_key_purpose_check,
      ADD CONSTRAINT registry_key_purpose_check CHECK (purpose IN ('seal', 'names', 'audit'))`,
  ],
]

/** Brings the registry's tables up to date and takes the next epoch, with which every write of this owner is fenced. */
export async function prepareRegistry(pool: Pool): Promise<number> {
  return withTransaction(pool, async (tx) => {
    await tx.query(
      sql`CREATE TABLE IF NOT EXISTS registry_change (number integer PRIMARY KEY, made_at timestamptz NOT NULL DEFAULT now())`,
    )
    const rows = await tx.query<{ made: number }>(sql`SELECT count(*) AS made FROM registry_change`)
    for (let number = rows[0]?.made ?? 0; number < CHANGES.length; number++) {
      for (const statement of CHANGES[number] ?? []) await tx.query(statement)
      await tx.query(sql`INSERT INTO registry_change (number) VALUES (${number})`)
    }
    const owner = await tx.query<{ epoch: number }>(sql`UPDATE registry_owner SET epoch = epoch + 1 RETURNING epoch`)
    return owner[0]?.epoch ?? 1
  })
}

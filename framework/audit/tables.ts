/** Tables of the audit log in each tenant's database. */

import { type Sql, sql } from '../sql/index.ts'

/**
 * `hf_audit_pending`: entries of committed transactions that the sealer has not yet put into the tree, in plain; it takes them
 * out within seconds.
 * `hf_audit_log`: one row; the log's own identity, which stays with the data, how many entries the tree has, and the public keys
 * of log and witness for who asks for them.
 * `hf_audit_leaf`: the entries of the tree. `entry` is what was hashed; the other columns say the same, for looking up.
 * `hf_audit_node`: hashes of whole subtrees; node `index` of `level` covers the entries from `index << level` on.
 * `hf_audit_subject`: the keys of people, wrapped by the tenant's; without its key nobody reads what was sealed with it.
 * `hf_audit_checkpoint`: signed heads of the tree, with the witness's signature where it gave one.
 */
export const auditTables: readonly Sql[] = [
  sql`CREATE TABLE IF NOT EXISTS hf_audit_pending (
    id int8 GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    kind text NOT NULL,
    actor jsonb NOT NULL,
    model text,
    ids int4[],
    what jsonb NOT NULL DEFAULT '{}',
    personal jsonb)`,
  // It lives for a second: compressing it would cost the writer more than it saves.
  sql`ALTER TABLE hf_audit_pending ALTER COLUMN personal SET STORAGE EXTERNAL`,
  sql`CREATE TABLE IF NOT EXISTS hf_audit_log (
    one bool PRIMARY KEY DEFAULT true CHECK (one),
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    size int4 NOT NULL DEFAULT 0,
    key text,
    witness_key text)`,
  sql`INSERT INTO hf_audit_log (one) VALUES (true) ON CONFLICT DO NOTHING`,
  // The generated columns are for the model audit.entry, through which administrators read.
  sql`CREATE TABLE IF NOT EXISTS hf_audit_leaf (
    id int4 PRIMARY KEY,
    index int4 GENERATED ALWAYS AS (id - 1) STORED,
    hash bytea NOT NULL,
    entry text NOT NULL,
    at timestamptz NOT NULL,
    kind text NOT NULL,
    model text,
    ids int4[],
    uid int4,
    channel text,
    request_id text,
    date timestamp GENERATED ALWAYS AS (date_trunc('second', at AT TIME ZONE 'UTC')) STORED,
    create_date timestamp GENERATED ALWAYS AS (date_trunc('second', at AT TIME ZONE 'UTC')) STORED,
    write_date timestamp GENERATED ALWAYS AS (date_trunc('second', at AT TIME ZONE 'UTC')) STORED,
    create_uid int4 GENERATED ALWAYS AS (uid) STORED,
    write_uid int4 GENERATED ALWAYS AS (uid) STORED)`,
  sql`CREATE INDEX IF NOT EXISTS hf_audit_leaf_ids ON hf_audit_leaf USING gin (ids)`,
  sql`CREATE INDEX IF NOT EXISTS hf_audit_leaf_kind ON hf_audit_leaf (kind, id)`,
  sql`CREATE INDEX IF NOT EXISTS hf_audit_leaf_request ON hf_audit_leaf (request_id)`,
  sql`CREATE INDEX IF NOT EXISTS hf_audit_leaf_uid ON hf_audit_leaf (uid, id)`,
  sql`CREATE INDEX IF NOT EXISTS hf_audit_leaf_date ON hf_audit_leaf (date)`,
  sql`CREATE TABLE IF NOT EXISTS hf_audit_node (
    level int2 NOT NULL,
    index int4 NOT NULL,
    hash bytea NOT NULL,
    PRIMARY KEY (level, index))`,
  sql`CREATE TABLE IF NOT EXISTS hf_audit_subject (
    id uuid PRIMARY KEY,
    subject text NOT NULL,
    key bytea,
    erased_at timestamptz)`,
  sql`CREATE UNIQUE INDEX IF NOT EXISTS hf_audit_subject_open ON hf_audit_subject (subject) WHERE key IS NOT NULL`,
  sql`CREATE TABLE IF NOT EXISTS hf_audit_checkpoint (
    size int4 PRIMARY KEY,
    note text NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp())`,
]

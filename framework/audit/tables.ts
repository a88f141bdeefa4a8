/** Tables of the audit log in each tenant's database. */

import { type Sql, sql } from '../sql/index.ts'

/**
 * `hf_audit_pending`: entries of committed transactions that the sealer has not yet put into the tree, in plain; it takes them
 * out within seconds.
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
]

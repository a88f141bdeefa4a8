/** The room's own tables. None of them holds a secret that could be used: tokens and keys are there as SHA-256 only. */

import { type Sql, sql } from '../sql/index.ts'

/** DDL for an empty or existing database; each statement may run again. */
export const authTables: readonly Sql[] = [
  sql`CREATE TABLE IF NOT EXISTS hf_session (
    token_hash bytea PRIMARY KEY,
    uid integer NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_seen_at timestamptz NOT NULL DEFAULT now(),
    idle_seconds integer NOT NULL,
    expires_at timestamptz NOT NULL,
    source text NOT NULL,
    user_agent text
  )`,
  sql`CREATE INDEX IF NOT EXISTS hf_session_uid ON hf_session (uid)`,
  sql`CREATE INDEX IF NOT EXISTS hf_session_expires_at ON hf_session (expires_at)`,
  // One row per account and source; the row with source '*' counts the account's failures from strange sources.
  sql`CREATE TABLE IF NOT EXISTS hf_login_failure (
    account bytea NOT NULL,
    source text NOT NULL,
    failures integer NOT NULL DEFAULT 0,
    window_start timestamptz NOT NULL DEFAULT now(),
    last_failure_at timestamptz NOT NULL DEFAULT now(),
    blocked_until timestamptz,
    refused boolean NOT NULL DEFAULT false,
    succeeded_at timestamptz,
    PRIMARY KEY (account, source)
  )`,
  sql`CREATE INDEX IF NOT EXISTS hf_login_failure_last ON hf_login_failure (last_failure_at)`,
  sql`CREATE TABLE IF NOT EXISTS hf_one_time_link (
    token_hash bytea PRIMARY KEY,
    uid integer NOT NULL,
    purpose text NOT NULL CHECK (purpose IN ('first-login', 'reset')),
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    used_at timestamptz
  )`,
  sql`CREATE INDEX IF NOT EXISTS hf_one_time_link_uid ON hf_one_time_link (uid)`,
  // Users whose password somebody else set: they choose an own one at the next sign-in in a browser.
  sql`CREATE TABLE IF NOT EXISTS hf_temporary_password (uid integer PRIMARY KEY, set_at timestamptz NOT NULL DEFAULT now())`,
  // Users who sign in with more than a password: no program signs in with their password alone.
  sql`CREATE TABLE IF NOT EXISTS hf_second_factor (uid integer PRIMARY KEY, added_at timestamptz NOT NULL DEFAULT now())`,
  sql`CREATE TABLE IF NOT EXISTS hf_api_key (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id integer NOT NULL,
    name text NOT NULL,
    scope text,
    key_index text NOT NULL,
    key_hash bytea NOT NULL UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    last_used_at timestamptz,
    -- The same under the names of the model res.users.apikeys, through which owners see and revoke their keys.
    expiration_date timestamp GENERATED ALWAYS AS (date_trunc('second', expires_at AT TIME ZONE 'UTC')) STORED,
    create_date timestamp GENERATED ALWAYS AS (date_trunc('second', created_at AT TIME ZONE 'UTC')) STORED,
    write_date timestamp GENERATED ALWAYS AS (date_trunc('second', created_at AT TIME ZONE 'UTC')) STORED,
    create_uid integer GENERATED ALWAYS AS (user_id) STORED,
    write_uid integer GENERATED ALWAYS AS (user_id) STORED
  )`,
  sql`CREATE INDEX IF NOT EXISTS hf_api_key_user ON hf_api_key (user_id)`,
]

import { ADMIN_ROLE, DATABASE, OWNER_ROLE, RUNTIME_ROLE } from './settings.ts'

const HARMLESS = 'NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS'

/** Views and tables that tell about roles, databases, sessions or settings beyond the tenant's own tables. */
const TELLING_RELATIONS = [
  ...[
    'pg_database',
    'pg_roles',
    'pg_user',
    'pg_group',
    'pg_shadow',
    'pg_authid',
    'pg_auth_members',
    'pg_db_role_setting',
  ],
  ...[
    'pg_shdescription',
    'pg_shseclabel',
    'pg_stat_activity',
    'pg_stat_database',
    'pg_stat_database_conflicts',
    'pg_locks',
  ],
  ...[
    'pg_prepared_xacts',
    'pg_stat_replication',
    'pg_stat_wal_receiver',
    'pg_replication_slots',
    'pg_stat_ssl',
    'pg_stat_gssapi',
  ],
]

/** Functions that tell about others, write past a quota, or hold locks beyond a transaction. */
const DANGEROUS_FUNCTIONS = [
  ...['pg_database_size', 'pg_tablespace_size', 'pg_logical_emit_message'],
  ...[
    'lo_creat',
    'lo_create',
    'lo_from_bytea',
    'lo_put',
    'lo_get',
    'lo_open',
    'lo_close',
    'lo_unlink',
    'lo_lseek',
    'lo_lseek64',
  ],
  ...['lo_tell', 'lo_tell64', 'lo_truncate', 'lo_truncate64', 'lo_import', 'lo_export', 'loread', 'lowrite'],
  // Session locks outlive their transaction on a pooled connection. The transaction kind stays: the job queue needs it.
  ...['pg_advisory_lock', 'pg_advisory_lock_shared', 'pg_try_advisory_lock', 'pg_try_advisory_lock_shared'],
  ...['pg_advisory_unlock', 'pg_advisory_unlock_shared', 'pg_advisory_unlock_all'],
]

/** First session, in `template1`: the maintenance database becomes the tenant's only one. */
export const RENAME_DATABASE: readonly string[] = [`ALTER DATABASE postgres RENAME TO ${DATABASE}`]

/**
 * Second session, in the tenant's database, as bootstrap superuser: roles, schemas, extensions and what PUBLIC loses.
 * The statements are constants; passwords come later, per clone.
 */
export const HARDENING: readonly string[] = [
  `CREATE ROLE ${OWNER_ROLE} NOLOGIN NOINHERIT ${HARMLESS}`,
  `CREATE ROLE ${RUNTIME_ROLE} LOGIN NOINHERIT ${HARMLESS} CONNECTION LIMIT 16`,
  `ALTER DATABASE ${DATABASE} OWNER TO ${OWNER_ROLE}`,
  // Keeps promise: databases/no-way-across
  `REVOKE ALL ON DATABASE ${DATABASE}, template0, template1 FROM PUBLIC`,
  // No CREATE: the runtime role makes no schema, no extension, no publication.
  `GRANT CONNECT, TEMPORARY ON DATABASE ${DATABASE} TO ${RUNTIME_ROLE}`,
  'DROP SCHEMA public',
  `CREATE SCHEMA app AUTHORIZATION ${RUNTIME_ROLE}`,
  `CREATE SCHEMA jobs AUTHORIZATION ${RUNTIME_ROLE}`,
  `CREATE SCHEMA ext AUTHORIZATION ${OWNER_ROLE}`,
  'CREATE EXTENSION pg_trgm SCHEMA ext',
  'CREATE EXTENSION unaccent SCHEMA ext',
  // `unaccent(text)` is only STABLE because its dictionary can be changed; here nobody but the superuser can, so an index may use it.
  `CREATE FUNCTION ext.immutable_unaccent(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $body$ SELECT ext.unaccent('ext.unaccent'::regdictionary, $1) $body$`,
  `ALTER FUNCTION ext.immutable_unaccent(text) OWNER TO ${OWNER_ROLE}`,
  `GRANT USAGE ON SCHEMA ext TO ${OWNER_ROLE}, ${RUNTIME_ROLE}`,
  // pg_catalog is searched first when it is not named, and a temporary table shadows nothing when pg_temp is named last.
  `ALTER ROLE ${RUNTIME_ROLE} IN DATABASE ${DATABASE} SET search_path = app, ext, pg_temp`,
  `ALTER ROLE ${RUNTIME_ROLE} SET temp_file_limit = '2GB'`,
  `ALTER ROLE ${RUNTIME_ROLE} SET idle_in_transaction_session_timeout = '60s'`,
  `ALTER ROLE ${RUNTIME_ROLE} SET lock_timeout = '20s'`,
  revokeRelations(TELLING_RELATIONS),
  revokeFunctions(DANGEROUS_FUNCTIONS),
]

/** What a clone's roles get when it is made and at every new generation. @param verifiers SCRAM verifiers, null to lock. */
export function passwordStatements(verifiers: {
  readonly admin: string | null
  readonly runtime: string | null
}): string[] {
  return [
    `ALTER ROLE ${ADMIN_ROLE} PASSWORD ${verifierLiteral(verifiers.admin)}`,
    `ALTER ROLE ${RUNTIME_ROLE} PASSWORD ${verifierLiteral(verifiers.runtime)}`,
  ]
}

function verifierLiteral(verifier: string | null): string {
  if (verifier === null) return 'NULL'
  // The only text that is not a constant here: a verifier has these characters and no others.
  if (!/^SCRAM-SHA-256\$\d+:[A-Za-z0-9+/=]+\$[A-Za-z0-9+/=]+:[A-Za-z0-9+/=]+$/.test(verifier)) {
    throw new TypeError('That is no SCRAM verifier.')
  }
  return `'${verifier}'`
}

function revokeRelations(names: readonly string[]): string {
  return `DO $body$ DECLARE r regclass; BEGIN
    FOR r IN SELECT oid FROM pg_catalog.pg_class WHERE relnamespace = 'pg_catalog'::regnamespace AND relname IN (${quoted(names)})
    LOOP EXECUTE format('REVOKE ALL ON %s FROM PUBLIC', r); END LOOP; END $body$`
}

function revokeFunctions(names: readonly string[]): string {
  return `DO $body$ DECLARE f regprocedure; BEGIN
    FOR f IN SELECT oid FROM pg_catalog.pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace AND proname IN (${quoted(names)})
    LOOP EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f); END LOOP; END $body$`
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `'${name}'`).join(', ')
}

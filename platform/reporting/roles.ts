/** Roles and schema of one reporting user, and what all of them together may not do. */

import { id, type Sql, sql } from '../../framework/sql/index.ts'
import { REPORT_GROUP, RUNTIME_ROLE } from '../tenants/index.ts'

/** The names that belong to one user of the tenant. */
export interface ReporterNames {
  readonly uid: number
  /** Signs in; reads the views and nothing else. */
  readonly login: Sql
  readonly loginName: string
  /** Signs in nowhere: for it PostgreSQL's row-level security is on. Functions that read tables run as it. */
  readonly reader: Sql
  readonly schema: Sql
  readonly schemaName: string
}

export function namesOf(uid: number): ReporterNames {
  const loginName = `${REPORT_GROUP}_${String(uid)}`
  return {
    uid,
    loginName,
    login: id(loginName),
    reader: id(`holdfast_reader_${uid}`),
    schema: id(`report_${uid}`),
    schemaName: `report_${uid}`,
  }
}

const group = id(REPORT_GROUP)
const runtime = id(RUNTIME_ROLE)

/**
 * What nobody who reads reports may ask of PostgreSQL itself: how many rows there are in tables that he does not see, and
 * locks that the product waits for. The runtime role keeps all of it.
 */
export const narrowing: readonly Sql[] = [
  sql`DO $body$ BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = 'holdfast_report') THEN
      CREATE ROLE holdfast_report NOLOGIN NOINHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
    END IF; END $body$`,
  sql`DO $body$ DECLARE r oid; had bool; BEGIN
    FOR r IN SELECT oid FROM pg_catalog.pg_class WHERE relnamespace = 'pg_catalog'::regnamespace
      AND relkind IN ('r', 'v') AND (relname ~ '^pg_stat' OR relname IN ('pg_class', 'pg_proc', 'pg_sequences', 'pg_policies', 'pg_policy', 'pg_views', 'pg_rewrite', 'pg_rules'))
    LOOP
      had := has_table_privilege('holdfast_app', r, 'SELECT');
      EXECUTE format('REVOKE ALL ON %s FROM PUBLIC', r::regclass);
      IF had THEN EXECUTE format('GRANT SELECT ON %s TO holdfast_app, holdfast_owner', r::regclass); END IF;
    END LOOP; END $body$`,
  sql`DO $body$ DECLARE c text; BEGIN
    SELECT string_agg(quote_ident(attname), ', ') INTO c FROM pg_catalog.pg_attribute
      WHERE attrelid = 'pg_catalog.pg_class'::regclass AND (attnum > 0 OR attname IN ('oid', 'tableoid')) AND attname NOT IN ('reltuples', 'relpages', 'relallvisible', 'relfrozenxid', 'relminmxid');
    EXECUTE format('GRANT SELECT (%s) ON pg_catalog.pg_class TO holdfast_report', c);
    SELECT string_agg(quote_ident(attname), ', ') INTO c FROM pg_catalog.pg_attribute
      WHERE attrelid = 'pg_catalog.pg_proc'::regclass AND (attnum > 0 OR attname IN ('oid', 'tableoid')) AND attname NOT IN ('prosrc', 'prosqlbody', 'probin');
    EXECUTE format('GRANT SELECT (%s) ON pg_catalog.pg_proc TO holdfast_report', c); END $body$`,
  sql`DO $body$ DECLARE f oid; had bool; BEGIN
    FOR f IN SELECT oid FROM pg_catalog.pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace AND proname <> 'pg_column_size'
      AND proname ~ '^pg_stat_get_|advisory_(xact_)?lock|^pg_sequence_last_value$|_size$|^pg_get_(functiondef|function_sqlbody|viewdef|ruledef)$|^pg_(export_snapshot|notify|log_backend|logical_)|_to_xml'
    LOOP
      had := has_function_privilege('holdfast_app', f, 'EXECUTE');
      EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f::regprocedure);
      IF had THEN EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO holdfast_app, holdfast_owner', f::regprocedure); END IF;
    END LOOP; END $body$`,
]

/** Makes the two roles and the schema of a user; the verifier is SCRAM's, so no password stands in any text. */
export function roleStatements(names: ReporterNames, verifier: Sql): Sql[] {
  const { login, reader, schema } = names
  const harmless = sql`NOINHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS`
  return [
    sql`CREATE ROLE ${reader} NOLOGIN ${harmless}`,
    sql`CREATE ROLE ${login} LOGIN ${harmless} CONNECTION LIMIT 3 PASSWORD ${verifier}`,
    sql`GRANT ${group} TO ${login}`,
    sql`GRANT CONNECT ON DATABASE holdfast TO ${login}`,
    sql`ALTER ROLE ${login} SET default_transaction_read_only = on`,
    sql`ALTER ROLE ${login} SET statement_timeout = '30s'`,
    sql`ALTER ROLE ${login} SET idle_in_transaction_session_timeout = '60s'`,
    sql`ALTER ROLE ${login} SET lock_timeout = '2s'`,
    sql`ALTER ROLE ${login} SET temp_file_limit = '256MB'`,
    sql`CREATE SCHEMA ${schema}`,
    sql`GRANT USAGE ON SCHEMA ${schema} TO ${login}, ${reader}`,
    sql`GRANT USAGE ON SCHEMA app, ext TO ${reader}`,
    sql`GRANT USAGE ON SCHEMA ${schema} TO ${runtime}`,
    sql`ALTER ROLE ${login} SET search_path = ${schema}`,
  ]
}

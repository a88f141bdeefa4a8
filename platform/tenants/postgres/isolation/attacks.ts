import { type Sql, sql } from '../../../../framework/sql/index.ts'

/** Something that a tenant's runtime role, used directly with a PostgreSQL client, must not be able to do. */
export interface Attack {
  readonly name: string
  /** Sent one by one on a connection of its own; the attack worked when none of them fails. */
  readonly statements: readonly Sql[]
}

const one = (name: string, statement: Sql): Attack => ({ name, statements: [statement] })

const BECOMING_SOMEBODY_ELSE: readonly Attack[] = [
  one('set role to the owner', sql`SET ROLE holdfast_owner`),
  one('set role to the superuser', sql`SET ROLE holdfast_admin`),
  one('set session authorization', sql`SET SESSION AUTHORIZATION holdfast_admin`),
  one('make oneself superuser', sql`ALTER ROLE holdfast_app SUPERUSER`),
  one('let oneself create roles', sql`ALTER ROLE holdfast_app CREATEROLE`),
  one('let oneself create databases', sql`ALTER ROLE holdfast_app CREATEDB`),
  one('let oneself pass row security', sql`ALTER ROLE holdfast_app BYPASSRLS`),
  one('let oneself replicate', sql`ALTER ROLE holdfast_app REPLICATION`),
  one('lift the own connection limit', sql`ALTER ROLE holdfast_app CONNECTION LIMIT -1`),
  one('create a role', sql`CREATE ROLE attacker_role`),
  one('join the owner', sql`GRANT holdfast_owner TO holdfast_app`),
  one('join the readers of server files', sql`GRANT pg_read_server_files TO holdfast_app`),
  one('join the runners of programs', sql`GRANT pg_execute_server_program TO holdfast_app`),
  one('set the superuser’s password', sql`ALTER ROLE holdfast_admin VALID UNTIL 'infinity'`),
  one('give the owner a login', sql`ALTER ROLE holdfast_owner NOLOGIN`),
  one('own the database', sql`ALTER DATABASE holdfast OWNER TO holdfast_app`),
  {
    name: 'give away a definer function to the superuser',
    statements: [
      sql`CREATE FUNCTION app.attack_definer() RETURNS text LANGUAGE sql SECURITY DEFINER AS 'SELECT current_user::text'`,
      sql`ALTER FUNCTION app.attack_definer() OWNER TO holdfast_admin`,
    ],
  },
  {
    name: 'replace the owner’s function',
    statements: [
      sql`CREATE OR REPLACE FUNCTION ext.immutable_unaccent(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
        AS $body$ SELECT ext.unaccent('ext.unaccent'::regdictionary, $1) $body$`,
    ],
  },
  one(
    'plant a function among the extensions',
    sql`CREATE FUNCTION ext.attack() RETURNS int LANGUAGE sql AS 'SELECT 1'`,
  ),
  one('alter a dictionary', sql`ALTER TEXT SEARCH DICTIONARY ext.unaccent (rules = 'unaccent')`),
]

const CHANGING_THE_SERVER: readonly Attack[] = [
  one('create a database', sql`CREATE DATABASE attacker_db`),
  one('lift the database’s connection limit', sql`ALTER DATABASE holdfast CONNECTION LIMIT 100`),
  one('change the database’s settings', sql`ALTER DATABASE holdfast SET work_mem = '5MB'`),
  one(
    'let everybody connect',
    sql`DO $$ BEGIN GRANT CONNECT ON DATABASE holdfast TO PUBLIC;
    IF NOT has_database_privilege('holdfast_owner', 'holdfast', 'CONNECT') THEN RAISE 'not granted'; END IF;
    IF NOT has_database_privilege('pg_monitor', 'holdfast', 'CONNECT') THEN RAISE 'not granted'; END IF; END $$`,
  ),
  one('create a schema', sql`CREATE SCHEMA attacker_schema`),
  one('create an extension', sql`CREATE EXTENSION hstore SCHEMA app`),
  one('create dblink', sql`CREATE EXTENSION dblink SCHEMA app`),
  one('create postgres_fdw', sql`CREATE EXTENSION postgres_fdw SCHEMA app`),
  one('create file_fdw', sql`CREATE EXTENSION file_fdw SCHEMA app`),
  one('create a foreign data wrapper', sql`CREATE FOREIGN DATA WRAPPER attacker_wrapper`),
  one('create a publication', sql`CREATE PUBLICATION attacker_publication`),
  one(
    'create a subscription',
    sql`CREATE SUBSCRIPTION attacker_subscription CONNECTION 'dbname=x' PUBLICATION p
    WITH (connect = false, slot_name = NONE)`,
  ),
  one(
    'create an event trigger',
    sql`DO $$ BEGIN
    CREATE FUNCTION pg_temp.attack() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
    CREATE EVENT TRIGGER attacker_trigger ON sql_drop EXECUTE FUNCTION pg_temp.attack();
    DROP EVENT TRIGGER attacker_trigger; END $$`,
  ),
  one('create a cast', sql`CREATE CAST (text AS int) WITH INOUT`),
  one(
    'create a C function',
    sql`CREATE FUNCTION app.attack_c() RETURNS trigger LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler'`,
  ),
  one(
    'create an internal function',
    sql`CREATE FUNCTION app.attack_internal(text) RETURNS text LANGUAGE internal AS 'upper'`,
  ),
  one('load a library', sql`LOAD 'auto_explain'`),
  one('preload a library', sql`SET session_preload_libraries = 'auto_explain'`),
  one('change the configuration', sql`SELECT pg_reload_conf()`),
  one('switch triggers and keys off', sql`SET session_replication_role = replica`),
  one('switch the log of statements', sql`SET log_statement = 'all'`),
  one('lift the limit of temporary files', sql`SET temp_file_limit = -1`),
  one('edit system tables', sql`SET allow_system_table_mods = on`),
  one('write to pg_authid', sql`UPDATE pg_authid SET rolconnlimit = rolconnlimit`),
  one('write to pg_proc', sql`UPDATE pg_proc SET procost = procost WHERE proname = 'lower'`),
  one('write a checkpoint', sql`CHECKPOINT`),
  one('switch the write-ahead log', sql`SELECT pg_switch_wal()`),
  one('name a restore point', sql`SELECT pg_create_restore_point('attack')`),
  one('begin a base backup', sql`SELECT pg_backup_start('attack', true)`),
  one('hold the log with a replication slot', sql`SELECT pg_create_physical_replication_slot('attack', true)`),
  one('write messages into the log', sql`SELECT pg_logical_emit_message(false, 'a', 'b')`),
  one('make a replication origin', sql`SELECT pg_replication_origin_create('attack')`),
  one('reset statistics', sql`SELECT pg_stat_reset()`),
  one('hold a session lock', sql`SELECT pg_advisory_lock(1)`),
]

const SERVER_FILES: readonly Attack[] = [
  one('read a server file', sql`SELECT pg_read_file('PG_VERSION')`),
  one('read a binary server file', sql`SELECT pg_read_binary_file('PG_VERSION')`),
  one('list a server folder', sql`SELECT pg_ls_dir('.')`),
  one('ask for a server file', sql`SELECT pg_stat_file('PG_VERSION')`),
  one('list the write-ahead log', sql`SELECT count(*) FROM pg_ls_waldir()`),
  {
    name: 'copy from a server file',
    statements: [sql`CREATE TABLE app.attack_copy (t text)`, sql`COPY app.attack_copy FROM '/etc/passwd'`],
  },
  one('copy to a server file', sql`COPY (SELECT 1) TO '/dev/null'`),
  one('copy to a program', sql`COPY (SELECT 1) TO PROGRAM 'cat > /dev/null'`),
  {
    name: 'copy from a program',
    statements: [sql`CREATE TABLE app.attack_program (t text)`, sql`COPY app.attack_program FROM PROGRAM 'echo x'`],
  },
  one('import a large object', sql`SELECT lo_import('/etc/passwd')`),
  one('make a large object', sql`SELECT lo_from_bytea(0, 'x')`),
  one('create a tablespace', sql`CREATE TABLESPACE attacker_space LOCATION '/nowhere-at-all'`),
]

const SEEING_OTHERS: readonly Attack[] = [
  one('read password verifiers', sql`SELECT rolpassword FROM pg_authid`),
  one('read pg_shadow', sql`SELECT passwd FROM pg_shadow`),
  one('list roles', sql`SELECT rolname FROM pg_roles`),
  one('list databases', sql`SELECT datname FROM pg_database`),
  one('list settings of roles and databases', sql`SELECT setconfig FROM pg_db_role_setting`),
  one('list shared descriptions', sql`SELECT description FROM pg_shdescription`),
  one('list sessions', sql`SELECT application_name FROM pg_stat_activity`),
  one('list statistics of databases', sql`SELECT datname FROM pg_stat_database`),
  one('list locks', sql`SELECT * FROM pg_locks`),
  one('list prepared transactions', sql`SELECT gid FROM pg_prepared_xacts`),
  one('measure databases', sql`SELECT pg_database_size('template1')`),
  one('measure tablespaces', sql`SELECT pg_tablespace_size('pg_default')`),
  one('ask where the data lies', sql`SELECT 1 / (current_setting('data_directory') IS NOT NULL)::int`),
  one('ask where the rules lie', sql`SELECT 1 / (current_setting('hba_file') IS NOT NULL)::int`),
  one('read the rules of connection', sql`SELECT * FROM pg_hba_file_rules`),
  one('read the configuration files', sql`SELECT * FROM pg_file_settings`),
]

/** Every attack inside a connection, tried by `isolation.test.ts` on each PostgreSQL and on a broken twin. */
export const ATTACKS: readonly Attack[] = [
  ...BECOMING_SOMEBODY_ELSE,
  ...CHANGING_THE_SERVER,
  ...SERVER_FILES,
  ...SEEING_OTHERS,
]

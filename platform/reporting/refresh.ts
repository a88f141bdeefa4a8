/** Policies, functions and views of one reporting user, made of the rights that count now. */

import { createHash } from 'node:crypto'
import { type Tenant, withEnv } from '../../framework/access/index.ts'
import { AccessDenied, ConflictError } from '../../framework/errors.ts'
import { type ReportLink, type ReportTable, reportTables } from '../../framework/orm/index.ts'
import {
  id,
  inlined,
  join,
  literal,
  type Pool,
  type Sql,
  sql,
  type Transaction,
  whole,
  withTransaction,
} from '../../framework/sql/index.ts'
import { RUNTIME_ROLE } from '../tenants/index.ts'
import { namesOf, type ReporterNames } from './roles.ts'

/** What a refresh brought. */
export interface Refreshed {
  /** Views that the user has now. */
  readonly views: readonly string[]
  /** The state of rights that they were made of; any other one lets them refuse. */
  readonly epoch: number
}

const runtime = id(RUNTIME_ROLE)

/**
 * Makes everything that the user may read anew. Until it is done, and whenever rights change after it, the views refuse.
 * @param admin the superuser's way in
 * @throws ConflictError ERR_REPORTING_UNSTABLE when rights change all the time
 */
export async function refreshReporting(admin: Pool, tenant: Tenant, uid: number): Promise<Refreshed> {
  const offered = await readOffer(tenant, uid)
  const names = namesOf(uid)
  const views = [...offered.tables.map(({ table }) => table), ...offered.links.map(({ table }) => table)]
  await withTransaction(
    admin,
    async (tx) => {
      await tx.query(sql`SET LOCAL lock_timeout = '5s'`)
      await tx.query(sql`SET LOCAL search_path = app, ext, pg_temp`)
      await clear(tx, names)
      await run(tx, ...currentFunction(names, offered))
      for (const table of offered.tables) await run(tx, ...tableStatements(names, table))
      for (const table of offered.tables) await addPolicy(tx, names, table.table)
      for (const link of offered.links) await run(tx, ...linkStatements(names, link))
      await run(tx, sql`REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ${names.schema} FROM PUBLIC`)
      for (const { table } of offered.tables)
        await run(
          tx,
          sql`GRANT EXECUTE ON FUNCTION ${names.schema}.${id(functionFor('ids', table))}() TO ${names.reader}`,
        )
      await run(tx, sql`GRANT EXECUTE ON FUNCTION ${names.schema}.is_current() TO ${names.reader}`)
      for (const table of views)
        await run(
          tx,
          sql`GRANT EXECUTE ON FUNCTION ${names.schema}.${id(functionFor('rows', table))}() TO ${names.login}`,
          sql`GRANT SELECT ON ${names.schema}.${id(table)} TO ${names.login}`,
        )
    },
    { isolation: 'read committed', tries: 3 },
  )
  return { views: views.sort(), epoch: offered.epoch }
}

interface Offer {
  readonly tables: readonly ReportTable[]
  readonly links: readonly ReportLink[]
  readonly epoch: number
  readonly models: number
}

// Compiled between two looks at the epoch: whatever was compiled belongs to it.
async function readOffer(tenant: Tenant, uid: number): Promise<Offer> {
  const look = async () =>
    (await tenant.pool.query<{ n: number; models: number }>(sql`SELECT n, models FROM hf_epoch`))[0]
  for (let attempt = 0; attempt < 5; attempt++) {
    const before = await look()
    const offered = await withEnv(tenant, uid, { mode: 'read' }, async (env) => reportTables(env)).catch((error) => {
      // Who is archived reads nothing.
      if (error instanceof AccessDenied) return { tables: [], links: [] }
      throw error
    })
    const after = await look()
    if (before && after && before.n === after.n && before.models === after.models)
      return { ...offered, epoch: after.n, models: after.models }
  }
  throw new ConflictError('ERR_REPORTING_UNSTABLE', 'Rights are being changed all the time; try again in a moment.')
}

async function clear(tx: Transaction, { schema, schemaName, reader }: ReporterNames): Promise<void> {
  const views = await tx.query<{ name: string }>(
    sql`SELECT relname::text AS name FROM pg_class WHERE relnamespace = ${schemaName}::regnamespace AND relkind = 'v'`,
  )
  for (const { name } of views) await run(tx, sql`DROP VIEW ${schema}.${id(name)}`)
  const functions = await tx.query<{ name: string }>(
    sql`SELECT proname::text AS name FROM pg_proc WHERE pronamespace = ${schemaName}::regnamespace AND proname ~ '^rows_'`,
  )
  for (const { name } of functions) await run(tx, sql`DROP FUNCTION ${schema}.${id(name)}()`)
  await run(tx, sql`REVOKE ALL ON ALL TABLES IN SCHEMA app FROM ${reader}`)
}

// Rights of another epoch let every view and policy fail: closed rather than old.
function currentFunction({ schema }: ReporterNames, { epoch, models }: Offer): Sql[] {
  const body = sql`BEGIN
    IF EXISTS (SELECT 1 FROM app.hf_epoch WHERE n = ${whole(epoch)} AND models = ${whole(models)}) THEN RETURN true; END IF;
    RAISE EXCEPTION 'Rights have changed; the views are made anew by holdfast reporting refresh.' USING ERRCODE = 'insufficient_privilege';
    END`
  return definer(sql`${schema}.is_current()`, sql`bool`, body, sql`plpgsql`, runtime)
}

function tableStatements(names: ReporterNames, { table, ids, columns }: ReportTable): Sql[] {
  const { schema, reader } = names
  const current = sql`(SELECT ${schema}.is_current())`
  const body = sql`${inlined(ids)} AND ${current}`
  const base = columns.map(({ name }) => id(name))
  const shown = columns.map(({ value }) => value)
  const returned = columns.map(({ name, type }) => sql`${id(name)} ${type}`)
  const rows = sql`SELECT ${inlined(join(shown))} FROM app.${id(table)} t0 WHERE ${current}`
  return [
    ...definer(sql`${schema}.${id(functionFor('ids', table))}()`, sql`SETOF int4`, body, sql`sql`, runtime),
    sql`GRANT SELECT (${join(base)}) ON app.${id(table)} TO ${reader}`,
    ...definer(
      sql`${schema}.${id(functionFor('rows', table))}()`,
      sql`TABLE (${join(returned)})`,
      rows,
      sql`sql`,
      reader,
    ),
    ...viewStatements(names, table),
  ]
}

function linkStatements(names: ReporterNames, { table, own, other }: ReportLink): Sql[] {
  const { schema, reader } = names
  const [a, b] = [id(own.column), id(other.column)]
  const rows = sql`SELECT l.${a}, l.${b} FROM app.${id(table)} l WHERE (SELECT ${schema}.is_current())
    AND l.${a} IN (SELECT o.id FROM app.${id(own.table)} o) AND l.${b} IN (SELECT o.id FROM app.${id(other.table)} o)`
  return [
    sql`GRANT SELECT (${a}, ${b}) ON app.${id(table)} TO ${reader}`,
    ...definer(
      sql`${schema}.${id(functionFor('rows', table))}()`,
      sql`TABLE (${a} int4, ${b} int4)`,
      rows,
      sql`sql`,
      reader,
    ),
    ...viewStatements(names, table),
  ]
}

// A view over a function hangs on no column, so it stands in the way of no upgrade; and the planner, who knows nothing of what
// a function gives, tells nothing of it in an estimate.
function viewStatements({ schema, reader }: ReporterNames, table: string): Sql[] {
  return [
    sql`CREATE VIEW ${schema}.${id(table)} WITH (security_barrier) AS SELECT * FROM ${schema}.${id(functionFor('rows', table))}()`,
    sql`ALTER VIEW ${schema}.${id(table)} OWNER TO ${reader}`,
  ]
}

// PostgreSQL's names end at 63 bytes; some tables between two others are named that long.
function functionFor(what: 'rows' | 'ids', table: string): string {
  const name = `${what}_${table}`
  return name.length <= 63 ? name : `${what}_${createHash('sha256').update(table).digest('hex').slice(0, 32)}`
}

function definer(signature: Sql, returns: Sql, body: Sql, language: Sql, owner: Sql): Sql[] {
  const text = inlined(body).chunks[0] ?? ''
  const made = sql`CREATE OR REPLACE FUNCTION ${signature} RETURNS ${returns} LANGUAGE ${language} STABLE SECURITY DEFINER
    SET search_path = app, ext, pg_temp AS ${literal(text)}`
  return [made, sql`ALTER FUNCTION ${signature} OWNER TO ${owner}`]
}

// The text of a policy never changes, only what its function says; so a refresh takes no lock that a request would wait for.
async function addPolicy(tx: Transaction, names: ReporterNames, table: string): Promise<void> {
  const policy = names.loginName
  const [known] = await tx.query<{ enabled: boolean; there: boolean }>(
    sql`SELECT c.relrowsecurity AS enabled, EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = ${policy}) AS there
      FROM pg_class c WHERE c.oid = ${`app.${table}`}::regclass`,
  )
  if (known?.enabled !== true) await run(tx, sql`ALTER TABLE app.${id(table)} ENABLE ROW LEVEL SECURITY`)
  if (known?.there !== true)
    await run(
      tx,
      sql`CREATE POLICY ${names.login} ON app.${id(table)} FOR SELECT TO ${names.reader} USING ((SELECT ${names.schema}.is_current()) AND id IN (SELECT ${names.schema}.${id(functionFor('ids', table))}()))`,
    )
}

async function run(tx: Transaction, ...statements: readonly Sql[]): Promise<void> {
  for (const statement of statements) await tx.query(statement, { prepared: false })
}

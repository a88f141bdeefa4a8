/** Scripts for people who load an archive with plain `psql`; a restore by Holdfast never reads them back. */

import { id, join, literal, type Sql, sql } from '../../../framework/sql/index.ts'
import type { ArchiveFacts } from '../archive/manifest.ts'
import { partName } from '../archive/members.ts'
import { dataColumns, type SchemaDescription } from './description.ts'
import {
  foreignKeyStatements,
  sequenceStatements,
  sequenceStateStatements,
  tableRuleStatements,
  tableStatements,
} from './schema-statements.ts'

/** The text members after rows and files, in their order. @param parts how many members each table's rows have */
export function scripts(
  facts: ArchiveFacts,
  schema: SchemaDescription,
  parts: ReadonlyMap<string, number>,
): [name: string, text: string][] {
  const rules = [
    ...schema.tables.flatMap((table) => tableRuleStatements(table, schema)),
    ...schema.tables.flatMap(foreignKeyStatements),
    ...sequenceStateStatements(schema),
  ]
  return [
    ['README.txt', readme(facts)],
    [
      'schema.sql',
      script([
        ...foundation(rules),
        ...sequenceStatements(schema),
        ...schema.tables.flatMap((table) => tableStatements(table, schema)),
      ]),
    ],
    ['load.sql', loadScript(schema, parts)],
    ['rules.sql', script(rules)],
    ['verify.sql', verifyScript(facts, schema)],
  ]
}

const QUIET = '\\set ON_ERROR_STOP on\n\\set QUIET on\n\\encoding UTF8\nSET client_min_messages = warning;\n'
const SETTINGS =
  "SET TimeZone = 'UTC';\nSET DateStyle = 'ISO, MDY';\nSET IntervalStyle = 'iso_8601';\nSET bytea_output = 'hex';\nSET extra_float_digits = 1;\n"

function readme(facts: ArchiveFacts): string {
  return `A backup of the database '${facts.tenant.name}', taken ${facts.takenAt} by Holdfast ${facts.holdfast}.

Load it with PostgreSQL 15 or newer and its psql (the search indexes need the contrib modules pg_trgm and unaccent):

  createdb mycopy
  cd <the folder with this file>
  psql -X -d mycopy -f load.sql

Tables are in the schema app: SET search_path = app. The last line printed says whether all rows are as they were.
data/     rows in COPY text format, one line per row
files/    attachments; app.ir_attachment.store_fname holds their names
schema.json  the same schema as in schema.sql and rules.sql, for programs
manifest.json  SHA-256 of every member
`
}

/** Schemas, and the extensions where an index needs them. */
function foundation(rules: readonly Sql[]): Sql[] {
  const usesExtensions = rules.some((rule) => rule.compile().text.includes('"ext".'))
  return [
    sql`CREATE SCHEMA app`,
    ...(usesExtensions
      ? [
          sql`CREATE SCHEMA ext`,
          sql`CREATE EXTENSION pg_trgm SCHEMA ext`,
          sql`CREATE EXTENSION unaccent SCHEMA ext`,
          sql`CREATE FUNCTION ext.immutable_unaccent(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS $body$ SELECT ext.unaccent('ext.unaccent'::regdictionary, $1) $body$`,
        ]
      : []),
  ]
}

function loadScript(schema: SchemaDescription, parts: ReadonlyMap<string, number>): string {
  const copies = schema.tables.flatMap((table) =>
    Array.from({ length: parts.get(table.name) ?? 0 }, (_, index) => {
      const columns = dataColumns(table).map((column) => id(column))
      const target = columns.length === 0 ? id('app', table.name) : sql`${id('app', table.name)} (${join(columns)})`
      return `\\copy ${target.compile().text} from '${partName(table.name, index + 1)}'`
    }),
  )
  return `${QUIET}${SETTINGS}\\ir schema.sql\n${copies.join('\n')}\n\\ir rules.sql\n\\ir verify.sql\n`
}

function verifyScript(facts: ArchiveFacts, schema: SchemaDescription): string {
  const tables = new Map(schema.tables.map((table) => [table.name, table]))
  const checks = facts.tables.map(({ name, rows, sum }) => {
    const row = sql`ROW(${join((tables.get(name)?.columns ?? []).map((column) => id(column.name)))})`
    return sql`SELECT ${literal(name)}::text AS table_name, ${literal(String(rows))}::bigint AS expected, count(*) AS found,
  coalesce(sum(('x' || left(encode(sha256(convert_to(${row}::text, 'UTF8')), 'hex'), 16))::bit(64)::bigint), 0) = ${literal(sum)}::numeric AS same
  FROM ${id('app', name)}`
  })
  if (checks.length === 0) return QUIET
  return `${QUIET}${SETTINGS}${script([sql`CREATE TEMPORARY TABLE holdfast_verify AS ${join(checks, ' UNION ALL ')}`])}
SELECT * FROM holdfast_verify WHERE NOT same OR found <> expected;
SELECT CASE WHEN bool_and(same AND found = expected) THEN 'all rows are as they were' ELSE 'ROWS DIFFER' END AS result,
  count(*) AS tables, sum(found) AS rows FROM holdfast_verify;
`
}

function script(statements: readonly Sql[]): string {
  return `${statements.map((statement) => `${statement.compile().text};`).join('\n')}\n`
}

/** The questions that a backup asks PostgreSQL's catalog about the schema `app`, and the rows that come back. */

import { type Row, sql } from '../../../framework/sql/index.ts'
import type { IndexDescription, IndexPart, SequenceDescription } from './description.ts'

export interface CatalogTable extends Row {
  readonly oid: string
  readonly name: string
  /** `relkind`: r table, p partitioned, f foreign. */
  readonly kind: string
  readonly inherits: boolean
  readonly unlogged: boolean
  readonly comment: string | null
}

export const tablesQuery = sql`
  SELECT c.oid::text AS oid, c.relname::text AS name, c.relkind::text AS kind, c.relpersistence = 'u' AS unlogged,
    c.relispartition OR EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE c.oid IN (i.inhrelid, i.inhparent)) AS inherits,
    pg_catalog.obj_description(c.oid, 'pg_class') AS comment
  FROM pg_catalog.pg_class c
  WHERE c.relnamespace = 'app'::regnamespace AND c.relkind IN ('r', 'p', 'f') AND c.relpersistence <> 't'
  ORDER BY c.relname`

export interface CatalogColumn extends Row {
  readonly table_oid: string
  readonly name: string
  readonly type: string
  readonly not_null: boolean
  readonly expression: string | null
  /** `attgenerated`: s stored, v virtual, empty for none. */
  readonly generated: string
  /** `attidentity`: a always, d by default, empty for none. */
  readonly identity: string
  /** Only where it is not the type's own. */
  readonly collation: string | null
  readonly comment: string | null
}

export const columnsQuery = sql`
  SELECT c.oid::text AS table_oid, a.attname::text AS name, pg_catalog.format_type(a.atttypid, a.atttypmod) AS type,
    a.attnotnull AS not_null, pg_catalog.pg_get_expr(d.adbin, d.adrelid) AS expression,
    a.attgenerated::text AS generated, a.attidentity::text AS identity,
    (SELECT l.collname::text FROM pg_catalog.pg_collation l WHERE l.oid = a.attcollation AND a.attcollation <> t.typcollation) AS collation,
    pg_catalog.col_description(c.oid, a.attnum) AS comment
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
  LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
  WHERE c.relnamespace = 'app'::regnamespace AND c.relkind = 'r' AND c.relpersistence <> 't'
  ORDER BY c.oid, a.attnum`

export interface CatalogConstraint extends Row {
  readonly table_oid: string
  readonly name: string
  /** `contype`: p primary, u unique, c check, f foreign. */
  readonly type: string
  readonly columns: readonly string[]
  readonly target: string | null
  readonly target_columns: readonly string[]
  readonly on_delete: string
  readonly on_update: string
  readonly match: string
  readonly partial_set: boolean
  readonly deferrable: boolean
  readonly deferred: boolean
  readonly validated: boolean
  readonly includes: boolean
  readonly nulls_not_distinct: boolean
  readonly expression: string | null
}

export const constraintsQuery = sql`
  SELECT o.conrelid::text AS table_oid, o.conname::text AS name, o.contype::text AS type,
    ARRAY(SELECT a.attname::text FROM unnest(o.conkey) WITH ORDINALITY k(number, place)
      JOIN pg_catalog.pg_attribute a ON a.attrelid = o.conrelid AND a.attnum = k.number ORDER BY k.place) AS columns,
    (SELECT f.relname::text FROM pg_catalog.pg_class f WHERE f.oid = o.confrelid AND f.relnamespace = 'app'::regnamespace) AS target,
    ARRAY(SELECT a.attname::text FROM unnest(o.confkey) WITH ORDINALITY k(number, place)
      JOIN pg_catalog.pg_attribute a ON a.attrelid = o.confrelid AND a.attnum = k.number ORDER BY k.place) AS target_columns,
    o.confdeltype::text AS on_delete, o.confupdtype::text AS on_update, o.confmatchtype::text AS match,
    o.confdelsetcols IS NOT NULL AS partial_set,
    o.condeferrable AS deferrable, o.condeferred AS deferred, o.convalidated AS validated,
    coalesce(x.indnatts <> x.indnkeyatts, false) AS includes, coalesce(x.indnullsnotdistinct, false) AS nulls_not_distinct,
    pg_catalog.pg_get_expr(o.conbin, o.conrelid) AS expression
  FROM pg_catalog.pg_constraint o
  JOIN pg_catalog.pg_class c ON c.oid = o.conrelid AND c.relkind = 'r' AND c.relpersistence <> 't'
  LEFT JOIN pg_catalog.pg_index x ON x.indexrelid = o.conindid AND o.contype IN ('p', 'u')
  WHERE c.relnamespace = 'app'::regnamespace AND o.contype IN ('p', 'u', 'c', 'f')
  ORDER BY o.conname`

export interface CatalogIndex extends Row {
  readonly table_oid: string
  readonly name: string
  readonly method: IndexDescription['method']
  readonly unique: boolean
  readonly nulls_not_distinct: boolean
  readonly valid: boolean
  /** Has storage options or a collation that its columns have not. */
  readonly special: boolean
  readonly parts: readonly IndexPart[]
  readonly include: readonly string[]
  readonly condition: string | null
}

export const indexesQuery = sql`
  SELECT x.indrelid::text AS table_oid, c.relname::text AS name, m.amname::text AS method, x.indisunique AS unique,
    x.indnullsnotdistinct AS nulls_not_distinct, x.indisvalid AS valid,
    c.reloptions IS NOT NULL OR EXISTS (SELECT FROM generate_series(0, x.indnkeyatts - 1) AS p(n)
      JOIN pg_catalog.pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = x.indkey[p.n] AND x.indkey[p.n] > 0
      WHERE x.indcollation[p.n] <> a.attcollation) AS special,
    (SELECT jsonb_agg(jsonb_build_object(
        'expression', pg_catalog.pg_get_indexdef(x.indexrelid, p.n + 1, false),
        'operatorClass', CASE WHEN k.opcdefault THEN NULL WHEN k.opcnamespace = 'pg_catalog'::regnamespace THEN k.opcname::text
          ELSE k.opcnamespace::regnamespace::text || '.' || k.opcname END,
        'descending', x.indoption[p.n] & 1 = 1, 'nullsFirst', x.indoption[p.n] & 2 = 2) ORDER BY p.n)
      FROM generate_series(0, x.indnkeyatts - 1) AS p(n) JOIN pg_catalog.pg_opclass k ON k.oid = x.indclass[p.n]) AS parts,
    ARRAY(SELECT a.attname::text FROM generate_series(x.indnkeyatts::int, x.indnatts - 1) AS p(n)
      JOIN pg_catalog.pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = x.indkey[p.n] ORDER BY p.n) AS include,
    pg_catalog.pg_get_expr(x.indpred, x.indrelid) AS condition
  FROM pg_catalog.pg_index x
  JOIN pg_catalog.pg_class c ON c.oid = x.indexrelid
  JOIN pg_catalog.pg_class r ON r.oid = x.indrelid AND r.relkind = 'r' AND r.relpersistence <> 't'
  JOIN pg_catalog.pg_am m ON m.oid = c.relam
  WHERE r.relnamespace = 'app'::regnamespace
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint o WHERE o.conindid = x.indexrelid AND o.contype IN ('p', 'u', 'x') AND o.conrelid = x.indrelid)
  ORDER BY c.relname`

export interface CatalogSequence extends Row {
  readonly name: string
  readonly type: SequenceDescription['type']
  readonly start: string
  readonly increment: string
  readonly min: string
  readonly max: string
  readonly cache: string
  readonly cycle: boolean
  /** `deptype`: a owned by a column, i identity of a column. */
  readonly dependency: string | null
  readonly table: string | null
  readonly column: string | null
}

export const sequencesQuery = sql`
  SELECT c.relname::text AS name, pg_catalog.format_type(s.seqtypid, NULL) AS type, s.seqstart::text AS start,
    s.seqincrement::text AS increment, s.seqmin::text AS min, s.seqmax::text AS max, s.seqcache::text AS cache, s.seqcycle AS cycle,
    d.deptype::text AS dependency, t.relname::text AS table, a.attname::text AS column
  FROM pg_catalog.pg_sequence s
  JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid AND c.relpersistence <> 't'
  LEFT JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.objsubid = 0
    AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
  LEFT JOIN pg_catalog.pg_class t ON t.oid = d.refobjid
  LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
  WHERE c.relnamespace = 'app'::regnamespace
  ORDER BY c.relname`

/** Everything in the schema that an archive does not describe. */
export const leftOutQuery = sql`
  SELECT CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialised view' ELSE 'type' END AS kind, c.relname::text AS name
    FROM pg_catalog.pg_class c WHERE c.relnamespace = 'app'::regnamespace AND c.relkind IN ('v', 'm', 'c')
  UNION ALL SELECT 'type', t.typname::text FROM pg_catalog.pg_type t WHERE t.typnamespace = 'app'::regnamespace AND t.typtype IN ('e', 'd', 'r')
  UNION ALL SELECT 'function', p.proname::text FROM pg_catalog.pg_proc p WHERE p.pronamespace = 'app'::regnamespace
  UNION ALL SELECT 'trigger', c.relname || '.' || g.tgname FROM pg_catalog.pg_trigger g JOIN pg_catalog.pg_class c ON c.oid = g.tgrelid
    WHERE c.relnamespace = 'app'::regnamespace AND NOT g.tgisinternal
  UNION ALL SELECT 'row policy', c.relname || '.' || p.polname FROM pg_catalog.pg_policy p JOIN pg_catalog.pg_class c ON c.oid = p.polrelid
    WHERE c.relnamespace = 'app'::regnamespace AND p.polname !~ '^holdfast_report_'
  UNION ALL SELECT 'rule', c.relname || '.' || w.rulename FROM pg_catalog.pg_rewrite w JOIN pg_catalog.pg_class c ON c.oid = w.ev_class
    WHERE c.relnamespace = 'app'::regnamespace AND w.rulename <> '_RETURN'
  UNION ALL SELECT 'exclusion', c.relname || '.' || o.conname FROM pg_catalog.pg_constraint o JOIN pg_catalog.pg_class c ON c.oid = o.conrelid
    WHERE c.relnamespace = 'app'::regnamespace AND o.contype = 'x'
  UNION ALL SELECT 'storage option', c.relname::text FROM pg_catalog.pg_class c
    WHERE c.relnamespace = 'app'::regnamespace AND c.relkind = 'r' AND c.reloptions IS NOT NULL
  ORDER BY 1, 2`

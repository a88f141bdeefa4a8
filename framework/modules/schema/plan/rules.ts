/** Constraints, foreign keys and indexes as SQL, and whether what PostgreSQL prints of them says the same. */

import type { TableConstraint } from '../../../orm/index.ts'
import { id, join, literal, type Sql, sql } from '../../../sql/index.ts'
import type { WantedForeignKey, WantedIndex } from '../desired.ts'

const comparisons = { '>': sql`>`, '>=': sql`>=`, '<': sql`<`, '<=': sql`<=`, '!=': sql`<>` } as const

/** A model's table constraint. @throws TypeError for a check that compares with something else than a number */
export function ruleSql(rule: TableConstraint): Sql {
  if ('unique' in rule) return sql`UNIQUE (${join(rule.unique.map((c) => id(c)))})`
  return sql`CHECK (${comparison(rule, (column) => column)})`
}

/** Counts the rows (of a unique rule: the values) that break it; columns under the names that `columnOf` gives. */
export function violations(table: string, rule: TableConstraint, columnOf: (column: string) => string): Sql {
  if ('unique' in rule) {
    const columns = rule.unique.map((c) => id(columnOf(c)))
    const present = join(
      columns.map((c) => sql`${c} IS NOT NULL`),
      ' AND ',
    )
    return sql`SELECT count(*)::int4 AS n FROM (SELECT 1 FROM ${id(table)} WHERE ${present} GROUP BY ${join(columns)} HAVING count(*) > 1) AS twice`
  }
  return sql`SELECT count(*)::int4 AS n FROM ${id(table)} WHERE NOT (${comparison(rule, columnOf)})`
}

function comparison(
  { check: [column, operator, value] }: Extract<TableConstraint, { check: unknown }>,
  columnOf: (column: string) => string,
): Sql {
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw new TypeError(`The check on ${column} compares with something that is no number.`)
  return sql`${id(columnOf(column))} ${comparisons[operator]} ${literal(String(value))}::numeric`
}

/** Whether a constraint says what the rule does. PostgreSQL prints definitions in its own words, so only the parts are compared that it cannot reword. */
export function sameRule(rule: TableConstraint, definition: string): boolean {
  if ('unique' in rule) {
    const columns = /^UNIQUE \(([^)]*)\)/
      .exec(definition)?.[1]
      ?.split(', ')
      .map((c) => c.replaceAll('"', ''))
    return columns !== undefined && columns.join() === rule.unique.join()
  }
  const [column, operator, value] = rule.check
  const plain = definition.replaceAll(/::(?:double precision|\w+)/g, '').replaceAll(/[()'"]/g, '')
  const match = /^CHECK (\S+) (<>|>=|<=|>|<) (\S+)$/.exec(plain)
  return match?.[1] === column && match[2] === (operator === '!=' ? '<>' : operator) && Number(match[3]) === value
}

/** Deferrable, so that a data set with circular references can be loaded; checked at once otherwise. */
export function foreignKeySql(key: WantedForeignKey): Sql {
  const action = { cascade: sql`CASCADE`, restrict: sql`RESTRICT`, 'set null': sql`SET NULL` }[key.onDelete]
  return sql`ALTER TABLE ${id(key.table)} ADD CONSTRAINT ${id(key.name)} FOREIGN KEY (${id(key.column)}) REFERENCES ${id(key.target)} (id) ON DELETE ${action} DEFERRABLE`
}

/** Whether a foreign key has this target and action; `targetOf` gives a table's name after the renamings of the plan. */
export function sameForeignKey(
  key: WantedForeignKey,
  definition: string,
  targetOf: (table: string) => string,
): boolean {
  const target = /REFERENCES (?:"?[\w$]+"?\.)?"?([\w$]+)"?\(/.exec(definition)?.[1]
  const action = /ON DELETE (CASCADE|RESTRICT|SET NULL)/.exec(definition)?.[1]?.toLowerCase()
  return target !== undefined && targetOf(target) === key.target && action === key.onDelete
}

/** The statement that makes an index. */
export function indexSql({ name, table, column, kind }: WantedIndex): Sql {
  if (kind === 'btree') return sql`CREATE INDEX ${id(name)} ON ${id(table)} (${id(column)})`
  const text = kind === 'trigram' ? id(column) : sql`(${id(column)} ->> 'en_US')`
  return sql`CREATE INDEX ${id(name)} ON ${id(table)} USING gin (${kind === 'trigram' ? text : sql`(${text})`} gin_trgm_ops)`
}

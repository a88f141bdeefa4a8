/** Which rules cost the most: each model's right to read for one user, beside the same query without it. */

import { type Domain, explainRead, type FieldInfo, type ModelInfo, type ModelRegistry } from '../../orm/index.ts'
import { type Queryable, sql } from '../../sql/index.ts'
import { readRights } from '../rights.ts'
import type { Tenant } from '../tenant.ts'
import { withEnv } from '../with-env.ts'
import { estimate } from './plan.ts'
import { findUser, noUser } from './user.ts'

export interface RuleCost {
  readonly model: string
  readonly description: string
  /** Reading all that the user may see, in PostgreSQL's unit. */
  readonly cost: number
  /** Reading all records, without rules. */
  readonly bareCost: number
  /** The first by the second: 1 = the rules cost nothing. */
  readonly ratio: number
  /** How many records the planner expects the table to have. */
  readonly rows: number
  /** Columns that the rules look at, that no index begins with, in tables that are read from beginning to end. */
  readonly missingIndexes: readonly string[]
}

/** Tables below this are read as a whole faster than through any index. */
const fewRows = 500

/** Models whose records are limited for this user, the dearest rule first. @throws MissingError ERR_EXPLAIN_USER */
export async function rankRules(tenant: Tenant, login: string): Promise<RuleCost[]> {
  const uid = await findUser(tenant, login)
  return withEnv(tenant, uid, { mode: 'read' }, async (env) => {
    const rights = await readRights(tenant, env.db, uid)
    if (rights === null) throw noUser(login)
    const indexed = await readIndexes(env.db)
    const found: RuleCost[] = []
    for (const model of env.registry.models.values()) {
      if (model.options.abstract || env.grant.records(model.name, 'read') === false) continue
      const explained = explainRead(env, model.name, 'read', [], null)
      if (!explained.isLimited) continue
      const [cost, bare] = [await estimate(env.db, explained.statement), await estimate(env.db, explained.bare)]
      const domains = rights
        .entriesOf(model.name)
        .filter(({ kind, ops }) => kind !== 'permission' && ops.includes('read'))
        .map(({ domain }) => domain ?? [])
      const columns = domains.flatMap((domain) => columnsOf(env.registry, model, domain))
      const missing = columns.filter((c) => cost.scans.includes(c.table) && !indexed.has(`${c.table}.${c.column}`))
      found.push({
        model: model.name,
        description: model.options.description,
        ...{ cost: cost.total, bareCost: bare.total, ratio: cost.total / Math.max(bare.total, 0.01), rows: bare.rows },
        missingIndexes:
          bare.rows < fewRows ? [] : [...new Set(missing.map(({ table, column }) => `${table}.${column}`))],
      })
    }
    return found.sort((a, b) => b.cost - b.bareCost - (a.cost - a.bareCost))
  })
}

interface Column {
  readonly table: string
  readonly column: string
}

// The columns by which PostgreSQL could find the records of a domain, along its paths.
function columnsOf(registry: ModelRegistry, model: ModelInfo, domain: Domain): Column[] {
  return domain.flatMap((item) => {
    if (typeof item === 'string' || typeof item[0] !== 'string') return []
    const columns: Column[] = []
    let at: ModelInfo | undefined = model
    for (const part of item[0].split('.')) {
      const field: FieldInfo | undefined = at?.fields.get(part)
      if (!at || !field) break
      const other = registry.models.get(field.comodel ?? '')
      if (field.column) columns.push({ table: at.table, column: field.name })
      else if (field.kind === 'one2many' && other) columns.push({ table: other.table, column: field.inverse ?? 'id' })
      at = other
    }
    const inner = item[2]
    return at && (item[1] === 'any' || item[1] === 'not any') && Array.isArray(inner)
      ? [...columns, ...columnsOf(registry, at, inner as Domain)]
      : columns
  })
}

async function readIndexes(db: Queryable): Promise<ReadonlySet<string>> {
  const rows = await db.query<{ name: string }>(sql`
    SELECT c.relname || '.' || a.attname AS name FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
    WHERE c.relnamespace = current_schema()::regnamespace AND i.indisvalid AND i.indpred IS NULL`)
  return new Set(rows.map(({ name }) => name))
}

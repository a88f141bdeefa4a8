/** Random questions about the maze, each as SQL for the reporting role and as a call of the API. */

import { AccessError } from '../../errors.ts'
import type { Env } from '../../orm/index.ts'
import { id, join, type Pool, type Sql, sql } from '../../sql/index.ts'
import { type Dice, type Model, models, relations, shapes } from './data.ts'

type Answer = readonly unknown[] | 'denied'

export interface AskedQuestion {
  readonly title: string
  readonly statement: Sql
  readonly ask: (env: Env) => Promise<readonly unknown[]>
  /** Whether what the API refuses has to be refused by PostgreSQL too; a list has another way round in SQL. */
  readonly refusesAlike: boolean
}

const numbers: Readonly<Record<Model, string>> = {
  'maze.person': 'age',
  'maze.tag': 'level',
  'maze.room': 'floor',
  'maze.item': 'price',
}
const operators = { '=': sql`=`, '!=': sql`<>`, '<': sql`<`, '>=': sql`>=` } as const
const view = (model: Model): Sql => id(model.replaceAll('.', '_'))

const idsOf = async (env: Env, model: Model, domain: unknown): Promise<number[]> =>
  [...(await env.model(model as string).search(domain as never)).ids].sort((a, b) => a - b)

/** One of the ways to ask. */
export function randomQuestion(dice: Dice): AskedQuestion {
  const model = dice.pick(models)
  return dice.pick([filtered, joined, listed, linked, grouped, shown, shown])(dice, model)
}

function filtered(dice: Dice, model: Model): AskedQuestion {
  const [a, b] = [leaf(dice, model), leaf(dice, model)]
  const isOr = dice.once(2)
  return {
    title: `${model} where ${a.text} ${isOr ? 'or' : 'and'} ${b.text}`,
    statement: sql`SELECT t.id FROM ${view(model)} t WHERE ${join([a.sql, b.sql], isOr ? ' OR ' : ' AND ')} ORDER BY 1`,
    ask: (env) => idsOf(env, model, [isOr ? '|' : '&', a.leaf, b.leaf]),
    refusesAlike: true,
  }
}

function leaf(dice: Dice, model: Model, alias = 't', path = ''): { sql: Sql; leaf: unknown[]; text: string } {
  const field = numbers[model]
  const operator = dice.pick(['=', '!=', '<', '>='] as const)
  const value = dice.roll(5)
  return {
    sql: sql`${id(alias, field)} ${operators[operator]} ${value}::int4`,
    leaf: [`${path}${field}`, operator, value],
    text: `${path}${field} ${operator} ${value}`,
  }
}

function joined(dice: Dice, model: Model): AskedQuestion {
  const links = Object.entries(relations[model]).filter(([, { kind }]) => kind === 'many2one')
  if (links.length === 0) return filtered(dice, model)
  const [link, { model: other }] = dice.pick(links)
  const far = leaf(dice, other, 'o', `${link}.`)
  return {
    title: `${model} join ${link} where ${far.text}`,
    statement: sql`SELECT t.id FROM ${view(model)} t JOIN ${view(other)} o ON o.id = ${id('t', link)} WHERE ${far.sql} ORDER BY 1`,
    // A number that is not there counts as 0 in a domain, and as nothing in SQL: so the way must not break off.
    ask: (env) => idsOf(env, model, [[link, 'any', [[numbers[other], far.leaf[1], far.leaf[2]]]]]),
    refusesAlike: true,
  }
}

function listed(dice: Dice): AskedQuestion {
  const far = leaf(dice, 'maze.item', 'i')
  return {
    title: `maze.room with items where ${far.text}`,
    statement: sql`SELECT t.id FROM maze_room t WHERE EXISTS (SELECT 1 FROM maze_item i WHERE i.room_id = t.id AND ${far.sql}) ORDER BY 1`,
    ask: (env) => idsOf(env, 'maze.room', [['item_ids', 'any', [far.leaf]]]),
    refusesAlike: false,
  }
}

function linked(dice: Dice): AskedQuestion {
  const far = leaf(dice, 'maze.tag', 'g')
  return {
    title: `maze.room with tags where ${far.text}`,
    statement: sql`SELECT t.id FROM maze_room t WHERE t.id IN (SELECT l.room_id FROM maze_room_tag_rel l JOIN maze_tag g ON g.id = l.tag_id WHERE ${far.sql}) ORDER BY 1`,
    ask: (env) => idsOf(env, 'maze.room', [['tag_ids', 'any', [far.leaf]]]),
    refusesAlike: false,
  }
}

function grouped(_dice: Dice, model: Model): AskedQuestion {
  const field = numbers[model]
  return {
    title: `${model} by ${field}`,
    statement: sql`SELECT ${id('t', field)} AS value, count(*)::int4 AS n, sum(t.id)::int4 AS total FROM ${view(model)} t GROUP BY 1 ORDER BY 1`,
    ask: async (env) => {
      const rows = (await env.model(model as string).search_read([], [field], 0, null, field)).parse()
      const groups = new Map<number, { value: number; n: number; total: number }>()
      for (const row of rows) {
        const value = Number(row[field])
        const before = groups.get(value) ?? { value, n: 0, total: 0 }
        groups.set(value, { value, n: before.n + 1, total: before.total + row.id })
      }
      return [...groups.values()].sort((a, b) => a.value - b.value).map(Object.values)
    },
    refusesAlike: true,
  }
}

function shown(dice: Dice, model: Model): AskedQuestion {
  const links = Object.entries(relations[model]).filter(([, { kind }]) => kind === 'many2one')
  const all = [...shapes[model].plain, ...links.map(([name]) => name)]
  const fields = dice.some(all, 4)
  const chosen = fields.length === 0 ? ['name'] : fields
  return {
    title: `${chosen} of ${model}`,
    statement: sql`SELECT t.id, ${join(chosen.map((name) => id('t', name)))} FROM ${view(model)} t ORDER BY 1`,
    ask: async (env) =>
      (await env.model(model as string).search_read([], chosen, 0, null, 'id', null))
        .parse()
        .map((row) => [row.id, ...chosen.map((name) => row[name])]),
    refusesAlike: true,
  }
}

// Clients of the API get `false` for what is not there.
const alike = (value: unknown): unknown => (value === null ? false : value)

/** The answer of PostgreSQL to the reporting role. */
export async function byReport(pool: Pool, statement: Sql): Promise<Answer> {
  try {
    const rows = await pool.query(statement, { prepared: false })
    return rows.map((row) => {
      const values = Object.values(row).map(alike)
      return values.length === 1 ? values[0] : values
    })
  } catch (error) {
    const { code, cause } = error as { code?: string; cause?: { code?: string } }
    // Undefined column, undefined table, no privilege: it is not there for this role.
    if (['42703', '42P01', '42501'].includes(cause?.code ?? code ?? '')) return 'denied'
    throw error
  }
}

/** The answer of the API to the user. */
export async function byApi(ask: () => Promise<readonly unknown[]>): Promise<Answer> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof AccessError) return 'denied'
    throw error
  }
}

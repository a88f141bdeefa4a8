import assert from 'node:assert/strict'
import { join as path } from 'node:path'
import { before, mock, test } from 'node:test'
import { bumpEpoch, type Tenant, withSystemEnv } from '../access/index.ts'
import { type Env, type RecordRow, Scope } from '../orm/index.ts'
import { join, sql } from '../sql/index.ts'
import { type Companies, Dice, fillFarm, type Model, models } from '../testing/farm/data.ts'
import { domain } from '../testing/farm/dice-domains.ts'
import { expression, kinds, oddTexts } from '../testing/farm/dice-expressions.ts'
import { asUser, type TestUser, testTenant } from '../testing/index.ts'
import { ValidationError } from '../errors.ts'
import { textOf } from './run/numbers.ts'
import { holds, run } from './run/evaluate.ts'
import { compileCondition, compileExpression } from './sql/compile.ts'
import { checkExpression } from './types/check.ts'
import type { Expression } from './types/checked.ts'
import { tables } from '../testing/farm/tables.ts'

/** Random expressions over random records have the same values in PostgreSQL and in the interpreter, whoever asks, wherever. */
process.env.HOLDFAST_APPS = path(import.meta.dirname, '..', 'testing', 'farm', 'apps')
const seed = Number(process.env.HOLDFAST_SEED ?? Date.now() % 1_000_000)
const wantedCases = Number(process.env.HOLDFAST_CASES ?? 5_200)
const dice = new Dice(seed)
const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kolkata',
  'Pacific/Auckland',
  'Nowhere/At_All',
] as const

let tenant: Tenant
let user: TestUser
let companies: Companies

before(async () => {
  tenant = await testTenant({ apps: ['farm'] })
  user = await asUser(tenant)
  await withSystemEnv(tenant, 'test.companies', {}, async (env) => {
    await env.db.query(sql`UPDATE res_lang SET active = TRUE WHERE code = 'fr_FR'`)
    const second = (await env.model('res.company').create({ name: 'Second' })).id
    companies = { first: 1, second }
    await env.db.query(
      sql`INSERT INTO res_company_users_rel (cid, user_id) VALUES (${second}::int4, ${user.uid}::int4)`,
    )
  })
})

/** The farm, with texts, amounts and moments in it on which two systems could differ. */
async function fill(): Promise<Readonly<Record<Model, readonly number[]>>> {
  const data = await fillFarm(tenant, dice, companies)
  for (const { id } of data['farm.animal']) {
    const text = () => (dice.once(3) ? null : dice.pick(oddTexts))
    const seen = dice.pick([
      '2024-03-31 00:59:59',
      '2024-03-31 01:00:00',
      '2024-10-27 00:30:00.7',
      '1999-12-31 23:59:59',
      null,
    ])
    await tenant.pool.query(sql`UPDATE farm_animal SET code = ${text()}, note = ${text()}, seen = ${seen}::timestamp,
      weight = ${dice.pick([0.1, 1e-7, 123456.789, -2.5, 1e15, null])}::float8, worth = ${dice.pick(['0.005', '-99999999.99', '2.5', null])}::numeric,
      age = ${dice.pick([0, 1, -7, 2147483647, null])}::int4, born = ${dice.pick(['0001-01-01', '2024-02-29', '9999-12-31', null])}::date WHERE id = ${id}::int4`)
  }
  return Object.fromEntries(models.map((model) => [model, data[model].map(({ id }) => id)])) as never
}

async function useRules(ids: Readonly<Record<Model, readonly number[]>>): Promise<void> {
  await tenant.pool.query(sql`DELETE FROM hf_access WHERE model LIKE 'farm.%'`)
  for (const model of models) {
    const rule = dice.once(2)
      ? null
      : ['|', ['id', 'in', dice.some(ids[model], 12)], ...one(domain(dice, model, (m) => ids[m], 1))]
    for (const kind of rule ? ['permission', 'global-rule'] : ['permission'])
      await tenant.pool.query(sql`INSERT INTO hf_access (kind, model, ops, group_id, domain, fields, source_model, source_id)
        VALUES (${kind}, ${model}, ARRAY['read'], NULL, ${kind === 'permission' ? null : JSON.stringify(rule)}::jsonb, NULL, 'test', 0)`)
  }
  await bumpEpoch(tenant.pool)
}

function one(made: readonly unknown[]): readonly unknown[] {
  return made.length === 1 ? made : [['id', '>', 0]]
}

function randomExpression(env: Env, model: Model): Expression {
  for (;;) {
    try {
      return checkExpression(env.registry, model, expression(dice, model, dice.pick(kinds)))
    } catch (error) {
      // Too large, or two nulls side by side: the next one.
      if (!(error instanceof ValidationError)) throw error
    }
  }
}

interface Counts {
  cases: number
  values: number
  skipped: number
}

/** The first expression on which the two differ. */
async function differing(
  env: Env,
  model: Model,
  wanted: readonly Expression[],
  counts: Counts,
): Promise<string | null> {
  const info = env.registry.models.get(model)
  assert.ok(info)
  const scope = new Scope(env)
  const alias = scope.alias()
  const columns = wanted.map((each) => {
    const value = compileExpression(scope, info, alias, each)
    const met = each.type.is === 'bool' ? sql`${compileCondition(scope, info, alias, each)} IS TRUE` : sql`NULL::bool`
    return sql`json_build_array((${value})::text, ${met})`
  })
  const rule = scope.condition(info, alias) ?? sql`TRUE`
  const found = await env.db.query<{ id: number; v: [string | null, boolean | null][] }>(
    sql`SELECT t0.id, json_build_array(${join(columns)}) AS v FROM ${tables[model]} t0 WHERE ${rule}`,
    { prepared: false },
  )
  const paths = [...new Set(wanted.flatMap((each) => each.paths))]
  const loaded = new Map<number, RecordRow>()
  for (const row of await env
    .model(
      model,
      found.map(({ id }) => id),
    )
    .loadExisting(paths))
    loaded.set(row.id, row)
  for (const [i, each] of wanted.entries()) {
    for (const { id, v } of found) {
      const [inSql, isMet] = v[i] as [string | null, boolean | null]
      const row = loaded.get(id) ?? {}
      const here = shown(each, run(each, env, row))
      if (here !== normal(each, inSql))
        return `${model} ${id}: ${each.text}\n  PostgreSQL ${inSql}, interpreter ${here}`
      if (each.type.is === 'bool' && holds(each, env, row) !== isMet)
        return `${model} ${id}: ${each.text} as a condition: ${isMet}`
      if (here !== null) counts.values++
    }
    counts.cases++
  }
  return null
}

function shown(each: Expression, value: unknown): string | null {
  if (value === null || value === undefined) return null
  return each.type.is === 'decimal' ? textOf(value as bigint) : String(value)
}

// PostgreSQL writes the zeros of a decimal out.
function normal(each: Expression, text: string | null): string | null {
  return text !== null && each.type.is === 'decimal' && text.includes('.')
    ? text.replace(/\.?0+$/, '').replace(/^-0$/, '0')
    : text
}

test('random expressions have the same values in PostgreSQL and in the interpreter', async (t) => {
  t.diagnostic(`HOLDFAST_SEED=${seed}`)
  mock.timers.enable({ apis: ['Date'], now: Date.parse('2024-03-10T23:30:15Z') })
  const counts: Counts = { cases: 0, values: 0, skipped: 0 }
  while (counts.cases < wantedCases) {
    const ids = await fill()
    for (let round = 0; round < 6 && counts.cases < wantedCases; round++) {
      await useRules(ids)
      for (const model of [...models, 'farm.animal', 'farm.animal', 'farm.animal'] as const) {
        const context = {
          tz: dice.pick(zones),
          lang: dice.pick(['en_US', 'fr_FR']),
          active_test: !dice.once(3),
          allowed_company_ids: [dice.pick([companies.first, companies.second])],
        }
        const fault = await user.read(async (env) => {
          const wanted = Array.from({ length: 40 }, () => randomExpression(env, model))
          return differing(env, model, wanted, counts)
        }, context)
        assert.equal(fault, null, `seed ${seed}, after ${counts.cases} cases, ${JSON.stringify(context)}`)
      }
    }
  }
  mock.timers.reset()
  t.diagnostic(`seed ${seed}: ${counts.cases} expressions, ${counts.values} values that are not null`)
  assert.ok(counts.values > counts.cases * 3, 'most expressions have to have values, or the test says little')
})

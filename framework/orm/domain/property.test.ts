import assert from 'node:assert/strict'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { bumpEpoch, type Tenant, withSystemEnv } from '../../access/index.ts'
import { join as joined, type Sql, sql, Template } from '../../sql/index.ts'
import { asUser, tellProof, type TestUser, testTenant } from '../../testing/index.ts'
import { type Companies, contentOf, type Data, Dice, fillFarm, type Model, models } from '../../testing/farm/data.ts'
import { domain } from '../../testing/farm/dice-domains.ts'
import { Policy } from '../../testing/policy/policy.ts'
import type { Env } from '../env.ts'
import type { ModelInfo } from '../registry.ts'
import { searchedTable, searchPredicate } from '../model/reading.ts'
import { Scope } from '../query/scope.ts'

/**
 * Random domains over random records find the same ids as an evaluator that walks objects in memory and shares nothing
 * with the compiler; by turns with and without access rules, languages, companies, archived records.
 */
process.env.HOLDFAST_APPS = join(import.meta.dirname, '..', '..', 'testing', 'farm', 'apps')
const seed = Number(process.env.HOLDFAST_SEED ?? Date.now() % 1_000_000)
const wantedCases = Number(process.env.HOLDFAST_CASES ?? 10_500)
const batch = 35
const dice = new Dice(seed)

let tenant: Tenant
let user: TestUser
let companies: Companies

before(async () => {
  tenant = await testTenant({ apps: ['farm'] })
  user = await asUser(tenant)
  await withSystemEnv(tenant, 'test.companies', {}, async (env) => {
    await env.model('res.lang').search([['code', '=', 'fr_FR']])
    await env.db.query(sql`UPDATE res_lang SET active = TRUE WHERE code = 'fr_FR'`)
    const second = (await env.model('res.company').create({ name: 'Second' })).id
    companies = { first: 1, second }
    await env.db.query(
      sql`INSERT INTO res_company_users_rel (cid, user_id) VALUES (${second}::int4, ${user.uid}::int4)`,
    )
  })
})

interface Setting {
  readonly lang: string
  readonly company: number
  readonly activeTest: boolean
  /** Domain of the records that the caller may read, by model; absent: all. */
  readonly rules: Readonly<Partial<Record<Model, readonly unknown[]>>>
}

function policyOf(data: Data, { lang, company, activeTest, rules }: Setting): Policy {
  const rows = models.flatMap((model) => {
    const row = { model, ops: ['read'] as const, group: null, fields: null }
    const rule = rules[model]
    return [
      { ...row, kind: 'permission' as const, domain: null },
      ...(rule ? [{ ...row, kind: 'global-rule' as const, domain: rule }] : []),
    ]
  })
  const nobody = { partner: 0, commercialPartner: 0, groups: new Set<number>(), groupNames: new Set<string>() }
  const computed = { 'farm.animal.double': ({ age }: Readonly<Record<string, unknown>>) => Number(age ?? 0) * 2 }
  const person = { id: user.uid, companies: [company], ...nobody }
  return new Policy(tenant.registry.models, contentOf(data), rows, person, { lang, activeTest, computed })
}

async function useRules(rules: Setting['rules']): Promise<void> {
  await tenant.pool.query(sql`DELETE FROM hf_access WHERE model LIKE 'farm.%'`)
  for (const model of models) {
    const rule = rules[model]
    const kinds = rule ? ['permission', 'global-rule'] : ['permission']
    for (const kind of kinds)
      await tenant.pool.query(sql`INSERT INTO hf_access (kind, model, ops, group_id, domain, fields, source_model, source_id)
        VALUES (${kind}, ${model}, ARRAY['read'], NULL, ${kind === 'permission' ? null : JSON.stringify(rule)}::jsonb, NULL, 'test', 0)`)
  }
  await bumpEpoch(tenant.pool)
}

interface Case {
  readonly model: Model
  readonly domain: readonly unknown[]
}

/** The ids that each domain finds, all in one statement. */
async function answers(env: Env, cases: readonly Case[]): Promise<number[][]> {
  const tables = cases.map(({ model }, i): Sql => {
    const info = env.registry.models.get(model)
    assert.ok(info)
    return sql`SELECT ${i}::int4 AS n, ARRAY(SELECT t0.id ${searchedTable(new Scope(env), info)} ORDER BY t0.id) AS ids`
  })
  const predicates = cases.map(({ model, domain: wanted }) =>
    searchPredicate(env, env.registry.models.get(model) as ModelInfo, wanted as never),
  )
  const statement = new Template(joined(tables, ' UNION ALL ')).fill(...predicates)
  const rows = await env.db.query<{ n: number; ids: number[] }>(statement, { prepared: false })
  return rows.toSorted((a, b) => a.n - b.n).map(({ ids }) => ids)
}

const idsOf = (policy: Policy, { model, domain: wanted }: Case): number[] =>
  policy.search(tenant.registry.models.get(model) as ModelInfo, wanted).map(({ id }) => id)

async function differing(env: Env, policy: Policy, cases: readonly Case[]): Promise<string | null> {
  const found = await answers(env, cases)
  for (const [i, one] of cases.entries()) {
    const wanted = idsOf(policy, one)
    if (JSON.stringify(found[i]) !== JSON.stringify(wanted))
      return `${one.model} ${JSON.stringify(one.domain)}: found ${found[i]}, meant ${wanted}`
  }
  return null
}

test('random domains find the same records as an evaluator in memory, with and without rules', async (t) => {
  t.diagnostic(`HOLDFAST_SEED=${seed}`)
  let cases = 0
  let found = 0
  while (cases < wantedCases) {
    const data: Data = await fillFarm(tenant, dice, companies)
    const ids = (model: Model) => data[model].map((row) => row.id)
    for (let round = 0; round < 6 && cases < wantedCases; round++) {
      const rules: Setting['rules'] =
        round % 2 === 0
          ? {}
          : Object.fromEntries(
              models
                .filter(() => !dice.once(3))
                .map((model) => [model, ['|', ['id', 'in', dice.some(ids(model), 8)], ...one(model, ids)]]),
            )
      await useRules(rules)
      const setting: Setting = {
        lang: dice.pick(['en_US', 'fr_FR']),
        company: dice.pick([companies.first, companies.second]),
        activeTest: !dice.once(3),
        rules,
      }
      const context = { lang: setting.lang, allowed_company_ids: [setting.company], active_test: setting.activeTest }
      const policy = policyOf(data, setting)
      for (let i = 0; i < 10; i++) {
        const some = Array.from({ length: batch }, (): Case => {
          const model = dice.pick([...models, 'farm.animal', 'farm.animal'] as const)
          return { model, domain: domain(dice, model, ids) }
        })
        const fault = await user.read((env) => differing(env, policy, some), context)
        assert.equal(fault, null, `seed ${seed}, case ${cases}, ${JSON.stringify(setting)}`)
        found += some.filter((one) => idsOf(policy, one).length > 0).length
        cases += batch
      }
    }
  }
  t.diagnostic(`seed ${seed}: ${found} of them found something`)
  tellProof(t, { suite: 'random domains over every kind of field', cases })
  assert.ok(found > cases * 0.4, 'many domains have to find something, or the test says little')
})

function one(model: Model, ids: (model: Model) => readonly number[]): readonly unknown[] {
  const made = domain(dice, model, ids, 2)
  return made.length === 1 ? made : [['id', '>', 0], '!', ['id', '<', 0]].slice(0, 1)
}

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { AccessError } from '../errors.ts'
import { initTenant, openTenant } from '../modules/index.ts'
import type { Env, FieldInfo, ModelInfo } from './index.ts'
import { searchedTable, searchPredicate } from './model/reading.ts'
import { Scope } from './query/scope.ts'
import { join as joined, sql, Template } from '../sql/index.ts'
import { asUser, emptyDatabase, tellProof, type TestUser } from '../testing/index.ts'
import { Dice } from '../testing/maze/data.ts'
import { type Content, readContent, type Row } from '../testing/policy/content.ts'
import { type AccessRow, Denied, type Policy } from '../testing/policy/policy.ts'
import { policyOf } from '../testing/policy/read-policy.ts'
import { fillWild } from '../testing/wild/data.ts'
import { accessRows, asked, domain } from '../testing/wild/dice-rules.ts'
import { noteName, wildNames } from '../testing/wild/shape.ts'
import { bumpEpoch, type Tenant, withSystemEnv } from '../access/index.ts'

/**
 * Random models under random rights answer random questions like an evaluator in memory that shares nothing with the
 * compiler: what a search finds, what a group counts, what a record shows, and what is refused.
 */
const seed = Number(process.env.HOLDFAST_SEED ?? Date.now() % 1_000_000)
const wantedCases = Number(process.env.HOLDFAST_CASES ?? 9_000)
process.env.HOLDFAST_APPS = join(import.meta.dirname, '..', 'testing', 'wild', 'apps')
process.env.HOLDFAST_WILD = String(seed)
const dice = new Dice(seed + 1)
const batch = 40

let tenant: Tenant
const groups: number[] = []
const users: TestUser[] = []

before(async () => {
  const address = { name: 'wild', ...(await emptyDatabase()) }
  await initTenant(address, { apps: ['wild'], demo: false })
  tenant = await openTenant(address)
  await withSystemEnv(tenant, 'test.groups', {}, async (env) => {
    for (const name of ['one', 'two', 'three']) groups.push((await env.model('res.groups').create({ name })).id)
  })
  for (const own of [[0], [0, 1], [1, 2]]) {
    const user = await asUser(tenant)
    for (const i of own)
      await tenant.pool.query(
        sql`INSERT INTO res_groups_users_rel (uid, gid) VALUES (${user.uid}::int4, ${groups[i] as number}::int4)`,
      )
    users.push(user)
  }
})

async function useRules(rows: readonly AccessRow[]): Promise<void> {
  await tenant.pool.query(sql`DELETE FROM hf_access WHERE model LIKE 'wild.%'`)
  const entries = rows.map(({ group, ...row }) => ({ ...row, group_id: group }))
  await tenant.pool.query(sql`INSERT INTO hf_access (kind, model, ops, group_id, domain, fields, source_model, source_id)
    SELECT kind, model, ops, group_id, domain, fields, 'test', 0 FROM jsonb_to_recordset(${JSON.stringify(entries)}::jsonb)
      AS r (kind text, model text, ops text[], group_id int4, domain jsonb, fields text[])`)
  await bumpEpoch(tenant.pool)
}

interface Question {
  readonly model: ModelInfo
  readonly domain: readonly unknown[]
}

const models = (): ModelInfo[] =>
  [...wildNames, noteName].map((name) => tenant.registry.models.get(name)).filter((one) => one !== undefined)

function expected(policy: Policy, { model, domain: wanted }: Question): readonly number[] | 'denied' {
  try {
    if (!policy.mayModel(model, 'read')) throw new Denied(model.name)
    policy.requireDomain(model, wanted)
    return policy.search(model, wanted).map(({ id }) => id)
  } catch (error) {
    if (error instanceof Denied) return 'denied'
    throw error
  }
}

/** The ids that each finds, all in one statement; `denied` where the compiler refuses. */
async function found(env: Env, questions: readonly Question[]): Promise<(readonly number[] | 'denied')[]> {
  const answers = new Map<number, readonly number[] | 'denied'>()
  const tables = []
  const predicates = []
  for (const [place, { model, domain: wanted }] of questions.entries()) {
    try {
      const table = sql`SELECT ${place}::int4 AS n, ARRAY(SELECT t0.id ${searchedTable(new Scope(env), model)} ORDER BY t0.id) AS ids`
      const predicate = searchPredicate(env, model, wanted as never)
      tables.push(table)
      predicates.push(predicate)
    } catch (error) {
      if (!(error instanceof AccessError)) throw new Error(JSON.stringify([model.name, wanted]), { cause: error })
      answers.set(place, 'denied')
    }
  }
  if (tables.length > 0) {
    const statement = new Template(joined(tables, ' UNION ALL ')).fill(...predicates)
    const rows = await env.db.query<{ n: number; ids: number[] }>(statement, { prepared: false })
    for (const { n, ids } of rows) answers.set(n, ids)
  }
  return questions.map((_, place) => answers.get(place) ?? [])
}

// Where a related field leads, through others that are related themselves.
function atEnd(policy: Policy, model: ModelInfo, row: Row, field: FieldInfo): unknown {
  const { meaning } = policy
  if (field.column || !field.related) return meaning.value(model, row, field, true)
  let [at, here] = [model, row as Row | undefined]
  for (const name of field.related.slice(0, -1)) {
    const step = at.fields.get(name) as FieldInfo
    here = here && meaning.targets(at, here, step, true)[0]
    at = meaning.model(step.comodel)
  }
  const end = at.fields.get(field.related.at(-1) ?? '') as FieldInfo
  return here ? atEnd(policy, at, here, end) : null
}

/** What `web_read` gives of a field, from the raw row. */
function shown(policy: Policy, model: ModelInfo, row: Row, field: FieldInfo): unknown {
  const { meaning } = policy
  if (field.kind.endsWith('2many'))
    return meaning
      .targets(model, row, field, true)
      .filter((one) => meaning.shown(meaning.model(field.comodel), one, []))
      .map(({ id }) => id)
      .toSorted((a, b) => a - b)
  const value = atEnd(policy, model, row, field)
  if (field.kind === 'integer' || field.kind === 'float') return Number(value ?? 0)
  return field.kind === 'boolean' ? value === true : (value ?? false)
}

async function readsAlike(env: Env, policy: Policy, model: ModelInfo): Promise<number> {
  const usable = asked(model).filter((field) => !isRelatedList(field) && policy.mayUse(model, [field.name]))
  const ids = policy.visible(model).map(({ id }) => id)
  const specification = Object.fromEntries(usable.map(({ name }) => [name, {}]))
  const rows = (await env.model(model.name, ids).web_read(specification)).parse()
  const plain = rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [
        name,
        Array.isArray(value) ? (value as number[]).toSorted((a, b) => a - b) : value,
      ]),
    ),
  )
  const wanted = policy.visible(model).map((row) => ({
    id: row.id,
    ...Object.fromEntries(usable.map((field) => [field.name, shown(policy, model, row, field)])),
  }))
  assert.deepEqual(plain, wanted, model.name)
  return usable.length
}

const isRelatedList = ({ kind, related, column, delegate }: FieldInfo): boolean =>
  !column && delegate === undefined && related !== undefined && !['integer', 'char', 'boolean', 'date'].includes(kind)

async function groupsAlike(env: Env, policy: Policy, model: ModelInfo): Promise<number> {
  const able = asked(model).filter(
    ({ kind, column, name, options }) =>
      column &&
      !options.companyDependent &&
      ['many2one', 'selection', 'integer'].includes(kind) &&
      policy.mayUse(model, [name]),
  )
  for (const field of able) {
    const groupsOf = await env.model(model.name).formatted_read_group([], [field.name], ['__count'])
    const counts = groupsOf.map((group) => {
      const key = group[field.name]
      return [Array.isArray(key) ? key[0] : key, group.__count]
    })
    const wanted = Map.groupBy(policy.search(model, []), (row) => {
      const value = policy.meaning.value(model, row, field, true)
      return value ?? false
    })
    assert.deepEqual(
      new Map(counts as [unknown, unknown][]),
      new Map([...wanted].map(([key, rows]) => [key, rows.length])),
      `${model.name} by ${field.name}`,
    )
  }
  return able.length
}

test('random models under random rights answer as an evaluator in memory says', async (t) => {
  t.diagnostic(`HOLDFAST_SEED=${seed}`)
  const tally = { searches: 0, refusals: 0, reads: 0, groups: 0 }
  const cases = () => tally.searches + tally.reads + tally.groups
  let content: Content | undefined
  for (let round = 0; cases() < wantedCases; round++) {
    if (content === undefined || round % 6 === 0) {
      const uids = users.map(({ uid }) => uid)
      await fillWild(tenant.pool, tenant.registry, dice, uids)
      content = await readContent(tenant.pool, tenant.registry)
    }
    const rows = accessRows(dice, tenant.registry.models, groups)
    await useRules(rows)
    for (const user of users) {
      const activeTest = !dice.once(3)
      const policy = policyOf(tenant, content, rows, user.uid, { activeTest })
      assert.ok(policy)
      // A search tells whether the rights in memory are those of now; what is put together by hand below does not.
      await user.read((env) => env.model('res.lang').search_count([]))
      await user.read(
        async (env) => {
          const used = () =>
            JSON.stringify(rows.filter(({ group }) => group === null || policy.person.groups.has(group)))
          const questions = Array.from({ length: batch }, (): Question => {
            const model = dice.pick(models())
            return { model, domain: domain(dice, tenant.registry.models, model, false) }
          })
          const answers = await found(env, questions)
          for (const [place, question] of questions.entries()) {
            const wanted = expected(policy, question)
            if (wanted === 'denied') tally.refusals++
            assert.deepEqual(
              answers[place],
              wanted,
              `seed ${seed}, uid ${user.uid}, ${question.model.name} ${JSON.stringify(question.domain)}\n${used()}`,
            )
          }
          tally.searches += questions.length
          for (const model of models()) {
            if (!policy.mayModel(model, 'read')) continue
            tally.reads += await readsAlike(env, policy, model)
            if (dice.once(3)) tally.groups += await groupsAlike(env, policy, model)
          }
        },
        { active_test: activeTest },
      )
    }
  }
  t.diagnostic(`seed ${seed}: ${JSON.stringify(tally)}`)
  tellProof(t, { suite: 'random models, rights and questions', cases: cases() })
  assert.ok(tally.refusals < tally.searches * 0.7, 'most searches have to be answered, or the test says little')
})

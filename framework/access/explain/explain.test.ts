import assert from 'node:assert/strict'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { sql } from '../../sql/index.ts'
import { actAs, asUser, operations, type TestUser, testTenant } from '../../testing/index.ts'
import { type Data, Dice, fillMaze, type Model, models } from '../../testing/maze/data.ts'
import { accessRows } from '../../testing/maze/dice-rules.ts'
import { type AccessRow, Policy } from '../../testing/maze/policy.ts'
import { bumpEpoch, explainAccess, type Explanation, rankRules, type Tenant, withSystemEnv } from '../index.ts'

process.env.HOLDFAST_APPS = join(import.meta.dirname, '..', '..', 'testing', 'maze', 'apps')
const seed = Number(process.env.HOLDFAST_SEED ?? Date.now() % 1_000_000)

describe('an explanation under random rules', () => {
  let tenant: Tenant
  let data: Data
  let user: TestUser
  const dice = new Dice(seed)
  const groups: number[] = []

  before(async () => {
    tenant = await testTenant({ apps: ['maze'] })
    await withSystemEnv(tenant, 'test.groups', {}, async (env) => {
      for (const name of ['one', 'two']) groups.push((await env.model('res.groups').create({ name })).id)
    })
    user = await asUser(tenant)
    for (const gid of groups)
      await tenant.pool.query(sql`INSERT INTO res_groups_users_rel (uid, gid) VALUES (${user.uid}::int4, ${gid}::int4)`)
    data = await fillMaze(tenant, dice, [user.uid])
  })

  async function useRules(rows: readonly AccessRow[]): Promise<void> {
    await tenant.pool.query(sql`DELETE FROM hf_access WHERE model LIKE 'maze.%'`)
    const entries = rows.map(({ group, ...row }) => ({ ...row, group_id: group }))
    await tenant.pool.query(sql`INSERT INTO hf_access (kind, model, ops, group_id, domain, fields, name, source_model, source_id)
      SELECT kind, model, ops, group_id, domain, fields, 'rule', 'test', 0 FROM jsonb_to_recordset(${JSON.stringify(entries)}::jsonb)
        AS r (kind text, model text, ops text[], group_id int4, domain jsonb, fields text[])`)
    await bumpEpoch(tenant.pool)
  }

  test('decides as the policy in memory does, and its parts add up to its decision', async (t) => {
    t.diagnostic(`HOLDFAST_SEED=${seed}`)
    const ids = (model: Model) => data[model].map(({ id }) => id)
    const seen = { allowed: 0, refused: 0 }
    for (let round = 0; round < 15; round++) {
      const rows = accessRows(dice, groups, ids)
      await useRules(rows)
      const policy = new Policy(data, rows, { id: user.uid, groups: new Set(groups) })
      for (const model of models) {
        const row = dice.pick(data[model])
        const operation = dice.pick(operations)
        const told = await explainAccess(tenant, { login: user.login, model, operation, record: row.id })
        const may = policy.mayModel(model, operation) && policy.mayRecord(model, row, operation)
        assert.equal(told.decision, may ? 'allowed' : 'refused', JSON.stringify({ rows, told }))
        assert.equal(addUp(told), may, JSON.stringify(told))
        seen[may ? 'allowed' : 'refused']++
      }
    }
    assert.ok(seen.allowed > 5 && seen.refused > 5, JSON.stringify(seen))
  })
})

// Permissions add up; each rule for everybody has to hold, of those of groups one.
function addUp({ permissions, rules }: Explanation): boolean {
  const ofGroups = rules.filter(({ kind }) => kind === 'group')
  return (
    permissions.some(({ matches }) => matches) &&
    rules.every(({ kind, holds }) => kind === 'group' || holds === true) &&
    (ofGroups.length === 0 || ofGroups.some(({ holds }) => holds === true))
  )
}

describe('an explanation of an order', () => {
  let tenant: Tenant
  let admin: TestUser
  let ann: TestUser
  let bobsOrder: number

  before(async () => {
    tenant = await testTenant({ apps: ['sales'], demo: true })
    admin = actAs(tenant, 2)
    ann = await asUser(tenant, { login: 'ann', groups: ['sales_team.group_sale_salesman'] })
    const bob = await asUser(tenant, { login: 'bob', groups: ['sales_team.group_sale_salesman'] })
    bobsOrder = await bob.write(async (env) => {
      const partner = await env.model('res.partner').search([], 0, 1)
      return (await env.model('sale.order').create({ partner_id: partner.id, user_id: bob.uid })).id
    })
  })

  const explain = (model: string, record: number | null, operation = 'read') =>
    explainAccess(tenant, { login: 'ann', model, record, operation })

  test('names the permission with its application, and the rules that a colleague’s order does not fulfil', async () => {
    const told = await explain('sale.order', bobsOrder)
    assert.equal(told.decision, 'refused')
    const given = told.permissions.find(({ matches }) => matches)
    assert.equal(given?.source, 'ir.model.access')
    assert.match(given?.xmlid ?? '', /^sales?\./)
    const failed = told.rules.filter(({ holds }) => holds === false)
    assert.ok(
      failed.some(({ source, domain }) => source === 'ir.rule' && JSON.stringify(domain).includes(`${ann.uid}`)),
    )
    assert.match(told.because, /none of the rules of the user's groups/)
    assert.match(told.statement.text, /"sale_order"[\s\S]*WHERE/)
    assert.ok(told.cost.total > 0 && told.bareCost.total > 0)
  })

  test('tells an absent record from a hidden one, and an operation that nobody gives', async () => {
    assert.equal((await explain('sale.order', 1_999_999)).decision, 'absent')
    assert.equal((await explain('ir.config_parameter', null)).decision, 'refused')
    assert.equal((await explain('sale.order', null)).decision, 'some')
    await assert.rejects(explainAccess(tenant, { login: 'nobody', model: 'sale.order' }), { code: 'ERR_EXPLAIN_USER' })
    await assert.rejects(explain('sale.ghost', 1), { code: 'ERR_EXPLAIN_MODEL' })
    await assert.rejects(explain('sale.order', -1), { code: 'ERR_EXPLAIN_RECORD' })
    await assert.rejects(explain('sale.order', 1, 'drop'), { code: 'ERR_OPERATION' })
  })

  test('says which fields are kept back, and why', async () => {
    const { fields } = await explain('res.users', ann.uid)
    const because = new Map(fields.map((field) => [field.name, field.because]))
    assert.match(because.get('password') ?? '', /^secret/)
    assert.equal(because.get('group_ids'), 'no permission names it')
    assert.equal(because.has('login'), false)
  })

  test('runs the statement on request, and gives no more than its cost', async () => {
    const { cost } = await explainAccess(tenant, { login: 'ann', model: 'sale.order', analyze: true })
    assert.ok(cost.ran && cost.ran.ms >= 0)
  })

  test('is given to who administers rights, and to nobody else', async () => {
    type Explains = {
      explain(login: string, model: string, op: string, id: number | null, run: boolean): Promise<Explanation>
    }
    const ask = (user: TestUser) =>
      user.read((env) =>
        (env.model('ir.model.access') as unknown as Explains).explain('ann', 'sale.order', 'read', bobsOrder, false),
      )
    assert.equal((await ask(admin)).decision, 'refused')
    await assert.rejects(ask(ann), { code: 'ERR_ACCESS_EXPLAIN' })
    const keeper = await asUser(tenant, { groups: ['base.group_erp_manager'] })
    assert.equal((await ask(keeper)).decision, 'refused')
  })

  test('ranks the rules of a user by what they add, and names the columns that no index begins with', async () => {
    await tenant.pool.query(sql`INSERT INTO res_partner (name, active, type, company_id, partner_share, create_uid, write_uid)
      SELECT 'contact ' || n, true, 'contact', 1, true, 1, 1 FROM generate_series(1, 3000) n`)
    await tenant.pool.query(sql`ANALYZE res_partner`)
    const costs = await rankRules(tenant, 'ann')
    assert.ok(costs.some(({ model }) => model === 'sale.order'))
    const added = costs.map(({ cost, bareCost }) => cost - bareCost)
    assert.deepEqual(
      added,
      added.toSorted((a, b) => b - a),
    )
    const partners = costs.find(({ model }) => model === 'res.partner')
    assert.ok(partners && partners.ratio > 1 && partners.rows > 2000, JSON.stringify(partners))
    assert.ok(partners.missingIndexes.includes('res_partner.partner_share'), JSON.stringify(partners))
  })
})

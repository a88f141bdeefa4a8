import assert from 'node:assert/strict'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { AppError } from '../errors.ts'
import { type Domain, type Env, forgetPlans } from '../orm/index.ts'
import { sql } from '../sql/index.ts'
import { asUser, type TestUser, testTenant } from '../testing/index.ts'
import type { Call } from '../testing/maze/call.ts'
import { randomCall } from '../testing/maze/calls.ts'
import { Dice, fillMaze, type Data, type Model } from '../testing/maze/data.ts'
import { accessRows } from '../testing/maze/dice-rules.ts'
import { bumpEpoch, type Tenant } from './index.ts'

process.env.HOLDFAST_APPS = join(import.meta.dirname, '..', 'testing', 'maze', 'apps')
const seed = Number(process.env.HOLDFAST_SEED ?? Date.now() % 1_000_000)
const dice = new Dice(seed)
const users: TestUser[] = []
const groups: number[] = []
let tenant: Tenant
let data: Data

before(async () => {
  tenant = await testTenant({ apps: ['maze'] })
  for (const name of ['one', 'two', 'three']) {
    const user = await asUser(tenant)
    const [group] = await tenant.pool.query<{ id: number }>(
      sql`INSERT INTO res_groups (name) VALUES (jsonb_build_object('en_US', ${name}::text)) RETURNING id`,
    )
    await tenant.pool.query(
      sql`INSERT INTO res_groups_users_rel (uid, gid) VALUES (${user.uid}::int4, ${group?.id ?? 0}::int4)`,
    )
    groups.push(group?.id ?? 0)
    users.push(user)
  }
  data = await fillMaze(
    tenant,
    dice,
    users.map(({ uid }) => uid),
  )
})

async function changeRules(): Promise<void> {
  const entries = accessRows(dice, groups, (model: Model) => data[model].map(({ id }) => id)).map(
    ({ group, ...rest }) => ({ ...rest, group_id: group }),
  )
  await tenant.pool.query(sql`DELETE FROM hf_access WHERE model LIKE 'maze.%'`)
  await tenant.pool.query(sql`INSERT INTO hf_access (kind, model, ops, group_id, domain, fields, source_model, source_id)
    SELECT kind, model, ops, group_id, domain, fields, 'test', 0 FROM jsonb_to_recordset(${JSON.stringify(entries)}::jsonb)
      AS r (kind text, model text, ops text[], group_id int4, domain jsonb, fields text[])`)
  await bumpEpoch(tenant.pool)
}

async function answer(user: TestUser, look: (env: Env) => unknown): Promise<unknown> {
  try {
    return await user.read(async (env) => look(env))
  } catch (error) {
    if (error instanceof AppError) return error.code
    throw error
  }
}

/** By plans that others before may have left, and by none. */
async function both(user: TestUser, look: (env: Env) => unknown): Promise<[unknown, unknown]> {
  const kept = await answer(user, look)
  forgetPlans()
  return [kept, await answer(user, look)]
}

function randomLook(): Call {
  for (;;) {
    const call = randomCall(dice, (model) => data[model].map(({ id }) => id))
    if (call.mode === 'read') return call
  }
}

test('kept plans answer every user under changing rules as compiling anew does', async (t) => {
  t.diagnostic(`HOLDFAST_SEED=${seed}`)
  const looks = Array.from({ length: 25 }, randomLook)
  let shown = 0
  for (let round = 0; round < 4; round++) {
    await changeRules()
    for (const { title, actual } of looks) {
      // The other users go first: what is found for them is not for this one.
      for (const user of users) {
        for (const other of users) await answer(other, actual)
        const [kept, fresh] = await both(user, actual)
        assert.deepEqual(kept, fresh, `seed ${seed}, round ${round}, uid ${user.uid}: ${title}`)
        if (typeof fresh !== 'string') shown++
      }
    }
  }
  assert.ok(shown > 80, 'most looks have to show something')
})

test('domains that differ in nothing but the kind of a value never answer for each other', async () => {
  await tenant.pool.query(sql`DELETE FROM hf_access WHERE model LIKE 'maze.%'`)
  await tenant.pool.query(sql`INSERT INTO hf_access (kind, model, ops, source_model, source_id)
    SELECT 'permission', model, '{read}', 'test', 0 FROM ir_model WHERE model LIKE 'maze.%'`)
  await bumpEpoch(tenant.pool)
  const [user] = users as [TestUser]
  const values = [
    null,
    false,
    true,
    '',
    0,
    1,
    -1,
    2.5,
    '1',
    'a',
    '%',
    'a\\',
    [],
    [1],
    [1, 2],
    [false],
    [1, false],
    ['a'],
  ]
  const operators = ['=', '!=', '<', '>=', 'in', 'not in', 'like', 'not ilike', '=ilike', '=?', 'child_of', 'any']
  const fields = ['id', 'name', 'floor', 'lit', 'owner_id', 'tag_ids', 'owner_id.name', 'tag_ids.level']
  const domains = fields.flatMap((field) =>
    operators.flatMap((operator) => values.map((value) => [[field, operator, value]] as unknown as Domain)),
  )
  const look = (domain: Domain) => (env: Env) => env.model('maze.room').search_count(domain)
  const kept: unknown[] = []
  for (const domain of domains) kept.push(await answer(user, look(domain)))
  for (const [i, domain] of domains.entries()) {
    forgetPlans()
    assert.deepEqual(kept[i], await answer(user, look(domain)), JSON.stringify(domain))
  }
})

test('a plan made for one context is not used in another', async () => {
  const [user] = users as [TestUser]
  const [country] = await tenant.pool.query<{ id: number }>(
    sql`UPDATE res_country SET name = '{"en_US": "Nowhere", "fr_FR": "Nulle part"}' WHERE id = (SELECT min(id) FROM res_country) RETURNING id`,
  )
  const name = (lang: string) =>
    answer(user, async (env) => {
      const [row] = await env
        .withContext({ lang })
        .model('res.country', [country?.id ?? 0])
        .loadExisting(['name'])
      return row?.name
    })
  forgetPlans()
  assert.deepEqual([await name('en_US'), await name('fr_FR')], ['Nowhere', 'Nulle part'])
})

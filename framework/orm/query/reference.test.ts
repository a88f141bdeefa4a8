import assert from 'node:assert/strict'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { bumpEpoch, type Tenant, withSystemEnv } from '../../access/index.ts'
import { sql } from '../../sql/index.ts'
import { asUser, type TestUser, testTenant } from '../../testing/index.ts'
import type { Env } from '../env.ts'

process.env.HOLDFAST_APPS = join(import.meta.dirname, '..', '..', 'testing', 'farm', 'apps')

let tenant: Tenant
let user: TestUser
let shown = 0
let hidden = 0
/** Animals: about the shown keeper, about the hidden one, about nobody. */
const animals: number[] = []

before(async () => {
  tenant = await testTenant({ apps: ['farm'] })
  user = await asUser(tenant)
  await withSystemEnv(tenant, 'test.references', {}, async (env) => {
    const keeper = async (name: string) => (await env.model('farm.keeper').create({ name })).id
    shown = await keeper('Shown')
    hidden = await keeper('Hidden')
    for (const about of [`farm.keeper,${shown}`, `farm.keeper,${hidden}`, null])
      animals.push((await env.model('farm.animal').create({ name: 'One', about })).id)
    await env.db.query(sql`DELETE FROM hf_access WHERE model LIKE 'farm.%'`)
    for (const model of ['farm.keeper', 'farm.animal', 'farm.tag'])
      await env.db.query(sql`INSERT INTO hf_access (kind, model, ops, domain, source_model, source_id)
        VALUES ('permission', ${model}, ARRAY['read', 'write', 'create', 'unlink'], NULL, 'test', 0)`)
    await env.db.query(sql`INSERT INTO hf_access (kind, model, ops, domain, source_model, source_id)
      VALUES ('global-rule', 'farm.keeper', ARRAY['read', 'write', 'create', 'unlink'], ${JSON.stringify([['name', '!=', 'Hidden']])}::jsonb, 'test', 0)`)
  })
  await bumpEpoch(tenant.pool)
})

const ways: readonly (readonly [string, (env: Env) => Promise<unknown>])[] = [
  ['read', async (env) => (await env.model('farm.animal', animals).read(['about'])).parse()],
  ['read of ids', async (env) => (await env.model('farm.animal', animals).read(['about'], null)).parse()],
  ['load', (env) => env.model('farm.animal', animals).load('about' as never)],
  ['search_read', async (env) => (await env.model('farm.animal').search_read([], ['about'])).parse()],
  ['web_read', (env) => env.model('farm.animal', animals).web_read({ about: {} })],
  [
    'a list',
    async (env) => env.model('farm.animal', animals).web_read({ child_ids: { fields: { about: {} } }, about: {} }),
  ],
  ['groups', (env) => env.model('farm.animal').formatted_read_group([], ['about'], ['__count'])],
  ['older groups', (env) => env.model('farm.animal').read_group([], ['__count'], ['about'])],
  [
    'aggregates',
    (env) => env.model('farm.animal').formatted_read_group([], [], ['about:array_agg', 'about:min', 'about:max']),
  ],
  ['an export', (env) => env.model('farm.animal', animals).export_data(['name', 'about'])],
]

test('a reference to a record that the caller may not read is absent', async (t) => {
  for (const [name, look] of ways) {
    await t.test(`from ${name}`, async () => {
      const text = JSON.stringify(await user.read(look))
      assert.ok(text.includes(`farm.keeper,${shown}`), `what may be read is there: ${text}`)
      assert.ok(!text.includes(`farm.keeper,${hidden}`), text)
    })
  }
  await t.test('from questions', () =>
    user.read(async (env) => {
      const ask = async (...leaf: [string, string, unknown]) => (await env.model('farm.animal').search([leaf])).ids
      const [first, second, third] = animals as [number, number, number]
      assert.deepEqual(await ask('about', '=', `farm.keeper,${hidden}`), [])
      assert.deepEqual(await ask('about', '!=', `farm.keeper,${hidden}`), animals)
      assert.deepEqual(await ask('about', 'ilike', 'keeper'), [first])
      assert.deepEqual(await ask('about', '=', false), [second, third])
      assert.deepEqual(await ask('about', '>', 'farm'), [first])
    }),
  )
  await t.test('from orders: the hidden one sorts among those without', () =>
    user.read(async (env) => {
      const found = await env.model('farm.animal').search([], 0, null, 'about desc nulls last, id')
      assert.deepEqual([...found.ids], [animals[0], animals[1], animals[2]])
    }),
  )
  await t.test('and whoever may read it still sees it', () =>
    withSystemEnv(tenant, 'test.references', { mode: 'read' }, async (env) => {
      const rows = (await env.model('farm.animal', animals).read(['about'])).parse()
      assert.equal(rows[1]?.about, `farm.keeper,${hidden}`)
    }),
  )
})

test('what refers to a deleted record refers to nothing, in the table as well', async () => {
  const animal = await withSystemEnv(tenant, 'test.references', {}, async (env) => {
    const keeper = await env.model('farm.keeper').create({ name: 'Gone' })
    const one = await env
      .model('farm.animal')
      .create({ name: 'One', about: `farm.keeper,${keeper.id}`, home_id: keeper.id })
    await keeper.unlink()
    return one.id
  })
  const [row] = await tenant.pool.query<{ about: string | null }>(
    sql`SELECT about FROM farm_animal WHERE id = ${animal}::int4`,
  )
  assert.equal(row?.about, null)
  await withSystemEnv(tenant, 'test.references', { mode: 'read' }, async (env) => {
    const [read] = (await env.model('farm.animal', [animal]).read(['about', 'home_id'])).parse()
    assert.deepEqual(read, { id: animal, about: false, home_id: false })
    assert.equal(
      (
        await env.model('farm.animal').search([
          ['id', '=', animal],
          ['home_id', '=', false],
        ])
      ).ids.length,
      1,
    )
  })
})

test('a reference that no record stands behind, or that is none, reads as nothing', async () => {
  await tenant.pool.query(sql`UPDATE farm_animal SET about = 'farm.keeper,999999' WHERE id = ${animals[2] ?? 0}::int4`)
  await tenant.pool.query(sql`UPDATE farm_animal SET about = 'farm.tag,x; y' WHERE id = ${animals[1] ?? 0}::int4`)
  const rows = await user.read(async (env) =>
    (await env.model('farm.animal', animals.slice(1, 3)).read(['about'])).parse(),
  )
  assert.deepEqual(
    rows.map((row) => row.about),
    [false, false],
  )
})

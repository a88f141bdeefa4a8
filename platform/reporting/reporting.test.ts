import assert from 'node:assert/strict'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { bumpEpoch, type Tenant, withSystemEnv } from '../../framework/access/index.ts'
import { id, openPool, type Pool, type Sql, sql } from '../../framework/sql/index.ts'
import { asUser, atEnd, testHome, type TestUser, testTenant } from '../../framework/testing/index.ts'
import { type Data, Dice, fillMaze, type Model } from '../../framework/testing/maze/data.ts'
import { accessRows } from '../../framework/testing/maze/dice-rules.ts'
import type { AccessRow } from '../../framework/testing/maze/policy.ts'
import { byApi, byReport, randomQuestion } from '../../framework/testing/maze/report-questions.ts'
import { disableReporting, enableReporting, refreshReporting, reporters } from './index.ts'

process.env.HOLDFAST_APPS = join(import.meta.dirname, '..', '..', 'framework', 'testing', 'maze', 'apps')
const seed = Number(process.env.HOLDFAST_SEED ?? Date.now() % 1_000_000)
const wanted = Number(process.env.HOLDFAST_CASES ?? 320)
const perRuleSet = 32

let tenant: Tenant
let admin: Pool
let report: Pool
let user: TestUser
let data: Data
let role: string
const groups: number[] = []
const dice = new Dice(seed)

before(async () => {
  tenant = await testTenant({ apps: ['maze'] })
  const home = await testHome()
  const {
    socketDir,
    port,
    database,
    user: name,
    password,
  } = await home.tenants.asSuperuser(tenant.name, 'reporting test')
  const place = { host: socketDir, port, database }
  admin = openPool({ ...place, user: name, password: () => password.reveal(), max: 2 })
  atEnd(() => admin.close())
  user = await asUser(tenant, { login: 'analyst' })
  await withSystemEnv(tenant, 'test.groups', {}, async (env) => {
    for (const label of ['one', 'two']) groups.push((await env.model('res.groups').create({ name: label })).id)
  })
  for (const gid of groups)
    await tenant.pool.query(sql`INSERT INTO res_groups_users_rel (uid, gid) VALUES (${user.uid}::int4, ${gid}::int4)`)
  data = await fillMaze(tenant, dice, [user.uid])
  const made = await enableReporting(admin, tenant, 'analyst')
  role = made.role
  report = openPool({ ...place, user: made.role, password: made.password.reveal(), max: 2 })
  atEnd(() => report.close())
})

const ids = (model: Model) => data[model].map(({ id }) => id)

async function useRules(rows: readonly AccessRow[]): Promise<void> {
  await tenant.pool.query(sql`DELETE FROM hf_access WHERE model LIKE 'maze.%'`)
  const entries = rows.map(({ group, ...row }) => ({ ...row, group_id: group }))
  await tenant.pool.query(sql`INSERT INTO hf_access (kind, model, ops, group_id, domain, fields, source_model, source_id)
    SELECT kind, model, ops, group_id, domain, fields, 'test', 0 FROM jsonb_to_recordset(${JSON.stringify(entries)}::jsonb)
      AS r (kind text, model text, ops text[], group_id int4, domain jsonb, fields text[])`)
  await bumpEpoch(tenant.pool)
}

/** Everything that the two answer differently. */
async function differences(count: number): Promise<{ readonly found: string[]; readonly rows: number }> {
  const found: string[] = []
  let rows = 0
  for (let i = 0; i < count; i++) {
    const { title, statement, ask, refusesAlike } = randomQuestion(dice)
    const api = await byApi(() => user.read((env) => ask(env), { active_test: false }))
    if (api === 'denied' && !refusesAlike) continue
    const net = await byReport(report, statement)
    if (JSON.stringify(net) !== JSON.stringify(api)) found.push(`${title}: ${JSON.stringify({ net, api })}`)
    rows += api === 'denied' ? 0 : api.length
  }
  return { found, rows }
}

/** Rooms of floors 0 and 1 without their note, all the rest. */
const plainRules = (): AccessRow[] => {
  const [group = 0] = groups
  const may = (model: Model, fields: readonly string[] | null = null): AccessRow => ({
    ...{ kind: 'permission', model, ops: ['read'], group, domain: null, fields },
  })
  return [
    may('maze.person'),
    may('maze.tag'),
    may('maze.item'),
    may('maze.room', ['name', 'floor', 'lit', 'parent_id', 'owner_id', 'tag_ids', 'item_ids']),
    { kind: 'group-rule', model: 'maze.room', ops: ['read'], group, domain: [['floor', '<', 2]], fields: null },
  ]
}

test('random questions have the same answer through the reporting role and through the API, under random rules', async (t) => {
  t.diagnostic(`HOLDFAST_SEED=${seed}`)
  let seen = 0
  for (let asked = 0; asked < wanted; asked += perRuleSet) {
    const rules = accessRows(dice, groups, ids)
    await useRules(rules)
    await refreshReporting(admin, tenant, user.uid)
    const { found, rows } = await differences(perRuleSet)
    assert.deepEqual(found, [], JSON.stringify(rules))
    seen += rows
  }
  assert.ok(seen > wanted, `only ${seen} rows were seen`)
})

describe('a broken twin of the net is told from the net', () => {
  const broken: Readonly<Record<string, (schema: Sql) => readonly Sql[]>> = {
    'the clause of a rule is gone': (schema) => [
      sql`CREATE OR REPLACE FUNCTION ${schema}.ids_maze_room() RETURNS SETOF int4 LANGUAGE sql STABLE SECURITY DEFINER AS 'SELECT id FROM app.maze_room'`,
    ],
    'row security is off': () => [sql`ALTER TABLE app.maze_room DISABLE ROW LEVEL SECURITY`],
  }
  for (const [title, statements] of Object.entries(broken))
    test(`when ${title}`, async () => {
      await useRules(plainRules())
      await refreshReporting(admin, tenant, user.uid)
      assert.deepEqual((await differences(20)).found, [])
      for (const statement of statements(schemaOf())) await admin.query(statement, { prepared: false })
      assert.ok((await differences(40)).found.length > 0)
      await refreshReporting(admin, tenant, user.uid)
      assert.deepEqual((await differences(20)).found, [])
    })
})

const schemaOf = (): Sql => id(`report_${user.uid}`)

describe('an attacker with the password of a reporting role', () => {
  before(async () => {
    await useRules(plainRules())
    await withSystemEnv(tenant, 'test.canary', {}, async (env) => {
      for (let i = 0; i < 300; i++)
        await env.model('maze.room').create({ name: `CANARY ${i}`, floor: 9, note: 'CANARY note' })
    })
    await admin.query(sql`ANALYZE app.maze_room`)
    await refreshReporting(admin, tenant, user.uid)
  })

  const refused: Readonly<Record<string, () => Sql>> = {
    'reads the table itself': () => sql`SELECT name FROM app.maze_room`,
    'reads a secret': () => sql`SELECT password FROM res_users`,
    'reads a field that the user may not': () => sql`SELECT note FROM maze_room`,
    'becomes the role that reads': () => sql`SET ROLE ${id(`holdfast_reader_${user.uid}`)}`,
    'becomes the role of requests': () => sql`SET ROLE holdfast_app`,
    'becomes the superuser': () => sql`SET SESSION AUTHORIZATION holdfast_admin`,
    'asks the function behind a policy': () => sql`SELECT ${schemaOf()}.ids_maze_room()`,
    'makes a function that tells what it is given': () =>
      sql`CREATE FUNCTION ${schemaOf()}.leak(text) RETURNS bool LANGUAGE sql COST 0.0001 AS 'SELECT true'`,
    'makes a temporary table': () => sql`CREATE TEMPORARY TABLE mine (a int)`,
    'reads the statistics of columns': () => sql`SELECT most_common_vals FROM pg_stats WHERE tablename = 'maze_room'`,
    'reads the statistics themselves': () => sql`SELECT stavalues1::text FROM pg_statistic`,
    'counts the rows of a table': () => sql`SELECT reltuples FROM pg_class WHERE relname = 'maze_room'`,
    'counts live rows': () => sql`SELECT n_live_tup FROM pg_stat_user_tables`,
    'asks for the size of a table': () => sql`SELECT pg_relation_size(oid) FROM pg_class WHERE relname = 'maze_room'`,
    'reads the text of policies': () => sql`SELECT qual FROM pg_policies`,
    'reads the bodies of functions': () => sql`SELECT prosrc FROM pg_proc WHERE proname = 'ids_maze_room'`,
    'writes through a view': () => sql`UPDATE maze_room SET name = 'mine'`,
    'writes to the table': () => sql`DELETE FROM app.maze_room`,
    'takes a lock that jobs wait for': () => sql`SELECT pg_advisory_xact_lock(1)`,
    'reads a file of the server': () => sql`SELECT pg_read_file('PG_VERSION')`,
    'runs a program': () => sql`COPY (SELECT 1) TO PROGRAM 'cat'`,
    'lifts its limit of connections': () => sql`ALTER ROLE ${id(role)} CONNECTION LIMIT -1`,
    'lets itself pass row security': () => sql`ALTER ROLE ${id(role)} BYPASSRLS`,
    'lists roles': () => sql`SELECT rolname FROM pg_roles`,
    'lists sessions': () => sql`SELECT query FROM pg_stat_activity`,
    'exports all as XML': () => sql`SELECT query_to_xml('SELECT * FROM app.maze_room', true, true, '')`,
  }
  for (const [title, statement] of Object.entries(refused))
    test(`is refused who ${title}`, async () => {
      const error = await report.query(statement(), { prepared: false }).then(
        (rows) => assert.fail(`got ${JSON.stringify(rows).slice(0, 200)}`),
        (error: Error & { cause?: { code?: string } }) => error,
      )
      assert.match(String(error.cause?.code), /^(42501|42703|42P01|25006|0A000|55000)$/, String(error.cause))
    })

  test('functions that fail on a hidden row are never given one', async () => {
    const division = await report.query<{ n: number }>(
      sql`SELECT count(*)::int4 AS n FROM maze_room WHERE 1 / (floor - 9) <= 0`,
    )
    assert.ok((division[0]?.n ?? 0) > 0)
    const error = await report.query(sql`SELECT id FROM maze_room WHERE name::int4 > 0`).catch((e: Error) => e)
    assert.ok(error instanceof Error && !`${error.message} ${String(error.cause)}`.includes('CANARY'))
  })

  test('switching row security off shows nothing more', async () => {
    const [row] = await report
      .query<{ n: number }>(sql`WITH s AS (SELECT set_config('row_security', 'off', false))
      SELECT count(*)::int4 AS n FROM s, maze_room WHERE floor = 9`)
      .catch(() => [{ n: 0 }])
    assert.equal(row?.n, 0)
  })

  test('the planner’s estimates do not tell of hidden rows', async () => {
    const estimate = async (floor: number) => {
      const [row] = await report.query<{ 'QUERY PLAN': unknown }>(
        sql`EXPLAIN (FORMAT JSON) SELECT * FROM maze_room WHERE floor = ${floor}::int4`,
        { prepared: false },
      )
      return JSON.stringify(row).replaceAll(`floor = ${floor}`, '')
    }
    assert.equal(await estimate(9), await estimate(77_777))
  })

  test('nothing that can be read says CANARY', async () => {
    const views = await report.query<{ name: string }>(
      sql`SELECT table_name::text AS name FROM information_schema.tables WHERE table_schema = ${`report_${user.uid}`}`,
    )
    assert.ok(views.length > 20)
    for (const { name } of views) {
      const rows = await report.query<{ text: string }>(sql`SELECT v::text AS text FROM ${id(name)} v`)
      assert.ok(!rows.some(({ text }) => text.includes('CANARY') || text.includes('pbkdf2')), name)
    }
  })

  test('rights that changed let every view refuse until it is made anew; the product itself goes on', async () => {
    await bumpEpoch(tenant.pool)
    await assert.rejects(
      report.query(sql`SELECT id FROM maze_room`),
      (error: Error & { cause?: { message?: string } }) =>
        /Rights have changed/.test(String(error.cause?.message ?? error.message)),
    )
    const [all] = await tenant.pool.query<{ n: number }>(sql`SELECT count(*)::int4 AS n FROM maze_room WHERE floor = 9`)
    assert.equal(all?.n, 300)
    await refreshReporting(admin, tenant, user.uid)
    assert.ok((await report.query(sql`SELECT id FROM maze_room`)).length > 0)
  })

  test('an archived user reads nothing, and a role that is taken away leaves nothing behind', async () => {
    await withSystemEnv(tenant, 'test.archive', {}, (env) =>
      env.model('res.users', [user.uid]).write({ active: false }),
    )
    await refreshReporting(admin, tenant, user.uid)
    assert.equal(await byReport(report, sql`SELECT id FROM maze_room`), 'denied')
    await disableReporting(admin, tenant, 'analyst')
    assert.deepEqual(await reporters(admin, tenant), [])
    await assert.rejects(report.query(sql`SELECT 1`))
    const [left] = await admin.query<{ n: number }>(sql`SELECT count(*)::int4 AS n FROM pg_policy`)
    assert.equal(left?.n, 0)
  })
})

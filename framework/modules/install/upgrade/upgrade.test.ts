import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { type DatabaseAddress, type Pool, sql } from '../../../sql/index.ts'
import { addressOf, emptyDatabase } from '../../../testing/index.ts'
import { stage, type Task } from '../testing/stage.ts'
import type { UpgradePlan } from './upgrade.ts'

const folder = await mkdtemp(join(tmpdir(), 'holdfast-versions-'))
after(() => rm(folder, { recursive: true, force: true }))

let made = 0
/** A folder with the application `toy` in the version that these declarations make. */
async function version(number: string, declarations: string, manifest = ''): Promise<string> {
  const apps = join(folder, `v${++made}`)
  await mkdir(join(apps, 'toy'), { recursive: true })
  const face = JSON.stringify(join(import.meta.dirname, '..', '..', '..', 'index.ts'))
  await writeFile(
    join(apps, 'toy', 'declarations.ts'),
    `import { access, computed, f, fields, model, records, ref } from ${face}\n${declarations}`,
  )
  await writeFile(
    join(apps, 'toy', 'app.ts'),
    `export default { name: 'toy', title: 'Toy', summary: '', version: '${number}', depends: ['base'], load: [() => import('./declarations.ts')], ${manifest} }`,
  )
  return apps
}

const first = await version(
  '1.0.0',
  `model('toy.box', fields({
    name: f.char({ required: true, index: true }), code: f.char(), size: f.int(), weight: f.float(), when: f.datetime(), flag: f.bool(),
    state: f.sel({ a: 'A', b: 'B', c: 'C' }), note: f.text(), title: f.char({ translate: true }), owner_id: f.m2o('res.users', { index: true }),
    tag_ids: f.m2m('res.partner.category'), thing: f.ref({ 'toy.box': 'Box', 'res.users': 'User' }), empty: f.char(), photo: f.binary(),
  }), { description: 'Box', constraints: { size_ok: { check: ['size', '>=', 0], message: 'No negative size.' } } })
  model('toy.old', fields({ name: f.char() }), { description: 'Old' })
  access('toy.box', { group: 'base.group_user', ops: ['read'] }, { group: 'base.group_system', ops: ['read', 'write', 'create', 'unlink'] })
  records('toy.box', { shipped: { name: 'Shipped', code: '7', size: 1, state: 'a' }, dropped: { name: 'Dropped', code: '8', size: 2 } })`,
)
// All fields of the first version, to be changed one at a time.
const fieldsOf = (change: Readonly<Record<string, string | null>> = {}): string => {
  const all: Record<string, string | null> = {
    name: `f.char({ required: true, index: true })`,
    code: 'f.char()',
    size: 'f.int()',
    weight: 'f.float()',
    when: 'f.datetime()',
    flag: 'f.bool()',
    state: `f.sel({ a: 'A', b: 'B', c: 'C' })`,
    note: 'f.text()',
    title: 'f.char({ translate: true })',
    owner_id: `f.m2o('res.users', { index: true })`,
    tag_ids: `f.m2m('res.partner.category')`,
    thing: `f.ref({ 'toy.box': 'Box', 'res.users': 'User' })`,
    empty: 'f.char()',
    photo: 'f.binary()',
    ...change,
  }
  return `fields({ ${Object.entries(all)
    .filter(([, text]) => text !== null)
    .map(([key, text]) => `${key}: ${text}`)
    .join(', ')} })`
}
const rights = `access('toy.box', { group: 'base.group_user', ops: ['read'] }, { group: 'base.group_system', ops: ['read', 'write', 'create', 'unlink'] })`
const old = `model('toy.old', fields({ name: f.char() }), { description: 'Old' })`
const shipped = `records('toy.box', { shipped: { name: 'Shipped', code: '7', size: 1, state: 'a' }, dropped: { name: 'Dropped', code: '8', size: 2 } })`
const withFields = (
  change: Readonly<Record<string, string | null>>,
  constraints = `size_ok: { check: ['size', '>=', 0], message: 'No negative size.' }`,
): Promise<string> =>
  version(
    '1.1.0',
    `model('toy.box', ${fieldsOf(change)}, { description: 'Box', constraints: { ${constraints} } })\n${old}\n${rights}\n${shipped}`,
  )

describe('an upgrade of an application', () => {
  let pool: Pool
  let address: DatabaseAddress
  const run = <T>(apps: string, task: Omit<Task, 'address' | 'apps'>): Promise<T> =>
    stage<T>({ address, apps, ...task })
  const schema = () =>
    pool.query(sql`
      SELECT c.relname, a.attname, y.typname, a.attnotnull FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      JOIN pg_type y ON y.oid = a.atttypid WHERE c.relnamespace = current_schema()::regnamespace AND c.relname LIKE 'toy%' ORDER BY 1, 2`)

  before(async () => {
    const database = await emptyDatabase()
    pool = database.pool
    address = await addressOf(pool)
    await run(first, { do: 'init', names: ['toy'] })
    await run(first, {
      do: 'write',
      model: 'toy.box',
      values: {
        name: 'Mine',
        code: '42',
        size: 5,
        weight: 1.5,
        when: '2026-01-02 03:04:05',
        flag: true,
        state: 'b',
        note: 'x'.repeat(20),
        title: 'Hello',
        owner_id: 2,
        thing: 'toy.box,1',
        photo: 'aGVsbG8=',
      },
    })
  })

  it('has nothing to do where nothing changed', async () => {
    assert.deepEqual(await run<UpgradePlan>(first, { do: 'plan' }), { reasons: [], words: [], refusals: [] })
  })

  // What stands against it, and the change of the fields (or a rule) that brings it up.
  const refused: readonly (readonly [RegExp, Readonly<Record<string, string>>, string?])[] = [
    [/toy\.box\.note would become int4, but 1 of its values are no whole numbers/, { note: 'f.int()' }],
    [/toy\.box\.weight would become int4, but 1 of its values are no whole numbers/, { weight: 'f.int()' }],
    [/toy\.box\.when would become date, but 1 of its values have a time of day/, { when: 'f.date()' }],
    [/toy\.box\.size would become bool, but 2 of its values are neither 0 nor 1/, { size: 'f.bool()' }, ''],
    [/toy\.box\.flag would turn 1 values of bool into date/, { flag: 'f.date()' }],
    [
      /toy\.box\.owner_id would refer to res\.partner instead of res\.users, but 1 records/,
      { owner_id: `f.m2o('res.partner')` },
    ],
    [/toy\.box\.state no longer offers a choice that 2 records have/, { state: `f.sel({ a: 'A', c: 'C' })` }],
    [/toy\.box\.code would become int4, but 1 of its values/, { code: 'f.int()' }],
    [/toy\.box\.fresh is new and required, but 3 records/, { fresh: 'f.char({ required: true })' }],
    [
      /1 values of state occur more than once.*“One of each\.”/,
      {},
      `state_uniq: { unique: ['state'], message: 'One of each.' }`,
    ],
  ]
  const other: typeof refused = [
    [/toy\.box\.note would hold 10 characters, but 1 of its values are longer/, { note: 'f.char({ size: 10 })' }],
    [/toy\.box\.empty would be required, but 3 records have no value/, { empty: 'f.char({ required: true })' }],
    [
      /2 records break the new rule “Small ones only\.”/,
      {},
      `size_small: { check: ['size', '<', 2], message: 'Small ones only.' }`,
    ],
  ]
  for (const [what, cases] of [
    ['values that do not fit', refused],
    ['lengths, gaps and rules', other],
  ] as const) {
    it(`refuses ${what} before anything is touched, and says of each field how many records stand against it`, async () => {
      await pool.query(sql`UPDATE toy_box SET code = '007' WHERE name = 'Mine'`)
      await pool.query(sql`UPDATE toy_box SET state = 'b' WHERE name = 'Dropped'`)
      const before = await schema()
      const rules = cases.flatMap(([, , rule]) => rule ?? []).filter((rule) => rule !== '')
      const apps = await withFields(Object.assign({}, ...cases.map(([, change]) => change)), rules.join(', '))
      const { refusals } = await run<UpgradePlan>(apps, { do: 'plan' })
      assert.equal(refusals.length, cases.length, refusals.join('\n'))
      for (const [message] of cases) assert.match(refusals.join('\n'), message)
      await assert.rejects(run(apps, { do: 'upgrade' }), { code: 'ERR_SCHEMA_LOSS' })
      assert.deepEqual(await schema(), before)
      await pool.query(sql`UPDATE toy_box SET code = '42' WHERE name = 'Mine'`)
      await pool.query(sql`UPDATE toy_box SET state = NULL WHERE name = 'Dropped'`)
    })
  }

  it('stops at an application’s own check, and at a model that cannot be read; all is as it was', async () => {
    const before = await schema()
    const checked = await version(
      '1.1.0',
      `model('toy.box', ${fieldsOf({ more: 'f.char()' })}, { description: 'Box' })\n${old}\n${rights}\n${shipped}`,
      `check: async (env) => { if ((await env.model('toy.box').search_count([])) < 9) throw new Error('fewer than nine boxes') }`,
    )
    await assert.rejects(run(checked, { do: 'upgrade' }), {
      code: 'ERR_UPGRADE_CHECK',
      message: /toy says: fewer than nine boxes/,
    })
    const broken = await version(
      '1.1.0',
      `model('toy.box', ${fieldsOf({ more: 'f.char({ compute: true })' })}, { description: 'Box' })
      computed('toy.box', 'more', ['name'], () => { throw new Error('cannot be worked out') })\n${old}\n${rights}\n${shipped}`,
    )
    await assert.rejects(run(broken, { do: 'upgrade' }), {
      code: 'ERR_UPGRADE_CHECK',
      message: /toy\.box cannot be read: cannot be worked out/,
    })
    assert.deepEqual(await schema(), before)
  })

  it('stops when records of people would go', async () => {
    const eager = await version(
      '1.1.0',
      `model('toy.box', ${fieldsOf()}, { description: 'Box' })\n${old}\n${rights}\n${shipped}`,
      `upgrade: { '1.1.0': async (env) => void (await (await env.model('toy.box').search([['name', '=', 'Mine']])).unlink()) }`,
    )
    await assert.rejects(run(eager, { do: 'upgrade' }), { code: 'ERR_UPGRADE_CHECK', message: /\d rows are missing/ })
  })

  it('converts what can be, renames with all that refers to it, fills what has a default, and runs the steps of its version', async () => {
    const uid = (await pool.query<{ id: number }>(sql`SELECT id FROM ir_model WHERE model = 'toy.box'`))[0]?.id ?? 0
    await pool.query(sql`
      INSERT INTO ir_rule (name, active, model_id, domain_force, "global", perm_read, perm_write, perm_create, perm_unlink)
      VALUES ('By hand', true, ${uid}, '[(''name'', ''!='', ''Secret''), (''owner_id.login'', ''!='', ''nobody'')]', true, true, true, true, true)`)
    await pool.query(sql`
      INSERT INTO ir_model_fields (name, complete_name, model, model_id, field_description, ttype, relation, on_delete, state, store)
      VALUES ('x_box_id', 'res.partner.x_box_id', 'res.partner', (SELECT id FROM ir_model WHERE model = 'res.partner'), 'Box', 'many2one', 'toy.box', 'set null', 'manual', true)`)
    const before = await pool.query(sql`SELECT id FROM ir_model_fields WHERE model = 'toy.box' AND name = 'name'`)
    const second = await version(
      '2.0.0',
      `model('toy.crate', ${fieldsOf({
        name: null,
        code: 'f.int()',
        size: 'f.char()',
        weight: 'f.float({ digits: [12, 3] })',
        note: 'f.char({ size: 20 })',
        title: 'f.char()',
        state: `f.sel({ a: 'A', b: 'B' })`,
        empty: null,
        photo: null,
        flag: null,
        label: `f.char({ required: true, was: ['older', 'name'], index: true })`,
        picture: `f.binary({ was: 'photo' })`,
        kind: `f.char({ required: true, default: 'plain' })`,
        step: 'f.char()',
        when: 'f.char()',
        thing: `f.ref({ 'toy.crate': 'Crate', 'res.users': 'User' })`,
      })}, { description: 'Crate', was: 'toy.box', recName: 'label', constraints: { code_uniq: { unique: ['code'], message: 'Once.' } } })
      access('toy.crate', { group: 'base.group_system', ops: ['read', 'write', 'create', 'unlink'] })
      records('toy.crate', { shipped: { label: 'Shipped', code: 7, size: '1', state: 'a' } })`,
      `upgrade: { '1.0.0': () => assert.fail(), '1.5.0': async (env) => void (await (await env.model('toy.crate').search([])).write({ step: 'one' })),
        '2.0.0': async (env) => { const all = await env.model('toy.crate').search([['step', '=', 'one']]); await all.write({ step: 'two' }) }, '2.1.0': () => assert.fail() }`,
    )
    const plan = await run<UpgradePlan>(second, { do: 'plan' })
    assert.deepEqual(plan.refusals, [])
    assert.deepEqual(plan.reasons, ['toy 1.0.0 becomes 2.0.0'])
    for (const words of [
      'rename toy.box to toy.crate',
      'rename toy.crate.name to label',
      'convert toy.crate.code from varchar to int4',
      'drop toy.crate.empty',
      'keep 1 values of toy.crate.flag aside',
      'drop the table toy_old',
    ])
      assert.ok(plan.words.includes(words), `${words} in ${plan.words.join('; ')}`)
    await run(second, { do: 'upgrade' })
    const [mine] = (
      await run<Record<string, unknown>[]>(second, {
        do: 'read',
        model: 'toy.crate',
        fields: ['label', 'code', 'size', 'weight', 'note', 'title', 'kind', 'step', 'when', 'thing', 'owner_id'],
      })
    ).filter(({ label }) => label === 'Mine')
    assert.deepEqual(
      { ...mine, id: 0 },
      {
        id: 0,
        label: 'Mine',
        code: 42,
        size: '5',
        weight: 1.5,
        note: 'x'.repeat(20),
        title: 'Hello',
        kind: 'plain',
        step: 'two',
        when: '2026-01-02 03:04:05',
        thing: 'toy.crate,1',
        owner_id: [2, 'Administrator'],
      },
    )
    const rows = await pool.query<Record<string, unknown>>(sql`
      SELECT (SELECT count(*)::int4 FROM ir_model WHERE model IN ('toy.box', 'toy.old')) AS models, (SELECT relation FROM ir_model_fields WHERE name = 'x_box_id') AS relation,
        (SELECT domain_force FROM ir_rule WHERE name = 'By hand') AS rule, (SELECT count(*)::int4 FROM hf_access WHERE model = 'toy.box') AS access,
        (SELECT count(*)::int4 FROM toy_crate WHERE label = 'Dropped') AS dropped, to_regclass('toy_old') IS NULL AS old,
        (SELECT id FROM ir_model_fields WHERE model = 'toy.crate' AND name = 'label') AS field, (SELECT count(*)::int4 FROM toy_crate WHERE flag) AS flags,
        (SELECT count(*)::int4 FROM ir_model_data d WHERE d.model = 'ir.model.fields' AND NOT EXISTS (SELECT 1 FROM ir_model_fields f WHERE f.id = d.res_id)) AS dangling,
        (SELECT res_model || '.' || res_field FROM ir_attachment WHERE res_model LIKE 'toy.%') AS file`)
    assert.deepEqual(rows, [
      {
        models: 0,
        relation: 'toy.crate',
        rule: `[('label', '!=', 'Secret'), ('owner_id.login', '!=', 'nobody')]`,
        access: 0,
        dropped: 0,
        old: true,
        field: before[0]?.id,
        flags: 1,
        dangling: 0,
        file: 'toy.crate.picture',
      },
    ])
    assert.deepEqual(await run<UpgradePlan>(second, { do: 'plan' }), { reasons: [], words: [], refusals: [] })
    assert.equal((await run<{ changes: number }>(second, { do: 'upgrade' })).changes, 0)
    await run(second, { do: 'drop' })
    assert.deepEqual(
      await pool.query(sql`SELECT 1 FROM pg_attribute WHERE attrelid = 'toy_crate'::regclass AND attname = 'flag'`),
      [],
    )
  })
})

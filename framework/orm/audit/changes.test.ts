import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { type Tenant, withSystemEnv } from '../../access/index.ts'
import { openTenant } from '../../modules/index.ts'
import { openPool, sql, withTransaction } from '../../sql/index.ts'
import { actAs, addressOf, asUser, takeEntries, type TestUser, twoTenants } from '../../testing/index.ts'

let tenant: Tenant
let other: Tenant
let admin: TestUser
let clerk: TestUser

before(async () => {
  const tenants = await twoTenants({ apps: ['base'] })
  tenant = tenants[0]
  other = tenants[1]
  admin = actAs(tenant, 2)
  clerk = await asUser(tenant, { groups: ['base.group_user', 'base.group_partner_manager'] })
  await admin.write((env) => switchOn(env, 'res.partner', { audit_changes: true }))
  await takeEntries(tenant)
  await takeEntries(other)
})

type Env = Parameters<Parameters<TestUser['write']>[0]>[0]

async function switchOn(env: Env, model: string, values: Readonly<Record<string, boolean>>): Promise<void> {
  await (await env.model('ir.model').search([['model', '=', model]])).write(values as never)
}

const make = (user: TestUser, values: readonly object[]) =>
  user.write(async (env) => (await env.model('res.partner').create(values as never)).ids)
const write = (user: TestUser, ids: readonly number[], values: object) =>
  user.write((env) => env.model('res.partner', ids).write(values as never))

test('a new record is one entry with who made it and every value it was made with', async () => {
  const ids = await make(clerk, [{ name: 'Ada', email: 'ada@example.com' }, { name: 'Bob' }])
  const [entry, ...rest] = await takeEntries(tenant)
  assert.equal(rest.length, 0)
  assert.equal(entry?.kind, 'record.created')
  assert.equal(entry.actor.uid, clerk.uid)
  assert.deepEqual(entry.ids, ids)
  assert.deepEqual(
    entry.personal?.map(({ subject, data }) => [subject, data['name'], data['email']]),
    [
      [`res.partner,${ids[0]}`, 'Ada', 'ada@example.com'],
      [`res.partner,${ids[1]}`, 'Bob', undefined],
    ],
  )
  assert.ok(
    !JSON.stringify([entry.what, entry.actor]).includes('ada@example.com'),
    'values stand in the sealed part only',
  )
})

test('a write tells old and new values, of those records and fields alone in which something changed', async () => {
  const ids = await make(clerk, [
    { name: 'Ann', phone: '1' },
    { name: 'Ben', phone: '2' },
  ])
  await takeEntries(tenant)
  await write(clerk, ids, { phone: '2', city: 'Ghent' })
  await write(clerk, ids, { phone: '2' })
  const [entry, ...rest] = (await takeEntries(tenant)).filter(({ what }) => what['computed'] !== true)
  assert.equal(rest.length, 0, 'a write that changes nothing is none')
  assert.ok(entry)
  assert.deepEqual(new Set(entry.what['fields'] as string[]), new Set(['phone', 'city']))
  assert.deepEqual(entry.personal, [
    { subject: `res.partner,${ids[0]}`, data: { phone: ['1', '2'], city: [null, 'Ghent'] } },
    { subject: `res.partner,${ids[1]}`, data: { city: [null, 'Ghent'] } },
  ])
})

test('writes of one record after the other in a request are one entry, in their order, as long as nothing comes between', async () => {
  const ids = await make(
    clerk,
    Array.from({ length: 10 }, (_, i) => ({ name: `No ${i}` })),
  )
  await takeEntries(tenant)
  await clerk.write(async (env) => {
    for (const id of ids) await env.model('res.partner', [id]).write({ phone: `${id}` } as never)
    await env.model('res.partner', ids).write({ phone: 'all' } as never)
  })
  const written = (await takeEntries(tenant)).toSorted((a, b) => Number(a.what['step']) - Number(b.what['step']))
  assert.deepEqual(
    written.map(({ ids: of, personal }) => [of, personal?.map(({ data }) => data['phone'])]),
    [
      [ids, ids.map((id) => [null, `${id}`])],
      [ids, ids.map((id) => [`${id}`, 'all'])],
    ],
  )
})

test('links, files, what is computed and amounts of other languages are told as well', async () => {
  const [id = 0] = await make(clerk, [{ name: 'Cleo' }])
  await takeEntries(tenant)
  const [tag = 0] = await admin.write(
    async (env) => (await env.model('res.partner.category').create({ name: 'Guest' } as never)).ids,
  )
  await write(clerk, [id], { category_id: [[4, tag]] })
  await write(clerk, [id], { category_id: [[5]] })
  await write(clerk, [id], { image_1920: 'iVBORw0KGgo=' })
  await write(clerk, [id], { name: 'Cleopatra' })
  const entries = await takeEntries(tenant)
  const data = (field: string) =>
    entries
      .filter(({ what }) => (what['fields'] as string[])?.includes(field))
      .map(({ personal }) => personal?.[0]?.data[field])
  assert.deepEqual(data('category_id'), [{ linked: [tag] }, { unlinked: [tag] }])
  assert.deepEqual(data('complete_name'), [['Cleo', 'Cleopatra']])
  const [file] = data('image_1920') as { file: [null, string] }[]
  assert.match(file?.file[1] ?? '', /^[0-9a-f]{40}$/, 'of a file its digest, not what is in it')
})

test('a deletion is told of any model, with names sealed and what went with it', async () => {
  const [parent = 0] = await make(clerk, [{ name: 'House' }])
  const [child = 0] = await make(clerk, [{ name: 'Room', parent_id: parent }])
  const [tag = 0] = await admin.write(
    async (env) => (await env.model('res.partner.category').create({ name: 'Short-lived' } as never)).ids,
  )
  await takeEntries(tenant)
  await admin.write((env) => env.model('res.partner.category', [tag]).unlink())
  await clerk.write((env) => env.model('res.partner', [child]).unlink())
  const deleted = (await takeEntries(tenant)).filter(({ kind }) => kind === 'record.deleted')
  assert.deepEqual(
    deleted.map(({ model, ids, personal }) => [model, ids, personal?.[0]?.subject]),
    [
      ['res.partner.category', [tag], `res.partner.category,${tag}`],
      ['res.partner', [child], `res.partner,${child}`],
    ],
  )
  assert.match(JSON.stringify(deleted[0]?.personal), /Short-lived/)
})

test('what is rolled back leaves no entry, be it a transaction, a refused write or a part that was undone', async () => {
  const [id = 0] = await make(clerk, [{ name: 'Dora' }])
  await takeEntries(tenant)
  const failed = clerk.write(async (env) => {
    await env.model('res.partner', [id]).write({ phone: '9', category_id: [[0, 0, { name: 'Never' }]] } as never)
    throw new Error('changed my mind')
  })
  await assert.rejects(failed)
  const reader = await asUser(tenant)
  await takeEntries(tenant)
  await assert.rejects(write(reader, [id], { phone: '10' }), { status: 403 })
  await admin.write(async (env) => {
    const undone = env.tx?.savepoint(async () => {
      env.record({ kind: 'data.exported', what: { fields: [] } })
      throw new Error('undone')
    })
    await assert.rejects(undone as Promise<never>)
  })
  assert.deepEqual(await takeEntries(tenant), [])
})

test('a model that nobody opted in has no entries of changes, and a switch holds from the next request in every process', async () => {
  const pool = openPool(await addressOf(tenant.pool))
  try {
    const elsewhere = await openTenant({ name: tenant.name, pool, files: tenant.files })
    const there = actAs(elsewhere, 2)
    const rename = (name: string) =>
      there.write(async (env) => (await env.model('res.partner.category').create({ name } as never)).ids)
    await rename('before')
    assert.deepEqual(await takeEntries(tenant), [])
    await admin.write((env) => switchOn(env, 'res.partner.category', { audit_changes: true }))
    assert.equal((await takeEntries(tenant))[0]?.kind, 'models.changed', 'the switch itself is told')
    await rename('after')
    assert.equal((await takeEntries(tenant))[0]?.kind, 'record.created')
    await admin.write((env) => switchOn(env, 'res.partner.category', { audit_changes: false }))
    await takeEntries(tenant)
    await rename('later')
    assert.deepEqual(await takeEntries(tenant), [])
  } finally {
    await pool.close()
  }
})

test('only administrators switch what the log keeps, and rights stay in it whatever they switch', async () => {
  await assert.rejects(
    clerk.write((env) => switchOn(env, 'res.partner', { audit_changes: false })),
    { status: 403 },
  )
  await admin.write((env) => switchOn(env, 'res.groups', { audit_changes: false }))
  await takeEntries(tenant)
  await admin.write((env) => env.model('res.groups').create({ name: 'Auditors' } as never))
  assert.equal((await takeEntries(tenant))[0]?.kind, 'rights.changed')
})

test('a secret is told to have changed, and never what it is', async () => {
  await admin.write(async (env) => {
    await env.model('res.users', [clerk.uid]).write({ password: 'seven green lanterns' } as never)
    await env.model('ir.config_parameter').create({ key: 'mail.smtp_password', value: 'hunter2-hunter2' } as never)
  })
  const entries = await takeEntries(tenant)
  assert.ok(entries.some(({ kind, ids }) => kind === 'password.changed' && ids?.[0] === clerk.uid))
  assert.ok(entries.some(({ kind, model }) => kind === 'settings.changed' && model === 'ir.config_parameter'))
  const [row] = await tenant.pool.query<{ hash: string }>(
    sql`SELECT password AS hash FROM res_users WHERE id = ${clerk.uid}`,
  )
  for (const secret of ['seven green lanterns', 'hunter2-hunter2', row?.hash ?? ''])
    assert.ok(!JSON.stringify(entries).includes(secret))
})

test('an elevation is told once per request with how often, and not at all when the request fails', async () => {
  const ids = await make(clerk, [{ name: 'Ed' }, { name: 'Eva' }])
  await takeEntries(tenant)
  await clerk.write(async (env) => {
    for (const id of ids) await env.model('res.partner', [id]).unlink()
  })
  const told = (await takeEntries(tenant)).filter(({ kind }) => kind === 'elevation.used')
  assert.deepEqual(
    told.map(({ what }) => [what['name'], what['count']]),
    [['base.partners.users', 2]],
  )
})

test('exports and imports are told with model, fields and number, not with what was in them', async () => {
  const ids = await make(clerk, [{ name: 'Fay', email: 'fay@example.com' }])
  await takeEntries(tenant)
  await clerk.read((env) => env.model('res.partner', ids).export_data(['name', 'email', 'parent_id/name']))
  await clerk.write((env) => env.model('res.partner').load_rows(['name', 'phone'], [['Gil', '5']]))
  const entries = await takeEntries(tenant)
  const exported = entries.find(({ kind }) => kind === 'data.exported')
  assert.deepEqual(
    [exported?.model, exported?.ids, exported?.what],
    ['res.partner', ids, { fields: ['name', 'email', 'parent_id/name'], count: 1 }],
  )
  const imported = entries.find(({ kind }) => kind === 'data.imported')
  assert.deepEqual([imported?.model, imported?.what], ['res.partner', { fields: ['name', 'phone'], count: 1 }])
  assert.ok(!JSON.stringify(entries).includes('fay@example.com'))
})

test('bringing applications to a database writes no entry per record, and nothing crosses to another tenant', async () => {
  await withSystemEnv(tenant, 'test.bulk', { isBulk: true }, (env) =>
    env.model('res.groups').create({ name: 'Bulk' } as never),
  )
  await withTransaction(tenant.pool, async () => undefined)
  assert.deepEqual(await takeEntries(tenant), [])
  assert.deepEqual(await takeEntries(other), [])
})

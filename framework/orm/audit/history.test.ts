import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { type Tenant, withEnv } from '../../access/index.ts'
import { entriesOfRecords, eraseSubject, originWithin, sealAll } from '../../audit/index.ts'
import { actAs, asUser, type TestUser, twoTenants } from '../../testing/index.ts'

let tenant: Tenant
let other: Tenant
let admin: TestUser
let clerk: TestUser
let reader: TestUser

type Env = Parameters<Parameters<TestUser['write']>[0]>[0]

before(async () => {
  const tenants = await twoTenants({ apps: ['base'] })
  tenant = tenants[0]
  other = tenants[1]
  for (const one of tenants) await actAs(one, 2).write((env) => switchOn(env, 'res.partner'))
  admin = actAs(tenant, 2)
  clerk = await asUser(tenant, { groups: ['base.group_user', 'base.group_partner_manager'] })
  reader = await asUser(tenant)
})

async function switchOn(env: Env, model: string): Promise<void> {
  await (await env.model('ir.model').search([['model', '=', model]])).write({ audit_changes: true } as never)
}

/** Writes in a request of its own, whose id is given back. */
async function request(user: TestUser, fn: (env: Env) => Promise<unknown>, on: Tenant = tenant): Promise<string> {
  const origin = originWithin('system')
  await withEnv(on, user.uid, { mode: 'write', origin }, fn)
  return origin.requestId
}
const make = (values: object, user = clerk) =>
  user.write(async (env) => (await env.model('res.partner').create(values as never)).id)
const change = (id: number, values: object, user = clerk) =>
  request(user, (env) => env.model('res.partner', [id]).write(values as never))
const history = (user: TestUser, ids: readonly number[], limit = 80, offset = 0) =>
  user.read((env) => env.model('res.partner', ids).get_history(limit, offset))
const undo = (user: TestUser, of: string, overwrite = false) =>
  user.write((env) => env.model('res.partner').undo_change(of, overwrite))
const value = async (id: number, field: string) =>
  ((await admin.read((env) => env.model('res.partner', [id]).loadExisting([field])))[0] as Record<string, unknown>)[
    field
  ]

test('a history tells who changed what, when, from which value to which, sealed or not, newest first', async () => {
  const id = await make({ name: 'Ada', phone: '1' })
  const country = await admin.read(async (env) => (await env.model('res.country').search([['code', '=', 'BE']])).id)
  await change(id, { phone: '2' })
  await sealAll(tenant.pool, tenant.vault as NonNullable<Tenant['vault']>)
  const last = await change(id, { country_id: country })
  const [newest, ...older] = await history(clerk, [id])
  assert.equal(newest?.request, last)
  assert.deepEqual(newest.user_id, [clerk.uid, clerk.login])
  assert.match(newest.date, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
  assert.deepEqual(newest.changes, [{ field: 'country_id', old: false, new: [country, 'Belgium'] }])
  assert.deepEqual(older[0]?.changes, [{ field: 'phone', old: '1', new: '2' }])
  assert.equal(older.at(-1)?.event, 'created')
  assert.deepEqual((await history(clerk, [id], 1, 1))[0]?.changes, older[0]?.changes, 'page by page')
})

test('what the caller may not read leaves no trace in a history: no record, no link to it, no difference to what never was', async () => {
  const [id, hidden] = [await make({ name: 'Bea', phone: '1' }), await make({ name: 'Hidden House' })]
  const tag = await admin.write(
    async (env) => (await env.model('res.partner.category').create({ name: 'Hidden Tag' } as never)).id,
  )
  await change(id, { category_id: [[4, tag]] }, admin)
  await change(id, { company_name: 'Seen' })
  const rules = await admin.write(async (env) => {
    const hide = async (model: string, one: number) => {
      const ofModel = await env.model('ir.model').search([['model', '=', model]])
      const rule = { name: 'none', model_id: ofModel.id, domain_force: `[('id', '!=', ${one})]` }
      return (await env.model('ir.rule').create(rule as never)).id
    }
    return [await hide('res.partner', hidden), await hide('res.partner.category', tag)]
  })
  try {
    assert.deepEqual(await history(reader, [hidden]), [])
    assert.deepEqual(await history(reader, [2_000_000_000]), [], 'like one that never was')
    const rows = await history(reader, [id, hidden])
    assert.deepEqual([...new Set(rows.map((row) => row.id))], [id])
    assert.ok(rows.every(({ changes }) => changes.every(({ field }) => field !== 'category_id')))
    assert.doesNotMatch(JSON.stringify(rows), /Hidden/)
    assert.deepEqual(rows.find(({ computed }) => !computed)?.changes, [
      { field: 'company_name', old: false, new: 'Seen' },
    ])
    const theirs = (await entriesOfRecords(tenant.pool, null, { model: 'res.partner', ids: [hidden] }, 1))[0]?.requestId
    for (const unknown of [theirs ?? '', '00000000-0000-4000-8000-000000000000'])
      await assert.rejects(undo(clerk, unknown), { code: 'ERR_UNDO_NONE' })
  } finally {
    await admin.write((env) => env.model('ir.rule', rules).unlink())
  }
})

test('a field that the caller may not read is in no history, and its entries take no place in a page', async () => {
  const id = await make({ name: 'Cas' })
  await change(id, { phone: '1' })
  for (const text of ['a', 'b', 'c']) await change(id, { comment: text })
  const narrow = await admin.write(async (env) => {
    const group = (await env.model('res.groups').create({ name: 'Names only' } as never)).id
    const model_id = (await env.model('ir.model').search([['model', '=', 'res.partner']])).id
    const access = { name: 'names', model_id, group_id: group, perm_read: true, field_names: 'name,phone' }
    await env.model('ir.model.access').create(access as never)
    return (
      await env.model('res.users').create({ login: 'narrow', name: 'Narrow', group_ids: [[6, 0, [group]]] } as never)
    ).id
  })
  const rows = await history(actAs(tenant, narrow), [id], 2)
  assert.deepEqual(
    rows.map(({ event, changes }) => [event, changes.map(({ field }) => field)]),
    [
      ['written', ['phone']],
      ['created', ['name']],
    ],
    'pages are as full as if nothing were hidden',
  )
  assert.deepEqual(rows[0]?.user_id, false, 'nor does it name users whom the caller may not see')
  assert.ok((await history(reader, [id], 1))[0]?.changes.some(({ field }) => field === 'comment'))
})

test('an undone write brings the old values back, in one request, and is recorded like any other', async () => {
  const tag = await admin.write(
    async (env) => (await env.model('res.partner.category').create({ name: 'T' } as never)).id,
  )
  const id = await make({ name: 'Dan', phone: '1' })
  const mistake = await change(id, { phone: '2', email: 'dan@example.com', category_id: [[4, tag]] })
  await sealAll(tenant.pool, tenant.vault as NonNullable<Tenant['vault']>)
  assert.deepEqual(await undo(clerk, mistake), { written: { 'res.partner': [id] }, deleted: {} })
  assert.deepEqual(
    [await value(id, 'phone'), await value(id, 'email'), await value(id, 'category_id')],
    ['1', null, []],
  )
  const [newest] = await history(clerk, [id])
  assert.ok(newest && newest.request !== mistake)
  await assert.rejects(undo(clerk, mistake), { code: 'ERR_UNDO_CONFLICT' }, 'twice is a conflict, not an accident')
})

test('what somebody changed since is refused with the record and the field, unless it shall be overwritten', async () => {
  const id = await make({ name: 'Eef', phone: '1', city: 'Ghent' })
  const mistake = await change(id, { phone: '2', city: 'Bruges' })
  await change(id, { phone: '3' })
  await assert.rejects(undo(clerk, mistake), (error: Error & { code: string }) => {
    assert.equal(error.code, 'ERR_UNDO_CONFLICT')
    assert.ok(error.message.includes(`res.partner ${id} (phone)`), error.message)
    return true
  })
  assert.equal(await value(id, 'city'), 'Bruges', 'all or nothing')
  await undo(clerk, mistake, true)
  assert.deepEqual([await value(id, 'phone'), await value(id, 'city')], ['1', 'Ghent'])
})

test('an undone import deletes what it made and restores what it changed, but not what others worked on since', async () => {
  const old = await make({ name: 'Fen', phone: '1' })
  const rows = [
    [String(old), 'Fen', '9'],
    ['', 'New One', '5'],
    ['', 'New Two', '6'],
  ]
  const imported = () =>
    request(clerk, (env) =>
      env.model('res.partner').load_rows(
        ['.id', 'name', 'phone'],
        rows.map((row) => [...row]),
      ),
    )
  const first = await imported()
  await undo(clerk, first)
  assert.equal(await value(old, 'phone'), '1')
  const left = await admin.read((env) =>
    env.model('res.partner').search_count([['name', 'in', ['New One', 'New Two']]]),
  )
  assert.equal(left, 0)
  const second = await imported()
  const [made = 0] = await admin.read(
    async (env) => (await env.model('res.partner').search([['name', '=', 'New One']])).ids,
  )
  await change(made, { phone: '7' })
  await assert.rejects(undo(clerk, second), { code: 'ERR_UNDO_CONFLICT' })
})

test('nobody undoes more than he may write, nor deletions, rights or secrets', async () => {
  const id = await make({ name: 'Gus', phone: '1' })
  const write = await change(id, { phone: '2' })
  await assert.rejects(undo(reader, write), { status: 403 })
  assert.equal(await value(id, 'phone'), '2')
  const doomed = await make({ name: 'Gone' })
  const deletion = await request(clerk, async (env) => {
    await env.model('res.partner', [id]).write({ phone: '3' } as never)
    await env.model('res.partner', [doomed]).unlink()
  })
  await assert.rejects(undo(clerk, deletion), { code: 'ERR_UNDO_KIND' })
  const rights = await request(admin, async (env) => {
    await env.model('res.partner', [id]).write({ phone: '4' } as never)
    await env.model('res.users', [clerk.uid]).write({ lang: 'en_US', group_ids: [[4, 2]] } as never)
  })
  await assert.rejects(undo(admin, rights), { code: 'ERR_UNDO_KIND' })
})

test('a request of another tenant is none, whatever its id', async () => {
  const there = actAs(other, 2)
  const id = await make({ name: 'Elsewhere', phone: '1' }, there)
  const theirs = await request(there, (env) => env.model('res.partner', [id]).write({ phone: '2' } as never), other)
  await assert.rejects(undo(admin, theirs), { code: 'ERR_UNDO_NONE' })
  assert.ok(!JSON.stringify(await history(admin, [id])).includes('Elsewhere'))
})

test('what was erased about a person is in no history any more, and cannot be undone', async () => {
  const id = await make({ name: 'Ida', phone: '1' })
  const write = await change(id, { phone: '2' })
  const vault = tenant.vault as NonNullable<Tenant['vault']>
  await sealAll(tenant.pool, vault)
  await eraseSubject(tenant.pool, `res.partner,${id}`)
  assert.deepEqual(await history(clerk, [id]), [])
  await assert.rejects(undo(clerk, write), { code: 'ERR_UNDO_KIND' })
})

import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { Tenant } from '../../access/index.ts'
import { actAs, asUser, takeEntries, testTenant, type TestUser } from '../../testing/index.ts'

let tenant: Tenant
let clerk: TestUser
let ids: readonly number[]

before(async () => {
  tenant = await testTenant({ apps: ['base'] })
  clerk = await asUser(tenant)
  ids = await actAs(tenant, 2).write(async (env) => {
    await (await env.model('ir.model').search([['model', '=', 'res.partner']])).write({ audit_reads: true } as never)
    const [house = 0] = (await env.model('res.partner').create({ name: 'House' } as never)).ids
    return [house, ...(await env.model('res.partner').create({ name: 'Room', parent_id: house } as never)).ids]
  })
  await takeEntries(tenant)
})

const reads = async () =>
  (await takeEntries(tenant))
    .filter(({ kind }) => kind === 'record.read')
    .map(({ model, ids: of, what }) => [model, [...(of ?? [])].sort(), (what['fields'] as string[]).toSorted()])

test('a read is one entry with model, records and fields, by whichever method, also where the answer leaves unparsed', async () => {
  const [house = 0, room = 0] = ids
  await clerk.read((env) => env.model('res.partner', [house]).read(['name', 'phone']))
  assert.deepEqual(await reads(), [['res.partner', [house], ['name', 'phone']]])
  await clerk.read((env) => env.model('res.partner').search_read([['id', 'in', ids]], ['name']))
  assert.deepEqual(await reads(), [['res.partner', [house, room].sort(), ['name']]])
  await clerk.read((env) =>
    env.model('res.partner').web_search_read([['id', '=', room]], { name: {}, parent_id: { fields: { phone: {} } } }),
  )
  const [[, of, fields] = []] = await reads()
  assert.deepEqual(of, [house, room].sort(), 'records behind a relation are read, too')
  assert.ok((fields as string[]).includes('phone'))
  await clerk.read((env) => env.model('res.partner').name_search('Room'))
  assert.equal((await reads()).length, 1)
})

test('records of other models leave no entry, but the names that they show of recorded ones do', async () => {
  await clerk.read((env) => env.model('res.country').search_read([], ['name'], 0, 3))
  assert.deepEqual(await reads(), [])
  await clerk.read((env) => env.model('res.users', [clerk.uid]).read(['partner_id']))
  const [[model, , fields] = []] = await reads()
  assert.deepEqual([model, fields], ['res.partner', ['display_name']])
})

test('values that were read stand nowhere in the log', async () => {
  await clerk.read((env) => env.model('res.partner', ids).read(['name']))
  assert.doesNotMatch(JSON.stringify(await takeEntries(tenant)), /House|Room/)
})

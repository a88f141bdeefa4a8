import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { makeTenant, type Tenant } from '../../access/index.ts'
import { authenticateCall, authenticateKey, createKey, revokeKey, setPassword } from '../../auth/index.ts'
import { actAs, asUser, testTenant } from '../../testing/index.ts'
import { callMethod } from './call.ts'

const origin = { source: '127.0.0.1', interactive: false }
let tenant: Tenant
/** The same database as another process sees it: with a memory of its own. */
let other: Tenant

before(async () => {
  tenant = await testTenant({ apps: ['base'] })
  const { name, pool, files, registry } = tenant
  other = makeTenant({ name, pool, files, registry })
})

/** One call as the protocols make it: the credential first, then the method, tied together by the epoch. */
async function call(
  method: 'search_count' | 'name_create',
  check: () => Promise<number | boolean | null>,
  uid: number,
) {
  const epoch = other.rights.epoch
  if (!(await check())) throw new Error('refused at the door')
  const args = method === 'search_count' ? [[]] : ['Somebody']
  return callMethod(
    other,
    uid,
    'res.partner',
    method,
    args,
    {},
    { credential: { epoch, check: async () => Boolean(await check()) } },
  )
}

test('a key that one process revokes opens nothing in another, though that one had it in memory', async () => {
  const user = await asUser(tenant, { groups: ['base.group_user', 'base.group_partner_manager'] })
  const { id, key } = await createKey(tenant.pool, user.uid, { name: 'program' })
  const check = () => authenticateKey(other, key, origin)
  for (let i = 0; i < 3; i++) await call('search_count', check, user.uid)
  await revokeKey(tenant.pool, user.uid, id)
  for (const method of ['search_count', 'name_create'] as const)
    await assert.rejects(call(method, check, user.uid), /denied|refused/i)
})

test('a password that is changed, and a user that is archived, count at the next call of every process', async () => {
  const user = await asUser(tenant, { groups: ['base.group_user', 'base.group_partner_manager'] })
  await setPassword(tenant, user.uid, 'seven quiet herons wade')
  const check = () => authenticateCall(other, user.uid, 'seven quiet herons wade', origin)
  for (let i = 0; i < 3; i++) await call('search_count', check, user.uid)
  await setPassword(tenant, user.uid, 'nine loud magpies argue')
  for (const method of ['search_count', 'name_create'] as const)
    await assert.rejects(call(method, check, user.uid), /denied|refused/i)
  const now = () => authenticateCall(other, user.uid, 'nine loud magpies argue', origin)
  for (let i = 0; i < 2; i++) await call('name_create', now, user.uid)
  await actAs(tenant, 2).write((env) => env.model('res.users', [user.uid]).write({ active: false }))
  for (const method of ['search_count', 'name_create'] as const)
    await assert.rejects(call(method, now, user.uid), /denied|refused/i)
})

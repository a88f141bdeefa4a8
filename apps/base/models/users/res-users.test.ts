import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import type { Tenant } from '#framework/access/index.ts'
import { authenticateKey, createKey } from '#framework/auth/index.ts'
import { sql } from '#framework/sql/index.ts'
import { actAs, asUser, testTenant, type TestUser } from '#framework/testing/index.ts'

interface UserMethods {
  has_group(group: string): Promise<boolean>
  context_get(): Promise<Record<string, unknown>>
  change_password(before: string, now: string): Promise<boolean>
  preference_save(values: Record<string, unknown>): Promise<boolean>
}
const methods = (records: unknown) => records as UserMethods

describe('users', () => {
  let tenant: Tenant
  let admin: TestUser
  before(async () => {
    tenant = await testTenant({ apps: ['base'] })
    admin = actAs(tenant, 2)
  })

  it('are kept with the hash of a password that no read gives back, not even to administrators', async () => {
    const uid = await admin.write(
      async (env) =>
        (await env.model('res.users').create({ name: 'Ida', login: 'ida', password: 'seven quiet lanterns' })).id,
    )
    const [row] = await tenant.pool.query<{ password: string }>(sql`SELECT password FROM res_users WHERE id = ${uid}`)
    assert.match(row?.password ?? '', /^\$pbkdf2-sha512\$/)
    const read = await admin
      .read((env) => env.model('res.users', [uid]).read(null))
      .then(
        (r) => r.json,
        (error: Error) => error.message,
      )
    assert.doesNotMatch(read, /pbkdf2|lanterns/)
    await assert.rejects(admin.read((env) => env.model('res.users').search([['password', 'like', '$pbkdf2']])))
  })

  it('cannot share a login', async () => {
    await assert.rejects(
      admin.write((env) => env.model('res.users').create({ name: 'Second', login: 'admin' })),
      { code: 'ERR_CONSTRAINT' },
    )
  })

  it('are internal by their groups, directly or by implication', async () => {
    const portal = await asUser(tenant, { groups: ['base.group_portal'] })
    const system = await asUser(tenant, { groups: ['base.group_system'] })
    const share = await admin.read(async (env) =>
      (await env.model('res.users', [portal.uid, system.uid]).load('share')).map((u) => u.share),
    )
    assert.deepEqual(share, [true, false])
    assert.equal(
      await system.read((env) => methods(env.model('res.users', [system.uid])).has_group('base.group_user')),
      true,
    )
    assert.equal(
      await admin.read((env) => methods(env.model('res.users', [portal.uid])).has_group('base.group_user')),
      false,
    )
  })

  it('see of their colleagues who they are, but neither groups nor keys', async () => {
    const member = await asUser(tenant)
    assert.equal((await member.read((env) => env.model('res.users', [2]).load('login')))[0]?.login, 'admin')
    await assert.rejects(member.read((env) => env.model('res.users', [2]).load('group_ids')))
    await assert.rejects(member.read((env) => env.model('res.users').search([['group_ids', '=', 4]])))
    await assert.rejects(
      member.write((env) => env.model('res.users', [2]).write({ login: 'mine' })),
      { code: 'ERR_ACCESS_WRITE' },
    )
  })

  it('change their own preferences and nothing else about themselves', async () => {
    const member = await asUser(tenant)
    await member.write((env) =>
      methods(env.model('res.users', [member.uid])).preference_save({ tz: 'Europe/Brussels' }),
    )
    assert.equal(
      (await member.read((env) => env.model('res.users', [member.uid]).load('tz')))[0]?.tz,
      'Europe/Brussels',
    )
    for (const values of [
      { group_ids: [[4, 4]] },
      { login: 'root' },
      { password: 'x' },
      { partner_id: 3 },
      { company_ids: [[5]] },
    ]) {
      await assert.rejects(
        member.write((env) => methods(env.model('res.users', [member.uid])).preference_save(values)),
        { code: 'ERR_USER_PREFERENCES' },
      )
    }
    await assert.rejects(
      member.write((env) => methods(env.model('res.users', [2])).preference_save({ tz: 'UTC' })),
      { code: 'ERR_USER_PREFERENCES' },
    )
  })

  it('cannot move themselves into a company that they may not enter', async () => {
    const member = await asUser(tenant)
    const other = await admin.write(async (env) => (await env.model('res.company').create({ name: 'Elsewhere' })).id)
    await assert.rejects(
      member.write((env) => methods(env.model('res.users', [member.uid])).preference_save({ company_id: other })),
      // The same answer as for a company that is not there.
      { code: 'ERR_ACCESS_READ_RECORDS' },
    )
  })

  it('change their password only when they know the old one', async () => {
    const uid = await admin.write(
      async (env) =>
        (await env.model('res.users').create({ name: 'Ola', login: 'ola', password: 'nine copper kettles' })).id,
    )
    const ola = actAs(tenant, uid)
    await assert.rejects(
      ola.write((env) => methods(env.model('res.users')).change_password('wrong', 'eleven paper boats')),
      { code: 'ERR_AUTH_OLD_PASSWORD' },
    )
    assert.equal(
      await ola.write((env) =>
        methods(env.model('res.users')).change_password('nine copper kettles', 'eleven paper boats'),
      ),
      true,
    )
  })

  it('that everything refers to cannot be deleted, and nobody archives herself', async () => {
    await assert.rejects(
      admin.write((env) => env.model('res.users', [2]).unlink()),
      { code: 'ERR_USER_FIXED' },
    )
    await assert.rejects(
      admin.write((env) => env.model('res.users', [2]).write({ active: false })),
      { code: 'ERR_USER_SELF' },
    )
  })

  it('get no rights through a ring of groups', async () => {
    await assert.rejects(
      admin.write(async (env) => {
        const a = await env.model('res.groups').create({ name: 'A' })
        const b = await env.model('res.groups').create({ name: 'B', implied_ids: [[4, a.id]] })
        await a.write({ implied_ids: [[4, b.id]] })
      }),
      { code: 'ERR_RECURSION' },
    )
  })

  it('see and revoke their own API keys, whose secrets no field shows', async () => {
    const member = await asUser(tenant)
    const other = await asUser(tenant)
    const { id, key } = await createKey(tenant.pool, member.uid, { name: 'Report script', scope: 'rpc' })
    const json = (await member.read((env) => env.model('res.users.apikeys').search_read([], null))).json
    assert.match(json, /Report script/)
    assert.ok(!json.includes(key.slice(8)) && !json.includes('key_hash'))
    assert.equal(await other.read((env) => env.model('res.users.apikeys').search_count([])), 0)
    await assert.rejects(
      other.write((env) => env.model('res.users.apikeys', [id]).unlink()),
      { name: 'AccessError' },
    )
    await assert.rejects(
      member.write((env) => env.model('res.users.apikeys').create({ name: 'x', user_id: member.uid })),
      { name: 'AccessError' },
    )
    await member.write((env) => env.model('res.users.apikeys', [id]).unlink())
    assert.equal(await authenticateKey(tenant, key, { source: '127.0.0.1', interactive: false }), null)
  })
})

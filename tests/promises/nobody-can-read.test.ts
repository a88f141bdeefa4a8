import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { before, describe, it } from 'node:test'
import { createLink } from '#framework/auth/index.ts'
import { id, sql } from '#framework/sql/index.ts'
import { callBy, jsonRpc, protocols, signIn, startServer, type TestServer } from '../support/index.ts'

const planted = 'seven brass lanterns at Oudeschans'
const temporary = 'a temporary word for Ben'

describe('a password that somebody has chosen', () => {
  let server: TestServer
  let hash: string
  const tables = () =>
    server.acme.tenant.pool.query<{ name: string }>(
      sql`SELECT relname AS name FROM pg_catalog.pg_class WHERE relkind = 'r' AND relnamespace = 'app'::regnamespace`,
    )
  const holds = async (text: string): Promise<string[]> => {
    const found: string[] = []
    for (const { name } of await tables()) {
      const [row] = await server.acme.tenant.pool.query<{ n: number }>(
        sql`SELECT count(*)::int4 AS n FROM ${id(name)} t WHERE position(${text} in t::text) > 0`,
        { prepared: false },
      )
      if ((row?.n ?? 0) > 0) found.push(name)
    }
    return found
  }

  before(async () => {
    server = await startServer()
    const { acme } = server
    const { admin, ben, mia } = acme.people
    // Three ways in: an administrator sets it, the person changes it, a link lets her choose it.
    const set = await callBy('JSON-RPC', server, acme, admin, {
      model: 'res.users',
      method: 'write',
      args: [[ben.uid], { password: temporary }],
    })
    assert.equal(set.ok, true, set.text)
    const changed = await jsonRpc(server, 'object', 'execute_kw', [
      acme.name,
      mia.uid,
      mia.password,
      'res.users',
      'change_password',
      [mia.password, planted],
    ])
    assert.equal(changed.ok, true, changed.text)
    const link = `/web/reset-password/${await createLink(acme.tenant, ben.uid, 'reset')}`
    const form = {
      'content-type': 'application/x-www-form-urlencoded',
      origin: `https://acme.localhost:${server.httpsPort}`,
    }
    const body = new URLSearchParams({ password: planted, repeat: planted }).toString()
    const chosen = await server.sendSecurely({ path: link, host: 'acme.localhost', headers: form, body })
    assert.ok(chosen.status < 400, `${chosen.status} ${chosen.text}`)
    assert.ok(!chosen.text.includes(planted))
    assert.equal((await signIn(server, acme.name, ben.login, planted)).ok, true, 'the new password is in use')
    const [row] = await acme.tenant.pool.query<{ password: string }>(
      sql`SELECT password FROM res_users WHERE id = ${ben.uid}::int4`,
    )
    hash = row?.password ?? ''
  })

  it('stands nowhere in the database, neither as it is nor in another spelling or as a quick hash', async () => {
    assert.match(hash, /^\$pbkdf2-sha512\$/)
    assert.deepEqual(await holds(hash), ['res_users'], 'the search can find')
    const spellings = [planted, temporary].flatMap((text) => [
      text,
      Buffer.from(text).toString('base64').replace(/=+$/, ''),
      Buffer.from(text).toString('hex'),
      ...['md5', 'sha1', 'sha256', 'sha512'].map((kind) => createHash(kind).update(text).digest('hex')),
    ])
    for (const spelling of spellings) assert.deepEqual(await holds(spelling), [], spelling)
  })

  it('is given to nobody by any protocol, not even its hash to an administrator', async () => {
    const { acme } = server
    const { admin, ben } = acme.people
    const calls = [
      { method: 'read', args: [[ben.uid], ['password', 'new_password', 'login']] },
      { method: 'read', args: [[ben.uid]] },
      { method: 'search_read', args: [[['id', '=', ben.uid]]] },
      { method: 'search', args: [[['password', 'like', 'pbkdf2']]] },
      { method: 'search', args: [[], 0, 5, 'password'] },
      { method: 'read_group', args: [[], ['password'], ['password']] },
      { method: 'export_data', args: [[ben.uid], ['login', 'password']] },
      { method: 'web_read', args: [[ben.uid], { login: {}, password: {} }] },
      { method: 'copy', args: [[ben.uid]], kwargs: { default: { login: 'copy-of-ben' } } },
    ]
    for (const protocol of protocols) {
      for (const call of calls) {
        const { text, ok, value } = await callBy(protocol, server, acme, admin, { model: 'res.users', ...call })
        assert.ok(
          !text.includes('pbkdf2') && !text.includes(planted),
          `${protocol} ${JSON.stringify(call)}: ${text.slice(0, 300)}`,
        )
        if (call.method === 'search' && JSON.stringify(call.args).includes('pbkdf2'))
          assert.ok(!ok || (value as unknown[]).length === 0)
      }
    }
  })

  it('does not go to a copy of its user, nor to the log of errors', async () => {
    const rows = await server.acme.tenant.pool.query<{ n: number }>(
      sql`SELECT count(*)::int4 AS n FROM res_users WHERE password = ${hash}`,
    )
    assert.deepEqual(rows, [{ n: 1 }])
    assert.equal(JSON.stringify(server.failures).includes(planted), false)
  })
})

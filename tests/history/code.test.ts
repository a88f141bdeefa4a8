import assert from 'node:assert/strict'
import { join } from 'node:path'
import { before, describe, it } from 'node:test'
import { openPool, sql } from '#framework/sql/index.ts'
import { testHome } from '#framework/testing/index.ts'
import { rules } from '../../tools/layers.ts'
import { callKw, cookieOf, json2, jsonRpc, signIn, xmlRpc } from '../support/index.ts'
import { assertRefused, Scene } from './scene.ts'
import { filesOf, matching, type Source, sourcesOf } from './sources.ts'

const root = join(import.meta.dirname, '../..')

/** What the text of a rule must never be: code. Each would do something where an evaluator of Python or JavaScript read it. */
const escapes = [
  "__import__('os').system('touch /tmp/owned')",
  "[('id', '=', ().__class__.__bases__[0].__subclasses__())]",
  "[('id', 'in', [x for x in (1).__class__.__mro__])]",
  "[('id', '=', user.company_id.sudo().user_ids)]",
  "[('id', '=', user.env['res.users'].sudo().search([]).ids)]",
  "[('id', '=', user.password)]",
  "[('id', '=', getattr(user, 'password'))]",
  "[('id', '=', open('/etc/passwd').read())]",
  "[('id', '=', [].constructor.constructor('return process')())]",
  '[["id", "=", `${process.exit()}`]]',
  "[('id', '=', globalThis)]",
  "[('id', '=', lambda: 0)]",
  "[('id', '=', f'{user.password}')]",
  "[('__proto__', '=', 1)]",
  "[('create_uid.password', '=like', '%')]",
  "[('id', '=', 1)] or True",
]

describe('text that becomes code', () => {
  const scene = new Scene()
  let product: readonly Source[]
  let tagModel: number
  before(async () => {
    product = sourcesOf(root, 'framework', 'platform', 'apps')
    assert.ok(product.length > 300)
    const rows = await scene.acme.tenant.pool.query<{ id: number }>(
      sql`SELECT id FROM ir_model WHERE model = 'res.partner.category'`,
    )
    tagModel = rows[0]?.id ?? 0
  })

  const rule = (text: string) =>
    scene.as('admin', 'ir.rule', 'create', [{ name: 'x', model_id: tagModel, domain_force: text }])

  it('#7243, #13182: nothing in the sources makes code of a text, and the layers refuse whoever would', () => {
    const made =
      /\beval\(|new Function\(|\bFunction\(|from '(node:)?vm'|runInContext|runInNewContext|setTimeout\(\s*['"`]/
    assert.deepEqual(matching(product, made), [])
    assert.equal(matching([{ path: 'x.ts', text: "new Function('return 1')" }], made).length, 1)
    for (const words of ['eval', 'new Function', 'Function ('])
      assert.ok(
        rules.forbidden.some((one) => one.words.join(' ') === words),
        words,
      )
    assert.ok(rules.doors.some(({ modules, only }) => modules.includes('node:vm') && only.length === 0))
  })

  it('#11087, #25444: a rule reaches no object, no elevation and no secret through its values', async () => {
    for (const text of escapes) {
      const outcome = await rule(text)
      assertRefused(outcome, text)
      assert.doesNotMatch(outcome.text, /root:|pbkdf2/)
    }
    const rows = await scene.acme.tenant.pool.query(sql`SELECT 1 FROM ir_rule WHERE model_id = ${tagModel}`)
    assert.equal(rows.length, 0)
  })

  it('CVE-2018-14860, CVE-2020-29396: the same texts are refused wherever a domain is taken as text', async () => {
    for (const text of escapes)
      for (const [model, method, args] of [
        ['res.partner', 'search', [text]],
        ['res.partner', 'search_count', [text]],
        ['res.partner', 'formatted_read_group', [text, [], ['__count']]],
        ['res.partner', 'search_read', [[['id', 'in', text]]]],
      ] as const) {
        const outcome = await scene.as('admin', model, method, args)
        assert.ok(!outcome.ok && outcome.status < 500 && !outcome.text.includes('ERR_SERVER'), outcome.text)
      }
  })

  it('#17391: no text of a rule or request costs more than its length', async () => {
    for (const text of [
      "[('id', '=', 9**9**9**9)]",
      `[('id', 'in', ${'['.repeat(5_000)}${']'.repeat(5_000)})]`,
      `[${"('name', '=', 'x'), ".repeat(20_000)}]`,
      `[${"'|', ".repeat(20_000)}('id', '=', 1)]`,
      "[('name', '=', 'a' * 9999999999)]",
    ]) {
      const began = performance.now()
      const outcome = await rule(text)
      assertRefused(outcome, text.slice(0, 40))
      assert.ok(performance.now() - began < 5_000, text.slice(0, 40))
    }
    const answer = await scene.as('admin', 'res.partner', 'search_count', [[]])
    assert.equal(answer.ok, true, 'and the next call works')
  })

  it('CVE-2017-10803: bytes become values by JSON, XML-RPC and forms only; nothing revives objects', async () => {
    const revives = /from '(node:)?v8'|v8\.deserialize|\bunserialize\(|js-yaml|node-serialize|funcster|bson/
    assert.deepEqual(matching(product, revives), [])
    const cookie = await cookieOf(scene.server, scene.acme, scene.people.admin)
    for (const type of [
      'application/x-python-pickle',
      'application/x-java-serialized-object',
      'text/yaml',
      'application/x-msgpack',
      'application/octet-stream',
      'text/plain',
      'multipart/form-data; boundary=x',
    ])
      for (const path of [
        '/web/dataset/call_kw',
        '/jsonrpc',
        '/xmlrpc/2/object',
        '/json/2/res.partner/search',
        '/web/login',
      ]) {
        const sent = {
          path,
          host: 'acme.localhost',
          body: '\x80\x04\x95',
          headers: { 'content-type': type, cookie, origin: scene.origin },
        }
        const answer = await scene.server.sendSecurely(sent)
        assert.ok([400, 403, 415].includes(answer.status), `${type} at ${path}: ${answer.status}`)
      }
  })

  it('CVE-2017-10804: a NUL or half a character ends no name and no password early, by any door', async () => {
    const { ben } = scene.people
    for (const tail of ['\0x', '\ud800']) {
      for (const [login, password] of [
        [ben.login + tail, ben.password],
        [ben.login, ben.password + tail],
        [`${ben.login.slice(0, 2)}${tail}`, ben.password],
      ] as const) {
        if (tail === '\0x') assert.equal((await signIn(scene.server, 'acme', login, password)).cookie, '')
        const named = await jsonRpc(scene.server, 'common', 'login', ['acme', login, password])
        assert.ok(!named.ok || named.value === false)
        const kept = await jsonRpc(scene.server, 'object', 'execute_kw', [
          'acme',
          ben.uid,
          password,
          'res.users',
          'context_get',
          [],
        ])
        assert.equal(kept.ok, password === ben.password)
      }
      assertRefused(await scene.as('sam', 'res.partner', 'create', [{ name: `a${tail}b` }]))
      assertRefused(
        await json2(
          scene.server,
          'acme',
          ben.key + tail.replace('\0', '%00').replace('\ud800', '%ed%a0%80'),
          'res.users',
          'context_get',
          {},
        ),
      )
    }
    assert.equal((await jsonRpc(scene.server, 'common', 'login', [`acme\0x`, ben.login, ben.password])).ok, false)
  })

  it('CVE-2018-14733: no text of a stranger meets a pattern that takes longer than the text', async () => {
    const long = `${'a-'.repeat(4_000)}!`
    const spaces = `${' '.repeat(60_000)}x`
    const began = performance.now()
    await scene.server.send({ path: '/web/login', host: long.slice(0, 250) }).catch(() => null)
    await scene.server.send({ path: `/${'%2e'.repeat(2_000)}` }).catch(() => null)
    await scene.page(null, { path: `/web/login?redirect=${'/'.repeat(6_000)}` }).catch(() => null)
    await scene
      .page(null, {
        path: '/web/login',
        headers: { 'user-agent': long, 'accept-language': 'a,'.repeat(3_000), cookie: 'a=b;'.repeat(2_000) },
      })
      .catch(() => null)
    for (const text of [
      long,
      spaces,
      '"'.repeat(20_000),
      '((((((((((a+)+)+)+)+)+$',
      `${'<a '.repeat(9_000)}`,
      `${'&#'.repeat(9_000)}`,
    ]) {
      await scene.as('sam', 'res.partner', 'name_search', [text])
      await scene.as('sam', 'res.partner', 'search_count', [[['name', '=ilike', text]]])
      await scene.as('sam', 'res.partner', 'create', [{ name: 'x', comment: text, email: text.slice(0, 2_000) }])
      await scene.as('sam', 'res.partner', 'search', [[], 0, 1, text])
      await xmlRpc(scene.server, 'object', text.slice(0, 500), [text])
    }
    assert.ok(performance.now() - began < 10_000, `${performance.now() - began} ms`)
  })

  it('#7240: no argument of any public method is read as SQL, whatever quotes it holds', async () => {
    const cookie = await cookieOf(scene.server, scene.acme, scene.people.admin)
    const { registry } = scene.acme.tenant
    const done = new Set<string>()
    let tried = 0
    for (const [model, { api }] of registry.models)
      for (const [method, declared] of api) {
        const key = `${method} ${Object.keys(declared.params)}`
        // What installs, removes or deletes is tried on nothing.
        if (done.has(key) || /^button_|^method_|^update_list|^lang_install/.test(method)) continue
        done.add(key)
        const names = Object.keys(declared.params)
        for (const name of names)
          for (const text of [`'"\\`, `1; SELECT 1/0 --`, `x') OR (1=1`]) {
            for (const value of [text, [text], { [text]: text }, [[text, '=', text]]]) {
              const kwargs = { ...(declared.on === 'model' ? {} : { ids: [] }), [name]: value }
              const outcome = await callKw(scene.server, cookie, { model, method, args: [], kwargs })
              tried++
              assert.ok(
                !/ERR_SERVER|ERR_SQL\b/.test(outcome.text),
                `${model}.${method}(${name}): ${outcome.text.slice(0, 300)}`,
              )
            }
          }
      }
    assert.ok(tried > 500, `${tried} tried`)
  })

  it('#11085: every public method is called by a test; one that nobody uses is a build failure', () => {
    const tests = filesOf(root, ['framework', 'apps', 'platform', 'tests'])
      .filter(({ path }) => /\.test\.ts$|^tests\//.test(path) && path !== 'tests/history/code.test.ts')
      .map(({ text }) => text)
      .join('\n')
    const used = (method: string) => new RegExp(`[.'"\`]${method}\\b|\\b${method}:`).test(tests)
    const unused = new Set<string>()
    for (const { api } of scene.acme.tenant.registry.models.values())
      for (const method of api.keys()) if (!used(method)) unused.add(method)
    assert.deepEqual([...unused], [])
    assert.equal(used('a_method_that_nobody_calls'), false)
    // Applications build no SQL at all: their face does not offer it.
    assert.deepEqual(
      matching(
        product.filter(({ path }) => path.startsWith('apps/')),
        /\bsql`|from '(pg|#framework\/sql)/,
      ),
      [],
    )
  })

  it('CVE-2021-23186: credentials of one tenant open no other tenant’s database', async () => {
    const home = await testHome()
    const list = await home.tenants.list()
    assert.ok(list.length >= 2)
    const { acme, globex } = scene.server
    const [own, other] = [await home.tenants.wake(acme.name), await home.tenants.wake(globex.name)]
    assert.notDeepEqual(own.address.host, other.address.host)
    for (const address of [
      { ...own.address, host: other.address.host, port: other.address.port },
      { ...own.address, host: other.address.host, port: other.address.port, database: other.address.database },
      { ...other.address, password: own.address.password },
    ]) {
      const pool = openPool({ ...address, max: 1 })
      await assert.rejects(pool.query(sql`SELECT 1 AS one`))
      await pool.close()
    }
  })

  it('CVE-2021-23166, CVE-2021-44476, CVE-2021-44547: with any SQL of its role a tenant reads no file and starts no program', async () => {
    const { pool } = scene.acme.tenant
    for (const statement of [
      sql`SELECT pg_read_file('/etc/passwd')`,
      sql`SELECT pg_ls_dir('/')`,
      sql`COPY (SELECT 1) TO PROGRAM 'id'`,
      sql`COPY res_partner (name) FROM '/etc/passwd'`,
      sql`SELECT lo_import('/etc/passwd')`,
      sql`CREATE FUNCTION f() RETURNS int LANGUAGE c AS '/lib/x.so', 'f'`,
      sql`CREATE EXTENSION plpython3u`,
      sql`ALTER SYSTEM SET log_statement = 'all'`,
      sql`SELECT * FROM pg_authid`,
      sql`SET ROLE postgres`,
    ])
      await assert.rejects(pool.query(statement, { prepared: false }), statement.compile().text)
  })
})

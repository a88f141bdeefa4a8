import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { Validator } from '@seriousme/openapi-schema-validator'
import { type Tenant, withSystemEnv } from '#framework/access/index.ts'
import { cookieOf, json2, type Person, startServer, type TestServer, type Who } from '../support/index.ts'

interface Document {
  readonly openapi: string
  readonly paths: Readonly<Record<string, { readonly post: { readonly operationId: string } }>>
  readonly components: Readonly<Record<'schemas' | 'requestBodies' | 'responses', Readonly<Record<string, unknown>>>>
}

describe('the OpenAPI document', () => {
  let server: TestServer
  const path = '/doc/openapi.json'

  before(async () => {
    server = await startServer()
  })

  const ask = (person: Person, headers: Readonly<Record<string, string>> = {}) =>
    server.send({
      path,
      headers: { authorization: `bearer ${person.key}`, 'x-odoo-database': server.acme.name, ...headers },
    })
  const documentOf = async (who: Who): Promise<Document> => {
    const { status, text } = await ask(server.acme.people[who])
    assert.equal(status, 200, text.slice(0, 300))
    return JSON.parse(text) as Document
  }

  it('is valid against the schema of OpenAPI 3.1 for an administrator, a salesperson and a customer, and every reference leads somewhere', async () => {
    for (const who of ['admin', 'sam', 'pia'] as const) {
      const document = await documentOf(who)
      const result = await new Validator().validate(structuredClone(document) as never)
      assert.ok(result.valid, JSON.stringify(result.errors)?.slice(0, 600))
      const dead = references(document).filter((ref) => follow(document, ref) === undefined)
      assert.deepEqual([...new Set(dead)], [])
      const ids = Object.values(document.paths).map(({ post }) => post.operationId)
      assert.equal(new Set(ids).size, ids.length)
    }
    // The validator is one that can fail.
    const broken = { ...(await documentOf('pia')), paths: { 'no-slash': { post: { responses: 7 } } } }
    assert.equal((await new Validator().validate(broken as never)).valid, false)
  })

  it('has exactly the methods that the user may call, for all of them and everybody', async () => {
    const { acme } = server
    for (const who of ['admin', 'sam', 'rita', 'mia', 'ben', 'pia'] as const) {
      const { paths } = await documentOf(who)
      const offered = new Set(Object.keys(paths).map((one) => one.slice('/json/2/'.length)))
      // A call with an unknown argument is refused for its argument only after the right was looked at where it is not.
      for (const model of [
        'sale.order',
        'res.partner',
        'ir.config_parameter',
        'ir.rule',
        'res.users',
        'ir.rpc.client',
        'crm.team',
      ]) {
        for (const [method, body] of [
          ['search', { domain: [], limit: 1 }],
          ['create', { vals_list: [] }],
          ['unlink', { ids: [] }],
        ] as const) {
          const { ok, kind, text } = await json2(server, acme.name, acme.people[who].key, model, method, body)
          const isRefused = /AccessError|NotFound/.test(kind)
          assert.ok(ok || isRefused, text)
          assert.equal(offered.has(`${model}/${method}`), ok, `${who} ${model}.${method}: ${text.slice(0, 120)}`)
        }
      }
    }
  })

  it('names no model and no field that the user may not know', async () => {
    const { tenant } = server.acme
    const everything = await registryOf(tenant)
    for (const who of ['rita', 'ben', 'pia'] as const) {
      const { acme } = server
      const document = await documentOf(who)
      const { text } = await ask(acme.people[who])
      for (const [model, fields] of everything) {
        const schema = document.components.schemas[model] as { properties: Record<string, unknown> } | undefined
        if (schema === undefined) {
          assert.ok(!text.includes(`"/json/2/${model}/`), `${who}: ${model}`)
          continue
        }
        const described = await json2(server, acme.name, acme.people[who].key, model, 'fields_get', {
          attributes: ['type'],
        })
        const known = new Set(Object.keys((described.value ?? {}) as object))
        for (const field of fields)
          if (!known.has(field)) assert.ok(!(field in schema.properties), `${who}: ${model}.${field}`)
      }
      assert.ok(!('ir.config_parameter' in document.components.schemas))
    }
    const admin = await documentOf('admin')
    const user = admin.components.schemas['res.users'] as { properties: Record<string, unknown> }
    assert.ok(!('password' in user.properties), 'a secret is nobody’s to read')
    assert.ok('password' in (admin.components.schemas['res.users.values'] as { properties: object }).properties)
  })

  it('is for who signs in or has a key, of the tenant that they are of', async () => {
    const { acme, globex } = server
    const anonymous = await server.send({ path })
    assert.deepEqual([anonymous.status, anonymous.headers['www-authenticate']], [401, 'Bearer'])
    assert.equal((await ask({ ...acme.people.sam, key: 'f'.repeat(64) })).status, 401)
    assert.equal((await ask(acme.people.sam, { 'x-odoo-database': globex.name })).status, 401)
    assert.equal((await ask(acme.people.sam, { 'x-odoo-database': 'no-such' })).status, 401)
    const cookie = await cookieOf(server, acme, acme.people.sam)
    const bySession = await server.send({ path, headers: { cookie } })
    assert.equal(bySession.text, (await ask(acme.people.sam)).text)
    assert.equal((await server.send({ path, headers: { cookie, 'sec-fetch-site': 'cross-site' } })).status, 403)
  })

  it('has a tag, is not sent twice, and is another one as soon as rights change', async () => {
    const { acme } = server
    const first = await ask(acme.people.ben)
    const etag = String(first.headers['etag'])
    assert.match(etag, /^"[\w-]{20,}"$/)
    assert.equal((await ask(acme.people.ben, { 'if-none-match': `W/${etag}` })).status, 304)
    assert.ok(!first.text.includes('/json/2/sale.order/'))
    await withSystemEnv(acme.tenant, 'test.promotion', {}, async (env) => {
      const [found] = await env
        .model(
          'ir.model.data',
          (
            await env.model('ir.model.data').search([
              ['module', '=', 'sales_team'],
              ['name', '=', 'group_sale_manager'],
            ])
          ).ids,
        )
        .load('res_id')
      await env.model('res.users', [acme.people.ben.uid]).write({ group_ids: [[4, found?.res_id ?? 0]] })
    })
    const second = await ask(acme.people.ben, { 'if-none-match': etag })
    assert.equal(second.status, 200)
    assert.ok(second.text.includes('/json/2/sale.order/action_confirm'))
  })

  it('is sent compressed to whom takes it so, under a tag of its own', async () => {
    const { acme } = server
    const headers = { authorization: `bearer ${acme.people.mia.key}`, 'x-odoo-database': acme.name }
    const plain = await ask(acme.people.mia)
    const response = await fetch(`${server.httpUrl}${path}`, { headers: { ...headers, 'accept-encoding': 'gzip' } })
    assert.equal(response.headers.get('content-encoding'), 'gzip')
    assert.ok(Number(response.headers.get('content-length')) < plain.text.length / 8)
    assert.equal(await response.text(), plain.text)
    const tag = response.headers.get('etag') ?? ''
    assert.notEqual(tag, plain.headers['etag'])
    const again = await fetch(`${server.httpUrl}${path}`, {
      headers: { ...headers, 'accept-encoding': 'gzip', 'if-none-match': tag },
    })
    assert.equal(again.status, 304)
  })

  it('stays of a size that tools can read', async () => {
    const { text } = await ask(server.acme.people.admin)
    const methods = Object.keys((JSON.parse(text) as Document).paths).length
    // What models share is told once: a method costs little beside the fields of its model.
    assert.ok(text.length / methods < 600, `${text.length} characters for ${methods} methods`)
  })
})

function references(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => (key === '$ref' ? [String(inner)] : references(inner)))
}

function follow(document: unknown, ref: string): unknown {
  return ref
    .replace(/^#\//, '')
    .split('/')
    .reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], document)
}

async function registryOf(tenant: Tenant): Promise<[string, string[]][]> {
  return [...tenant.registry.models.values()].map((model) => [model.name, [...model.fields.keys()]])
}

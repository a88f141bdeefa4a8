import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { withSystemEnv } from '#framework/access/index.ts'
import {
  eraseSubject,
  isConsistent,
  isIncluded,
  leafHash,
  parseCheckpoint,
  parseVerifierKey,
  recordAudit,
} from '#framework/audit/index.ts'
import { sql } from '#framework/sql/index.ts'
import { actAs, testHome } from '#framework/testing/index.ts'
import { keepAudit } from '../../platform/audit/index.ts'
import { callBy, protocols, startServer } from '../support/index.ts'

const server = await startServer({ apps: ['sales'] })
const { acme } = server
const { tenant, people } = acme
const keeper = keepAudit(await testHome(), () => {})
after(() => keeper.close())

const actor = { uid: 2, forUid: null, requestId: 'r-7', channel: 'JSON-2', source: '192.0.2.7' }
await recordAudit(
  tenant.pool,
  actor,
  Array.from({ length: 20 }, (_, n) => ({
    kind: n % 2 === 0 ? 'test.even' : 'test.odd',
    model: 'res.partner',
    ids: [n],
    what: { n },
    personal: [{ subject: `res.partner,${n}`, data: { name: `Canary ${n}` } }],
  })),
)
const earlier = await keeper.checkpoint('acme')
await recordAudit(tenant.pool, actor, [{ kind: 'test.late' }])
await keeper.checkpoint('acme')

const ask = async (who: keyof typeof people, method: string, kwargs: Readonly<Record<string, unknown>> = {}) =>
  callBy('JSON-2', server, acme, people[who], { model: 'audit.entry', method, kwargs })
const answered = async <T>(method: string, kwargs: Readonly<Record<string, unknown>> = {}): Promise<T> => {
  const { ok, value, message } = await ask('admin', method, kwargs)
  assert.ok(ok, message)
  return value as T
}

interface Head {
  readonly checkpoint: string
  readonly size: number
  readonly key: string
  readonly witness_key: string
  readonly proof: readonly string[]
}

describe('an administrator', () => {
  it('finds entries by every protocol, newest first, with what is in them', async () => {
    for (const protocol of protocols) {
      const { ok, value } = await callBy(protocol, server, acme, people.admin, {
        model: 'audit.entry',
        method: 'search_read',
        args: [[['kind', '=', 'test.odd']], ['index', 'kind', 'model', 'entry', 'create_uid', 'date', 'request_id']],
        kwargs: { limit: 3 },
      })
      assert.ok(ok)
      const rows = value as { kind: string; entry: string; request_id: string; create_uid: [number, string] }[]
      assert.deepEqual(
        rows.map(({ kind, entry }) => [kind, (JSON.parse(entry) as { what: { n: number } }).what.n]),
        [19, 17, 15].map((n) => ['test.odd', n]),
      )
      assert.deepEqual([rows[0]?.request_id, rows[0]?.create_uid[0]], ['r-7', 2])
      assert.ok(!JSON.stringify(value).includes('Canary'), 'personal parts leave sealed')
    }
  })

  it('opens personal parts, until their subject is erased', async () => {
    const find = () =>
      answered<{ leaf: { what: { n: number } }; personal: { state: string; value?: unknown }[] }[]>('search_entries', {
        filter: { kind: 'test.*', record_id: 4, model: 'res.partner' },
      })
    const [entry, ...others] = await find()
    assert.equal(others.length, 0)
    assert.deepEqual(
      entry?.personal.map(({ state, value }) => [state, value]),
      [
        ['open', { name: 'Canary 4' }],
        ['open', '192.0.2.7'],
      ],
    )
    await eraseSubject(tenant.pool, 'res.partner,4')
    assert.deepEqual(
      (await find())[0]?.personal.map(({ state }) => state),
      ['erased', 'open'],
    )
    for (const filter of [{ kind: 7 }, { secret: 'x' }, { since: 'soon' }, { limit: -1 }, [], 'x'])
      assert.match((await ask('admin', 'search_entries', { filter })).message, /Filter by kind/)
  })

  it('verifies alone: entry, checkpoint and what came since the checkpoint that he kept', async () => {
    const [row] = await answered<{ index: number }[]>('search_read', {
      domain: [['kind', '=', 'test.even']],
      fields: ['index'],
      limit: 1,
    })
    const index = row?.index ?? -1
    const proof = await answered<Head & { entry: string }>('inclusion_proof', { index })
    const head = parseCheckpoint(proof.checkpoint)
    assert.ok(head !== null)
    const path = proof.proof.map((hash) => Buffer.from(hash, 'base64'))
    assert.ok(isIncluded(leafHash(proof.entry), index, head.size, head.root, path))
    for (const key of [proof.key, proof.witness_key]) assert.ok(parseVerifierKey(key)?.hasSigned(head.note))
    const kept = parseCheckpoint(earlier.note)
    const since = await answered<Head>('consistency_proof', { older: earlier.size })
    const steps = since.proof.map((hash) => Buffer.from(hash, 'base64'))
    assert.ok(kept !== null && isConsistent(kept.size, kept.root, head.size, head.root, steps))
    assert.equal((await answered<Head>('checkpoint')).checkpoint, proof.checkpoint)
    for (const [method, args] of [
      ['inclusion_proof', { index: 99_999 }],
      ['inclusion_proof', { index: -1 }],
      ['consistency_proof', { older: 99_999 }],
    ] as const)
      assert.equal((await ask('admin', method, args)).kind, 'odoo.exceptions.MissingError')
  })
})

describe('nobody else', () => {
  it('reads the log or gets a proof of it', async () => {
    for (const who of ['sam', 'mia', 'ben', 'pia'] as const) {
      for (const [method, args] of [
        ['search_read', { domain: [] }],
        ['search_count', { domain: [] }],
        ['search_entries', {}],
        ['checkpoint', {}],
        ['inclusion_proof', { index: 0 }],
        ['consistency_proof', { older: 1 }],
      ] as const) {
        const { ok, kind, text } = await ask(who, method, args)
        assert.deepEqual([ok, kind], [false, 'odoo.exceptions.AccessError'], `${who} ${method}`)
        assert.ok(!text.includes('test.even'))
      }
    }
  })
})

describe('nobody at all', () => {
  const picture = () =>
    tenant.pool.query(sql`SELECT count(*)::int4 AS n, md5(string_agg(l::text, '|' ORDER BY id)) AS content
      FROM hf_audit_leaf l WHERE kind LIKE 'test.%'`)

  it('changes an entry through any method, nor after giving himself every right', async () => {
    const before = await picture()
    const grant = await callBy('JSON-2', server, acme, people.admin, {
      model: 'ir.model',
      method: 'search',
      kwargs: { domain: [['model', '=', 'audit.entry']] },
    })
    const modelId = (grant.value as number[])[0]
    assert.ok(modelId !== undefined)
    const made = await callBy('JSON-2', server, acme, people.admin, {
      model: 'ir.model.access',
      method: 'create',
      kwargs: {
        vals_list: [
          { name: 'mine', model_id: modelId, perm_read: true, perm_write: true, perm_create: true, perm_unlink: true },
        ],
      },
    })
    assert.ok(made.ok, made.message)
    const [first] = await answered<{ id: number }[]>('search_read', { domain: [], fields: ['id'], limit: 1 })
    const ids = [first?.id ?? 0]
    const values = { kind: 'test.forged', entry: '{}' }
    for (const [method, kwargs] of [
      ['write', { ids, vals: values }],
      ['create', { vals_list: [values] }],
      ['unlink', { ids }],
      ['copy', { ids }],
      ['web_save', { ids, vals: values, specification: {} }],
      ['web_save', { ids: [], vals: values, specification: {} }],
      ['load', { fields: ['kind', 'entry'], data: [['test.forged', '{}']] }],
      ['name_create', { name: 'test.forged' }],
      ['action_archive', { ids }],
      ['update_field_translations', { ids, field_name: 'kind', translations: { en_US: 'test.forged' } }],
    ] as const) {
      const { ok, value, message } = await ask('admin', method, kwargs)
      const isRefused = !ok || JSON.stringify(value).includes('not allowed')
      assert.ok(isRefused, `${method}: ${message} ${JSON.stringify(value)}`)
    }
    assert.deepEqual(await picture(), before)
  })

  it('changes an entry through a list of his own on another model', async () => {
    const before = await picture()
    const admin = actAs(tenant, 2)
    const field = {
      model_id: (await admin.read((env) => env.model('ir.model').search([['model', '=', 'res.users']]))).ids[0],
      name: 'x_entries',
      field_description: 'Entries',
      ttype: 'one2many',
      relation: 'audit.entry',
      relation_field: 'create_uid',
    }
    const made = await admin.write(async (env) => env.model('ir.model.fields').create(field as never)).catch(() => null)
    const [first] = await answered<{ id: number }[]>('search_read', { domain: [], fields: ['id'], limit: 1 })
    for (const command of [
      [0, 0, { kind: 'test.forged' }],
      [1, first?.id, { kind: 'test.forged' }],
      [2, first?.id],
      [3, first?.id],
      [5],
    ])
      await assert.rejects(
        admin.write((env) => env.model('res.users', [2]).write({ x_entries: [command] } as never)),
        (error: { code?: string }) => made === null || /ERR_ACCESS/.test(error.code ?? ''),
      )
    assert.deepEqual(await picture(), before)
  })

  it('changes an entry as the framework itself, or by an elevation', async () => {
    const before = await picture()
    await withSystemEnv(tenant, 'test.forgery', { mode: 'write' }, async (env) => {
      const [entry] = (await env.model('audit.entry').search([], 0, 1)).ids
      for (const work of [
        () => env.model('audit.entry', [entry ?? 0]).write({ kind: 'test.forged' }),
        () => env.model('audit.entry', [entry ?? 0]).unlink(),
        () => env.model('audit.entry').create({ kind: 'test.forged' }),
        () =>
          env.elevate('orm.forgery', { models: '*', ops: ['write'] }, (more) =>
            more.model('audit.entry', [entry ?? 0]).write({ kind: 'test.forged' }),
          ),
      ])
        await assert.rejects(async () => work(), { name: 'AccessError' })
    })
    assert.deepEqual(await picture(), before)
  })
})

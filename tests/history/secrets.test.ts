import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { sql } from '#framework/sql/index.ts'
import { assertRefused, Scene } from './scene.ts'

/** Fields that no call may show, filter, sort or group by, for nobody; with what a guess would begin with. */
const secrets = [
  { model: 'res.users', field: 'password', guess: '$pbkdf2' },
  { model: 'ir.attachment', field: 'access_token', guess: 'f3a' },
] as const

describe('secret fields', () => {
  const scene = new Scene({ canaries: true })
  let kept: string[]

  before(async () => {
    await scene.made('admin', 'ir.attachment', 'create', [{ name: 'a.txt', datas: 'YQ==' }])
    const rows = await scene.acme.tenant.pool.query<{ secret: string }>(sql`
      SELECT password AS secret FROM res_users WHERE password IS NOT NULL
      UNION ALL SELECT encode(key_hash, 'hex') FROM hf_api_key UNION ALL SELECT key_index FROM hf_api_key
      UNION ALL SELECT encode(token_hash, 'hex') FROM hf_session`)
    kept = rows.map(({ secret }) => secret)
    assert.ok(kept.length > 6 && kept.some((one) => one.startsWith('$pbkdf2')))
  })

  const assertSilent = (text: string) => {
    for (const secret of kept) assert.ok(!text.includes(secret), text.slice(0, 200))
  }

  it('#7241: a password hash is read by nobody, whichever method reads it', async () => {
    const { admin } = scene.people
    for (const [method, args] of [
      ['read', [[admin.uid]]],
      ['read', [[admin.uid], ['password', 'new_password']]],
      ['search_read', [[], ['password']]],
      ['web_read', [[admin.uid], { password: {} }]],
      ['web_search_read', [[], { password: {}, login: {} }]],
      ['onchange', [[], {}, [], { password: {} }]],
      ['default_get', [['password']]],
      ['get_metadata', [[admin.uid]]],
      ['copy', [[admin.uid], { login: `copy of ${kept.length}` }]],
    ] as const)
      for (const outcome of await scene.byAll('admin', 'res.users', method, args)) assertSilent(outcome.text)
  })

  it('#13175, CVE-2018-14861: no export gives a secret out, by its name, over a relation, or by its external id', async () => {
    const { admin } = scene.people
    const partner = (
      await scene.made<{ partner_id: [number, string] }[]>('admin', 'res.users', 'read', [[admin.uid], ['partner_id']])
    )[0]
    for (const [model, ids, paths] of [
      ['res.users', [admin.uid], ['login', 'password']],
      ['res.users', [admin.uid], ['password/id', 'password/.id', '.password']],
      [
        'res.users',
        [admin.uid],
        ['create_uid/password', 'api_key_ids/key', 'api_key_ids/key_hash', 'api_key_ids/index'],
      ],
      ['res.partner', [partner?.partner_id[0] ?? 0], ['name', 'user_ids/password', 'user_ids/login']],
      ['ir.attachment', [1], ['name', 'access_token', 'create_uid/password']],
    ] as const)
      for (const outcome of await scene.byAll('admin', model, 'export_data', [ids, paths])) assertSilent(outcome.text)
  })

  it('CVE-2017-10805, CVE-2024-12368: keys and tokens of others are no fields that anybody reads or exports', async () => {
    const own = await scene.as('admin', 'res.users.apikeys', 'search_read', [[]])
    assertSilent(own.text)
    for (const field of ['key', 'key_hash', 'key_index', 'index'])
      for (const method of ['search_read', 'export_data', 'formatted_read_group'] as const) {
        const args = { search_read: [[], [field]], export_data: [[1], [field]], formatted_read_group: [[], [field]] }
        for (const outcome of await scene.byAll('admin', 'res.users.apikeys', method, args[method])) {
          assertSilent(outcome.text)
        }
      }
    const others = await scene.made<{ user_id: [number, string] }[]>('ben', 'res.users.apikeys', 'search_read', [
      [],
      ['user_id'],
    ])
    assert.deepEqual([...new Set(others.map(({ user_id }) => user_id[0]))], [scene.people.ben.uid])
  })

  it('Directus CVE-2023-27481, Directus CVE-2026-35442: a secret answers no guess, sort, group, extreme or condition', async () => {
    for (const { model, field, guess } of secrets) {
      const guesses = (pattern: string) =>
        [
          [model, 'search_count', [[[field, '=like', `${pattern}%`]]]],
          [model, 'search_count', [['!', [field, '=like', `${pattern}%`]]]],
          [model, 'search_count', [[[field, '>', pattern]]]],
          [model, 'search_count', [[[field, 'in', [pattern]]]]],
          ['res.partner', 'search_count', [[[`create_uid.${field}`, '=like', `${pattern}%`]]]],
          [model, 'formatted_read_group', [[], [], [`${field}:max`, `${field}:min`]]],
          [model, 'formatted_read_group', [[], [field], ['__count']]],
          [model, 'formatted_read_group', [[], [], ['__count'], [[`${field}:max`, '>', pattern]]]],
        ] as const
      const answers = async (pattern: string) => {
        const texts: string[] = []
        for (const [on, method, args] of guesses(pattern))
          for (const outcome of await scene.byAll('admin', on, method, args)) {
            assertSilent(outcome.text)
            texts.push(outcome.text.replaceAll(pattern, '#').replace(/\d{4}-\d\d-\d\d[ T][\d:.]+/g, '<time>'))
          }
        return texts
      }
      assert.deepEqual(await answers(guess), await answers('zz9'))
    }
  })

  it('Strapi CVE-2026-27886, Strapi CVE-2024-56143: a secret is reached over no relation, however long the way', async () => {
    for (const path of [
      'create_uid.password',
      'write_uid.create_uid.password',
      'user_ids.password',
      'message_ids.author_id.user_ids.password',
      'parent_id.user_ids.api_key_ids.key_hash',
    ]) {
      const [hit, miss] = [
        await scene.as('admin', 'res.partner', 'search_count', [[[path, '=like', '$pbkdf2%']]]),
        await scene.as('admin', 'res.partner', 'search_count', [[[path, '=like', 'zz9%']]]),
      ]
      assert.deepEqual([hit.ok, hit.value, hit.kind], [miss.ok, miss.value, miss.kind], path)
      assertRefused(await scene.as('admin', 'res.partner', 'search', [[], 0, 5, path]), path)
    }
  })

  it('Strapi CVE-2023-34235: the alias of a table before a name is no way round the right on a field', async () => {
    for (const name of [
      't0.password',
      't.password',
      'res_users.password',
      '"password"',
      'password ',
      'PASSWORD',
      'a0.password',
    ]) {
      assertRefused(await scene.as('ben', 'res.users', 'search', [[[name, '=like', '%']]]), name)
      assertRefused(await scene.as('ben', 'res.users', 'search', [[], 0, 1, name]), name)
      assertRefused(await scene.as('ben', 'res.users', 'formatted_read_group', [[], [name]]), name)
    }
  })

  it('Directus CVE-2026-39943: a changed password or token stands in no history of its record', async () => {
    const { acme } = scene
    await scene.made('admin', 'res.users', 'write', [[scene.people.rita.uid], { password: 'nine copper lids of Rita' }])
    const [row] = await acme.tenant.pool.query<{ n: number }>(
      sql`SELECT count(*)::int4 AS n FROM mail_message WHERE body LIKE '%pbkdf2%' OR body LIKE '%copper lids%'`,
    )
    assert.equal(row?.n, 0)
    const messages = await scene.as('admin', 'mail.message', 'search_read', [[['model', '=', 'res.users']]])
    assert.doesNotMatch(messages.text, /pbkdf2|copper lids/)
  })
})

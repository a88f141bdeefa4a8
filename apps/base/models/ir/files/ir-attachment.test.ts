import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { actAs, asUser, type TestUser, testTenant } from '#framework/testing/index.ts'

describe('attachments', () => {
  let admin: TestUser
  let employee: TestUser
  let colleague: TestUser
  let portal: TestUser
  let parameter: number
  const text = Buffer.from('attachment body').toString('base64')

  before(async () => {
    const tenant = await testTenant({ apps: ['base'] })
    admin = actAs(tenant, 2)
    parameter = await admin.write(
      async (env) => (await env.model('ir.config_parameter').create({ key: 'test', value: 'x' })).id,
    )
    employee = await asUser(tenant)
    colleague = await asUser(tenant, { groups: ['base.group_user', 'base.group_partner_manager'] })
    portal = await asUser(tenant, { groups: ['base.group_portal'] })
  })

  const create = (user: TestUser, values: Record<string, unknown>) =>
    user.write(async (env) => (await env.model('ir.attachment').create({ name: 'gt.txt', datas: text, ...values })).id)
  const read = (user: TestUser, id: number, names: readonly string[]) =>
    user.read(async (env) => (await env.model('ir.attachment', [id]).read(names)).parse()[0])
  const visible = (user: TestUser, id: number) =>
    user.read(async (env) => (await env.model('ir.attachment').search([['id', '=', id]])).length === 1)

  it('keep their content in the file store and tell size, checksum and type', async () => {
    const id = await create(admin, { res_model: 'res.partner', res_id: 1 })
    assert.deepEqual(
      await read(admin, id, [
        'name',
        'mimetype',
        'file_size',
        'datas',
        'checksum',
        'res_model',
        'res_id',
        'type',
        'url',
        'public',
      ]),
      {
        id,
        name: 'gt.txt',
        mimetype: 'text/plain',
        file_size: 15,
        datas: text,
        checksum: '28ef69cdbfc6905ce5576d040d6eebd283ecdbe4',
        res_model: 'res.partner',
        res_id: 1,
        type: 'binary',
        url: false,
        public: false,
      },
    )
  })

  it('have the type of their bytes, whatever the caller says', async () => {
    const id = await create(employee, {
      name: 'nice.png',
      mimetype: 'image/png',
      datas: Buffer.from('<html><script>x</script></html>').toString('base64'),
    })
    assert.equal((await read(employee, id, ['mimetype']))?.mimetype, 'text/html')
  })

  it('on a record are for those who may read the record', async () => {
    const onPartner = await create(admin, { res_model: 'res.partner', res_id: 1 })
    assert.equal((await read(employee, onPartner, ['datas']))?.datas, text)
    const onParameter = await create(admin, { res_model: 'ir.config_parameter', res_id: parameter })
    assert.equal(await visible(employee, onParameter), false)
    await assert.rejects(read(employee, onParameter, ['datas']), { name: 'AccessError' })
    assert.equal(await employee.read((env) => env.model('ir.attachment').search_count([['id', '=', onParameter]])), 0)
    assert.equal(await visible(portal, onPartner), false)
    await assert.rejects(read(portal, onPartner, ['datas']), { name: 'AccessError' })
  })

  it('on a record are made, changed and removed by those who may change the record', async () => {
    await assert.rejects(create(employee, { res_model: 'res.partner', res_id: 1 }), { name: 'AccessError' })
    const id = await create(colleague, { res_model: 'res.partner', res_id: 1 })
    await assert.rejects(
      employee.write((env) => env.model('ir.attachment', [id]).write({ name: 'mine' })),
      { name: 'AccessError' },
    )
    await assert.rejects(
      employee.write((env) => env.model('ir.attachment', [id]).unlink()),
      { name: 'AccessError' },
    )
    assert.equal(await colleague.write((env) => env.model('ir.attachment', [id]).unlink()), true)
  })

  it('cannot be moved to a record that their owner may not change', async () => {
    const id = await create(employee, {})
    await assert.rejects(
      employee.write((env) => env.model('ir.attachment', [id]).write({ res_model: 'res.partner', res_id: 1 })),
      { name: 'AccessError' },
    )
  })

  it('of nobody in particular are their maker’s alone, unless they are public', async () => {
    const own = await create(employee, {})
    assert.equal(await visible(employee, own), true)
    assert.equal(await visible(colleague, own), false)
    await assert.rejects(read(colleague, own, ['name']), { name: 'AccessError' })
    const shared = await create(employee, { public: true })
    assert.equal((await read(colleague, shared, ['datas']))?.datas, text)
  })

  it('never take another file’s content by its name in the store', async () => {
    const secret = await create(admin, {
      res_model: 'ir.config_parameter',
      res_id: parameter,
      datas: Buffer.from('secret').toString('base64'),
    })
    const name = (await read(admin, secret, ['store_fname']))?.store_fname
    const mine = await create(employee, { store_fname: name, checksum: 'x' })
    assert.equal((await read(employee, mine, ['datas']))?.datas, text)
    await employee.write((env) => env.model('ir.attachment', [mine]).write({ store_fname: name } as never))
    assert.equal((await read(employee, mine, ['datas']))?.datas, text)
  })

  it('show their size instead of their content where the client asks for it', async () => {
    const id = await create(employee, { datas: Buffer.alloc(11_448).toString('base64') })
    const [row] = await employee.read(async (env) => (await env.model('ir.attachment', [id]).read(['datas'])).parse(), {
      bin_size: true,
    })
    assert.equal(row?.datas, '11.18 Kb')
  })
})

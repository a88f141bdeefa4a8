import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import type { Tenant } from '#framework/access/index.ts'
import { actAs, asUser, testTenant, type TestUser } from '#framework/testing/index.ts'

describe('partners', () => {
  let tenant: Tenant
  let admin: TestUser
  before(async () => {
    tenant = await testTenant({ apps: ['base'] })
    admin = actAs(tenant, 2)
  })

  it('show a contact under the name of its company, and an unnamed address under its kind', async () => {
    const names = await admin.write(async (env) => {
      const company = await env.model('res.partner').create({ name: 'Weaver & Sons', is_company: true, city: 'Ghent' })
      const contacts = await env.model('res.partner').create([
        { name: 'Ann', parent_id: company.id },
        { type: 'invoice', parent_id: company.id },
      ])
      await company.write({ name: 'Weaver Brothers' })
      return (await contacts.load('display_name', 'commercial_partner_id.name')).map((p) => [
        p.display_name,
        p.commercial_partner_id?.name,
      ])
    })
    assert.deepEqual(names, [
      ['Weaver Brothers, Ann', 'Weaver Brothers'],
      ['Weaver Brothers, Invoice', 'Weaver Brothers'],
    ])
  })

  it('keep the address of a contact in step with its company, and leave other addresses alone', async () => {
    const cities = await admin.write(async (env) => {
      const company = await env.model('res.partner').create({
        name: 'Mill',
        is_company: true,
        city: 'Lier',
        vat: 'BE1',
        child_ids: [
          [0, 0, { name: 'Bob' }],
          [0, 0, { name: 'Depot', type: 'delivery', city: 'Mol' }],
        ],
      })
      await company.write({ city: 'Namur', vat: 'BE2' })
      const children = await env.model('res.partner').search([['parent_id', '=', company.id]], 0, null, 'id')
      return (await children.load('name', 'city', 'vat')).map((p) => [p.name, p.city, p.vat])
    })
    assert.deepEqual(cities, [
      ['Bob', 'Namur', 'BE2'],
      ['Depot', 'Mol', 'BE2'],
    ])
  })

  it('cannot be their own ancestors', async () => {
    await assert.rejects(
      admin.write(async (env) => {
        const top = await env.model('res.partner').create({ name: 'Top' })
        const below = await env.model('res.partner').create({ name: 'Below', parent_id: top.id })
        await top.write({ parent_id: below.id })
      }),
      { code: 'ERR_RECURSION' },
    )
  })

  it('need a name unless they are an address', async () => {
    await assert.rejects(
      admin.write((env) => env.model('res.partner').create({ ref: 'X' })),
      { code: 'ERR_PARTNER_NAME' },
    )
  })

  it('of active users are neither archived nor deleted, and the client is told where to go', async () => {
    for (const act of ['archive', 'delete'] as const) {
      const attempt = admin.write((env) =>
        act === 'archive'
          ? env.model('res.partner', [3]).write({ active: false })
          : env.model('res.partner', [3]).unlink(),
      )
      await assert.rejects(attempt, { code: 'ERR_PARTNER_USER', wireNameOverride: 'odoo.exceptions.RedirectWarning' })
    }
  })

  it('are made from a typed name with an email address', async () => {
    const row = await admin.write(async (env) => {
      const [id] = await env.model('res.partner').name_create('Jo Doe <jo@example.com>')
      return (await env.model('res.partner', [id]).load('name', 'email', 'email_normalized', 'email_formatted'))[0]
    })
    assert.deepEqual(
      { ...row, id: 0 },
      {
        id: 0,
        name: 'Jo Doe',
        email: 'jo@example.com',
        email_normalized: 'jo@example.com',
        email_formatted: '"Jo Doe" <jo@example.com>',
      },
    )
  })

  it('take company_type as another way to say is_company', async () => {
    const kinds = await admin.write(async (env) => {
      const partner = await env.model('res.partner').create({ name: 'Firm', company_type: 'company' })
      const first = await partner.load('is_company', 'company_type')
      await partner.write({ company_type: 'person' })
      return [first[0]?.is_company, first[0]?.company_type, (await partner.load('is_company'))[0]?.is_company]
    })
    assert.deepEqual(kinds, [true, 'company', false])
  })

  it('are read by every member of the company and changed by contact managers only', async () => {
    const member = await asUser(tenant)
    const manager = await asUser(tenant, { groups: ['base.group_user', 'base.group_partner_manager'] })
    const id = await manager.write(async (env) => (await env.model('res.partner').create({ name: 'Shared' })).id)
    assert.equal((await member.read((env) => env.model('res.partner', [id]).load('name')))[0]?.name, 'Shared')
    await assert.rejects(
      member.write((env) => env.model('res.partner', [id]).write({ city: 'x' })),
      { code: 'ERR_ACCESS_WRITE' },
    )
    await assert.rejects(
      member.write((env) => env.model('res.partner').create({ name: 'x' })),
      { code: 'ERR_ACCESS_CREATE' },
    )
  })

  it('show a customer with portal access nothing but her own company', async () => {
    const portal = await asUser(tenant, { groups: ['base.group_portal'] })
    const own = await portal.read(async (env) =>
      (await (await env.model('res.partner').search([])).load('id')).map((p) => p.id),
    )
    assert.deepEqual(own, [await portal.read(async (env) => env.user.partnerId)])
  })

  it('are copied under a name that says so, and a missing one is reported as missing', async () => {
    const name = await admin.write(async (env) => {
      const partner = await env.model('res.partner').create({ name: 'Twin', ref: 'T1' })
      return (await (await partner.copy()).load('name', 'ref'))[0]
    })
    assert.deepEqual([name?.name, name?.ref], ['Twin (copy)', 'T1'])
    await assert.rejects(
      admin.write((env) => env.model('res.partner', [99_999_999]).copy()),
      { code: 'ERR_MISSING' },
    )
  })
})

/** A company with something in every model that knows limits, and one person for each role that is asked about. */

import { type Tenant, withSystemEnv } from '#framework/access/index.ts'
import { createKey } from '#framework/auth/index.ts'
import type { Env } from '#framework/orm/index.ts'
import { id, sql } from '#framework/sql/index.ts'
import { type Content, type Policy, policyOf, readAccessRows, readContent } from '#framework/testing/index.ts'
import { asUser, testTenant } from '#framework/testing/index.ts'

/** Groups by role; `null`: nobody can be this user. */
const groups: Readonly<Record<string, readonly string[] | null>> = {
  nobody: null,
  'archived user': ['base.group_user', 'sales_team.group_sale_manager', 'base.group_system'],
  portal: ['base.group_portal'],
  employee: ['base.group_user'],
  salesperson: ['base.group_user', 'sales_team.group_sale_salesman'],
  'sales manager': ['base.group_user', 'sales_team.group_sale_manager'],
  'contact manager': ['base.group_user', 'base.group_partner_manager'],
  'settings administrator': ['base.group_user', 'base.group_system'],
}

export interface Role {
  readonly name: string
  readonly uid: number
  /** Absent where nobody can be this user. */
  readonly policy: Policy | null
}

export interface Company {
  readonly tenant: Tenant
  readonly content: Content
  readonly roles: readonly Role[]
}

/** An id that no record has. */
export const absent = 1_999_999_999

/** Makes it; what the roles may do is worked out from the raw rows afterwards. */
export async function companyOfRoles(): Promise<Company> {
  const tenant = await testTenant({ apps: ['sales', 'crm'], demo: true })
  const people: { readonly name: string; readonly uid: number }[] = []
  for (const [name, list] of Object.entries(groups)) {
    const login = name.replaceAll(' ', '-')
    people.push({ name, uid: list === null ? absent : (await asUser(tenant, { login, groups: list })).uid })
  }
  const uidOf = (name: string) => people.find((one) => one.name === name)?.uid ?? 0
  await withSystemEnv(tenant, 'test.proof', { mode: 'write' }, async (env) => {
    await fill(env, uidOf)
    await env.model('res.users', [uidOf('archived user')]).write({ active: false })
  })
  for (const { uid } of people) if (uid !== absent && uid !== uidOf('archived user')) await ownThings(tenant, uid)
  const content = await readContent(tenant.pool, tenant.registry)
  const rows = await readAccessRows(tenant.pool)
  const roles = people.map((one) => ({
    ...one,
    policy: policyOf(tenant, content, rows, one.uid, { activeTest: false }),
  }))
  return { tenant, content, roles }
}

// Orders of several people and companies, leads, and what hangs on records that not everybody may read.
async function fill(env: Env, uidOf: (name: string) => number): Promise<void> {
  const make = async (model: string, values: Readonly<Record<string, unknown>>): Promise<number> =>
    (await env.model(model).create(values as never)).id
  const [portal] = await env.model('res.users', [uidOf('portal')]).load('partner_id')
  const second = await make('res.company', { name: 'Second company' })
  const elsewhere = await make('res.partner', { name: 'Contact of the second company', company_id: second })
  const product = await make('product.product', { name: 'Proof lamp', list_price: 10, taxes_id: [[5, 0, 0]] })
  const orders: number[] = []
  for (const [user, partner, more] of [
    [uidOf('salesperson'), null, {}],
    [uidOf('sales manager'), null, {}],
    [false, portal?.partner_id, { state: 'sent' }],
    [uidOf('sales manager'), portal?.partner_id, {}],
    [uidOf('salesperson'), elsewhere, { company_id: second }],
  ] as const) {
    const customer = partner ?? (await make('res.partner', { name: `Customer of ${String(user)}` }))
    const line = { product_id: product, product_uom_qty: 1, price_unit: 10, tax_ids: [[5, 0, 0]] }
    orders.push(await make('sale.order', { partner_id: customer, user_id: user, order_line: [[0, 0, line]], ...more }))
  }
  for (const user of [uidOf('salesperson'), uidOf('sales manager'), false])
    await make('crm.lead', { name: `Lead of ${String(user)}`, user_id: user })
  await make('crm.lead', { name: 'Lead of the second company', company_id: second, user_id: false })
  const documents = [
    ...orders.map((id) => ['sale.order', id] as const),
    ['res.partner', elsewhere] as const,
    ['res.partner', portal?.partner_id ?? 0] as const,
  ]
  for (const [model, id] of documents) {
    const on = { res_model: model, res_id: id }
    await make('ir.attachment', { name: `File of ${model} ${id}`, ...on })
    await make('ir.attachment', { name: `Field file of ${model} ${id}`, ...on, res_field: 'x' })
    const [comment] = (await env.model('mail.message.subtype').search([])).ids
    await make('mail.message', { body: '<p>Noted</p>', model, res_id: id, subtype_id: comment })
    await make('mail.message', { body: '<p>Among us</p>', model, res_id: id })
    await make('mail.activity', { ...on, summary: 'Call', user_id: uidOf('sales manager') })
    const follower = await env.model('mail.followers').search([
      ['res_model', '=', model],
      ['res_id', '=', id],
      ['partner_id', '=', portal?.partner_id ?? 0],
    ])
    if (follower.ids.length === 0) await make('mail.followers', { ...on, partner_id: portal?.partner_id })
  }
  await make('ir.attachment', { name: 'Open to all', public: true })
  await make('res.currency.rate', { currency_id: 1, rate: 1.1, name: '2024-01-01', company_id: second })
  await make('res.currency.rate', { currency_id: 1, rate: 1.2, name: '2024-01-01', company_id: false })
  await make('crm.team', { name: 'Team of the second company', company_id: second })
  await make('res.partner.bank', { acc_number: 'NL00PROOF1', partner_id: elsewhere, company_id: second })
  await make('res.partner.bank', { acc_number: 'NL00PROOF2', partner_id: elsewhere })
}

// What belongs to its maker: a loose file, an opened dialogue, a key.
async function ownThings(tenant: Tenant, uid: number): Promise<void> {
  await createKey(tenant.pool, uid, { name: 'proof', scope: 'rpc' })
  await withSystemEnv(tenant, 'test.proof', { mode: 'write' }, async (env) => {
    const dialogue = await env.model('base.language.install').create({})
    const loose = await env.model('ir.attachment').create({ name: 'Loose file' })
    for (const [table, number] of [
      ['base_language_install', dialogue.id],
      ['ir_attachment', loose.id],
    ] as const)
      await env.db.query(sql`UPDATE ${id(table)} SET create_uid = ${uid}::int4 WHERE id = ${number}::int4`)
  })
}

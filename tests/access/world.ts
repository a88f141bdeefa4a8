/** A company with a secret in it: an order of rita's that sam must not notice, by whatever way he looks. */

import { withSystemEnv } from '#framework/access/index.ts'
import type { Env } from '#framework/orm/index.ts'
import { id, sql } from '#framework/sql/index.ts'
import { callBy, type Company, type TestServer } from '../support/index.ts'

/** Stands in every text of rita's order; it must never reach sam. */
export const canary = 'CANARY-9d41c7'
/** What sam may try: a beginning that the secret has, and one that nothing has. */
export const probes = { hit: 'CANARY-9d%', miss: 'NOWHERE-9d%' } as const
/** A price that nothing else has; it shows in sums and extremes. */
export const canaryPrice = 31_337.77
/** An id that no record has. */
export const absent = 1_999_999_999

/** What an attack aims at: rita's, or nothing at all. */
export interface Target {
  readonly order: number
  readonly line: number
  readonly attachment: number
}

export const nothing: Target = { order: absent, line: absent, attachment: absent }

export interface World {
  readonly server: TestServer
  readonly company: Company
  readonly target: Target
  readonly own: { readonly order: number; readonly line: number; readonly name: string }
  readonly unassigned: number
  /** Rita's customer, a contact that sam may read; her only order is the secret one. */
  readonly buyer: number
  /** A contact without any order. */
  readonly idle: number
  readonly product: number
  /** A record that sam may read and change, of a model that an administrator made; it points at rita's order. */
  readonly memo: number
  /** A memo of the same kind that points at sam's own order. */
  readonly ownMemo: number
  /** External id of the secret order. */
  readonly externalId: string
  readonly samUid: number
  readonly ritaUid: number
  /** A hash of everything that sam must not change. */
  fingerprint(): Promise<string>
  /** Makes another secret order, after a sabotaged run destroyed the last one. */
  again(): Promise<World>
}

/** Builds it in the first company of a server. */
export async function makeWorld(server: TestServer): Promise<World> {
  const company = server.acme
  await makeMemoModel(server, company)
  return fill(server, company)
}

let fills = 0

async function fill(server: TestServer, company: Company): Promise<World> {
  const { tenant, people } = company
  const externalName = `${canary}_xid${++fills}`
  const made = await withSystemEnv(tenant, 'test.world', { mode: 'write' }, async (env) => {
    const product = await create(env, 'product.product', { name: 'Plain lamp', list_price: 10, taxes_id: [[5, 0, 0]] })
    const order = async (partner: number, user: number | null, price: number, more: Record<string, unknown> = {}) => {
      const line = { product_id: product, product_uom_qty: 1, price_unit: price, tax_ids: [[5, 0, 0]] }
      return create(env, 'sale.order', {
        partner_id: partner,
        user_id: user,
        order_line: [[0, 0, { ...line, ...(more['line'] as object) }]],
        ...without(more, 'line'),
      })
    }
    const buyer = await create(env, 'res.partner', { name: 'Quiet buyer' })
    await create(env, 'res.partner', { name: 'Quiet child', parent_id: buyer })
    const idle = await create(env, 'res.partner', { name: 'Idle contact' })
    const own = await order(await create(env, 'res.partner', { name: 'Buyer of sam' }), people.sam.uid, 10)
    const unassigned = await order(await create(env, 'res.partner', { name: 'Buyer of nobody' }), null, 20)
    const secret = await order(buyer, people.rita.uid, canaryPrice, {
      name: `${canary}-name`,
      client_order_ref: `${canary}-ref`,
      origin: `${canary}-origin`,
      reference: `${canary}-reference`,
      note: `<p>${canary}-note</p>`,
      line: { name: `${canary}-line` },
    })
    const [rita] = await env.model('res.users', [people.rita.uid]).load('partner_id')
    const ritaPartner = rita?.partner_id ?? null
    const lineOf = async (id: number) => (await env.model('sale.order.line').search([['order_id', '=', id]])).id
    const attachment = await create(env, 'ir.attachment', {
      name: `${canary}-file.txt`,
      datas: Buffer.from(`${canary}-content`).toString('base64'),
      res_model: 'sale.order',
      res_id: secret,
    })
    await create(env, 'ir.model.data', {
      module: '__export__',
      name: externalName,
      model: 'sale.order',
      res_id: secret,
    })
    await create(env, 'mail.message', {
      body: `<p>${canary}-message</p>`,
      model: 'sale.order',
      res_id: secret,
      record_name: `${canary}-name`,
      author_id: ritaPartner,
    })
    await create(env, 'mail.activity', {
      res_model: 'sale.order',
      res_id: secret,
      summary: `${canary}-activity`,
      user_id: people.rita.uid,
    })
    const memo = await create(env, 'x_memo', {
      x_name: 'A memo',
      x_order_id: secret,
      x_order_ids: [[6, 0, [secret]]],
    })
    const ownMemo = await create(env, 'x_memo', { x_name: 'Own memo', x_order_id: own, x_order_ids: [[6, 0, [own]]] })
    const [named] = await env.model('sale.order', [own]).load('name')
    return {
      target: { order: secret, line: await lineOf(secret), attachment },
      own: { order: own, line: await lineOf(own), name: named?.name ?? '' },
      unassigned,
      buyer,
      idle,
      product,
      memo,
      ownMemo,
    }
  })
  const { order } = made.target
  const links = tenant.registry.models.get('x_memo')?.fields.get('x_order_ids')?.link
  if (!links) throw new Error('The list of a memo has no table.')
  const fingerprint = async (): Promise<string> => {
    const [row] = await tenant.pool.query<{ hash: string }>(sql`
      SELECT md5(concat(
        (SELECT to_jsonb(o) FROM sale_order o WHERE id = ${order}), '|',
        (SELECT jsonb_agg(l ORDER BY l.id) FROM sale_order_line l WHERE order_id = ${order}), '|',
        (SELECT jsonb_agg(a ORDER BY a.id) FROM ir_attachment a WHERE res_model = 'sale.order' AND res_id = ${order}), '|',
        (SELECT jsonb_agg(f ORDER BY f.id) FROM mail_followers f WHERE res_model = 'sale.order' AND res_id = ${order}), '|',
        (SELECT jsonb_agg(y ORDER BY y.id) FROM mail_activity y WHERE res_model = 'sale.order' AND res_id = ${order}), '|',
        (SELECT jsonb_agg(t ORDER BY t.tag_id) FROM sale_order_tag_rel t WHERE order_id = ${order}), '|',
        (SELECT jsonb_agg(m ORDER BY m) FROM ${id(links.table)} m WHERE ${id(links.own)} = ${made.memo}), '|',
        (SELECT count(*) FROM sale_order WHERE client_order_ref LIKE ${`${canary}%`} OR origin LIKE ${`${canary}%`}))) AS hash`)
    return row?.hash ?? ''
  }
  return {
    server,
    company,
    ...made,
    externalId: `__export__.${externalName}`,
    samUid: people.sam.uid,
    ritaUid: people.rita.uid,
    fingerprint,
    again: () => fill(server, company),
  }
}

async function create(env: Env, model: string, values: Readonly<Record<string, unknown>>): Promise<number> {
  return (await env.model(model).create(values as never)).id
}

function without(values: Record<string, unknown>, name: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([key]) => key !== name))
}

// Models that administrators make are where relations to guarded records appear that no programmer thought of.
async function makeMemoModel(server: TestServer, company: Company): Promise<void> {
  const { admin } = company.people
  const field = (name: string, ttype: string, more: object = {}) => [
    0,
    0,
    { name, ttype, field_description: name, ...more },
  ]
  const relation = { relation: 'sale.order' }
  const fields = [
    field('x_name', 'char'),
    field('x_order_id', 'many2one', { ...relation, on_delete: 'set null' }),
    field('x_order_ids', 'many2many', relation),
  ]
  const call = async (model: string, method: string, args: readonly unknown[]) => {
    const outcome = await callBy('JSON-RPC', server, company, admin, { model, method, args })
    if (!outcome.ok) throw new Error(`${model}.${method}: ${outcome.message}`)
    return outcome.value
  }
  const model = await call('ir.model', 'create', [{ name: 'Memo', model: 'x_memo', field_id: fields }])
  const rights = { perm_read: true, perm_write: true, perm_create: true, perm_unlink: true }
  await call('ir.model.access', 'create', [{ name: 'memo', model_id: model, group_id: 1, ...rights }])
  await call('x_memo', 'search', [[]])
}

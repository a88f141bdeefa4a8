/** The data of the benchmark in a tenant: people who sign in, partners, products, orders. */

import { type Tenant, withEnv, withSystemEnv } from '../../../framework/access/index.ts'
import { createKey, setPassword } from '../../../framework/auth/index.ts'
import { sql } from '../../../framework/sql/index.ts'
import { ordersOf, partnersOf, productsOf } from './company.ts'

export interface DataSize {
  readonly partners: number
  readonly orders: number
}

/** A person of the tenant with the ways in that programs use. */
export interface Account {
  readonly uid: number
  readonly login: string
  readonly password: string
  readonly key: string
}

export interface Filled {
  /** Sees all orders and keeps contacts; every operation but one runs as this user. */
  readonly seller: Account
  /** Sees own and unassigned orders only. */
  readonly ownSeller: Account
  /** Existing ids that calls may name. */
  readonly partnerIds: readonly number[]
  readonly productIds: readonly number[]
}

export type Progress = (text: string) => void

const batch = 500

/** Makes people, partners, products and orders in a tenant that has the sales application. */
export async function fill(tenant: Tenant, size: DataSize, progress: Progress): Promise<Filled> {
  const seller = await account(tenant, 'Marit Oosterling', [
    'sales_team.group_sale_salesman_all_leads',
    'base.group_partner_manager',
  ])
  const ownSeller = await account(tenant, 'Tomas Veld', ['sales_team.group_sale_salesman'])
  progress(`loading ${size.partners} partners`)
  const countries = await tenant.pool.query<{ id: number }>(sql`SELECT id FROM res_country ORDER BY id LIMIT 40`)
  const partnerIds = await createAll(
    tenant,
    'res.partner',
    partnersOf(
      size.partners,
      countries.map(({ id }) => id),
    ),
  )
  const templateIds = await createAll(tenant, 'product.template', productsOf(40))
  const products = await tenant.pool.query<{ id: number }>(
    sql`SELECT id FROM product_product WHERE product_tmpl_id = ANY(${templateIds}::int4[]) ORDER BY id`,
  )
  const productIds = products.map(({ id }) => id)
  progress(`loading ${size.orders} orders`)
  // Each of five salespeople has a fifth of the orders, and one in eight is nobody's yet.
  await createAll(
    tenant,
    'sale.order',
    ordersOf(size.orders, partnerIds, productIds, [seller.uid, ownSeller.uid, 2, 2, 2]),
    100,
  )
  // As autovacuum would leave it a little later: dead rows of the load are no part of what is measured.
  await tenant.pool.query(sql`VACUUM ANALYZE`)
  return { seller, ownSeller, partnerIds, productIds }
}

async function account(tenant: Tenant, name: string, groups: readonly string[]): Promise<Account> {
  const login = `${name.split(' ', 1)[0]?.toLowerCase()}@example.com`
  const ids = await tenant.pool.query<{ id: number }>(
    sql`SELECT res_id AS id FROM ir_model_data WHERE model = 'res.groups' AND module || '.' || name = ANY(${[...groups]}::text[])`,
  )
  const uid = await withSystemEnv(tenant, 'bench.account', {}, async (env) => {
    const user = await env
      .model('res.users')
      .create({ name, login, group_ids: [[6, 0, ids.map(({ id }) => id)]] } as never)
    return user.id
  })
  const password = `steady oak ${uid} lantern`
  await setPassword(tenant, uid, password, { operatorOverride: true })
  const { key } = await createKey(tenant.pool, uid, { name: 'benchmark' })
  return { uid, login, password, key }
}

// Through the models, as the administrator: what is measured later finds every stored field as the applications leave it.
async function createAll(
  tenant: Tenant,
  model: string,
  values: readonly Readonly<Record<string, unknown>>[],
  size = batch,
): Promise<number[]> {
  const ids: number[] = []
  for (let at = 0; at < values.length; at += size) {
    const made = await withEnv(tenant, 2, { mode: 'write' }, async (env) => {
      const records = env.model(model) as unknown as {
        create(values: readonly unknown[]): Promise<{ readonly ids: readonly number[] }>
      }
      return (await records.create(values.slice(at, at + size))).ids
    })
    ids.push(...made)
  }
  return ids
}

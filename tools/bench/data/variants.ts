/** Tenants that differ in one thing: how many rows, rules or groups they have, or how many tenants there are. */

import { type Tenant, withSystemEnv } from '../../../framework/access/index.ts'
import { type Account, type Filled, fill, type Progress } from './fill.ts'
import { multiplyPartners } from './multiply.ts'
import { prepareTemplate, type Prepared, withNewHome, withTenant } from './prepare.ts'

/** What grows. */
export type Dimension = 'rows' | 'rules' | 'groups' | 'tenants'

export interface Variant {
  readonly dimension: Dimension
  readonly size: number
  readonly data: Prepared
}

const partners = 1_000
const template = 'variants'

/** Sizes along which cost is measured; each variant has the smallest of all the others. */
export const dimensions: Readonly<Record<Dimension, readonly number[]>> = {
  rows: [1_000, 10_000, 100_000, 1_000_000],
  rules: [1, 10, 50],
  groups: [1, 10, 50],
  tenants: [1, 10, 50],
}

/** A home with all variants. @param sizes default `dimensions` */
export async function prepareVariants(
  progress: Progress,
  sizes: typeof dimensions = dimensions,
): Promise<{ readonly homePath: string; readonly variants: readonly Variant[]; remove(): Promise<void> }> {
  const { homePath, remove, made } = await withNewHome(async (home) => {
    let filled: Filled | undefined
    progress('installing the applications')
    await prepareTemplate(home, template, async (tenant) => {
      filled = await fill(tenant, { partners, orders: 0 }, progress)
    })
    const base = filled as Filled
    const create = (name: string, change: (tenant: Tenant) => Promise<Partial<Filled>>) => {
      progress(`making ${name}`)
      return home.tenants.create({ name, template }).then((connection) => withTenant(connection, name, change))
    }
    const made: { dimension: Dimension; size: number; tenants: string[]; filled: Filled }[] = []
    for (const size of sizes.rows) {
      const name = `rows-${size}`
      const changed = await create(name, async ({ pool }) =>
        size > partners ? { partnerIds: await multiplyPartners(pool, size) } : {},
      )
      made.push({ dimension: 'rows', size, tenants: [name], filled: { ...base, ...changed } })
    }
    for (const dimension of ['rules', 'groups'] as const) {
      for (const size of sizes[dimension]) {
        const name = `${dimension}-${size}`
        await create(name, async (tenant) => {
          await (dimension === 'rules' ? addRules(tenant, size) : addGroups(tenant, size, base.seller))
          return {}
        })
        made.push({ dimension, size, tenants: [name], filled: base })
      }
    }
    const tenants: string[] = []
    for (const size of sizes.tenants) {
      while (tenants.length < size) {
        const name = `tenant-${tenants.length + 1}`
        await create(name, async () => ({}))
        tenants.push(name)
      }
      made.push({ dimension: 'tenants', size, tenants: [...tenants], filled: base })
    }
    return { made }
  })
  const variants = made.map(({ dimension, size, tenants, filled }) => {
    const data = { ...filled, homePath, tenants, size: { partners, orders: 0 }, remove }
    return { dimension, size, data }
  })
  return { homePath, variants, remove }
}

// Rules that hold for everybody: all of them stand in every statement on partners.
async function addRules(tenant: Tenant, count: number): Promise<void> {
  await withSystemEnv(tenant, 'bench.rules', {}, async (env) => {
    const [model] = await env.model('ir.model').search([['model', '=', 'res.partner']])
    await env.model('ir.rule').create(
      Array.from({ length: count }, (_, n) => ({
        name: `Not colour ${100 + n}`,
        model_id: model?.id,
        domain_force: `[('color', '!=', ${100 + n})]`,
      })) as never,
    )
  })
}

// Groups with a right of their own, and a user who is in all of them.
async function addGroups(tenant: Tenant, count: number, { uid }: Account): Promise<void> {
  await withSystemEnv(tenant, 'bench.groups', {}, async (env) => {
    const [model] = await env.model('ir.model').search([['model', '=', 'res.partner']])
    for (let n = 0; n < count; n++) {
      const group = await env.model('res.groups').create({ name: `Team ${n}`, user_ids: [[4, uid, 0]] } as never)
      await env.model('ir.model.access').create({
        name: `Team ${n} reads partners`,
        model_id: model?.id,
        group_id: group.id,
        perm_read: true,
      } as never)
    }
  })
}

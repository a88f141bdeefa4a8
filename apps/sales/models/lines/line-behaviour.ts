/** What a line takes from its product, and when it may no longer be changed or removed. */

import { behaviour, type Env, onchange, UserError } from '#framework'
import { lineDefaults, type OrderOfLine } from './line-defaults.ts'

type Values = Readonly<Record<string, unknown>>

/** Changing these on a line of a locked order would change what was agreed. */
const agreed = ['product_id', 'name', 'price_unit', 'product_uom_id', 'product_uom_qty', 'tax_ids', 'discount']

behaviour(
  'sale.order.line',
  (Base) =>
    class extends Base {
      override async create(given: Values | readonly Values[]): Promise<this> {
        const list = (Array.isArray(given) ? given : [given]) as readonly Values[]
        const orders = ordersOf(this.env, list).then((found) => requireOpen(found))
        const defaults = await lineDefaults(this.env, list, orders)
        return super.create(list.map((values, i) => ({ ...defaults[i], ...values })))
      }

      override async write(values: Values): Promise<boolean> {
        if (!agreed.some((name) => name in values) && !('display_type' in values)) return super.write(values)
        const lines = await this.env
          .model('sale.order.line', this.ids)
          .load('order_id', 'display_type', 'product_id', 'product_uom_qty', 'price_unit')
        const orders = requireOpen(await ordersOf(this.env, lines))
        if (
          'display_type' in values &&
          lines.some((line) => (line.display_type ?? false) !== (values['display_type'] || false))
        ) {
          throw new UserError(
            'ERR_LINE_TYPE',
            'A line stays what it is: product, heading or note. Delete it and make another one.',
          )
        }
        if (!values['product_id']) return super.write(values)
        const changed = lines
          .filter((line) => line.product_id !== values['product_id'])
          .map((line) => ({ id: line.id, order_id: line.order_id, product_uom_qty: line.product_uom_qty, ...values }))
        const defaults = await lineDefaults(this.env, changed, Promise.resolve(orders))
        const kept = lines.filter((line) => line.product_id === values['product_id']).map((line) => line.id)
        if (kept.length > 0) await super.browse(kept).writeOwn(values)
        for (const [i, { id }] of changed.entries()) await super.browse([id]).writeOwn({ ...defaults[i], ...values })
        return true
      }

      async writeOwn(values: Values): Promise<boolean> {
        return super.write(values)
      }

      override async unlink(): Promise<boolean> {
        const lines = await this.env
          .model('sale.order.line', this.ids)
          .load('state', 'display_type', 'is_downpayment', 'qty_invoiced', 'order_id')
        requireOpen(await ordersOf(this.env, lines))
        if (
          lines.some(
            (line) => line.state === 'sale' && !line.display_type && (!line.is_downpayment || line.qty_invoiced),
          )
        ) {
          throw new UserError(
            'ERR_LINE_DELETE',
            'A line of a confirmed order cannot be removed. Set its quantity to 0 instead.',
          )
        }
        return super.unlink()
      }
    },
)

onchange('sale.order.line', ['product_id', 'product_uom_qty'], async (values, env) => {
  if (!values['product_id']) return {}
  const { name, product_uom_id, price_unit, tax_ids, ...asked } = values
  return (await lineDefaults(env, [asked], ordersOf(env, [asked])))[0] ?? {}
})

async function ordersOf(env: Env, lines: readonly Values[]): Promise<Map<number, OrderOfLine & Lock>> {
  const ids = [...new Set(lines.map((values) => Number(values['order_id'] || 0)))].filter((id) => id > 0)
  const orders = await env.model('sale.order', ids).load('locked', 'pricelist_id', 'company_id')
  return new Map(orders.map((order) => [order.id, order]))
}

interface Lock {
  readonly locked: boolean | null
}

function requireOpen<T extends Lock>(orders: ReadonlyMap<number, T>): ReadonlyMap<number, T> {
  for (const { locked } of orders.values())
    if (locked) throw new UserError('ERR_ORDER_LOCKED', 'This order is locked. Unlock it before you change its lines.')
  return orders
}

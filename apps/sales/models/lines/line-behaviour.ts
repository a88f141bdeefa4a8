/** What a line takes from its product, and when it may no longer be changed or removed. */

import { behaviour, type Env, onchange, UserError } from '#framework'
import { productPrice } from '#apps/products/index.ts'
import { nowText } from '../orders/sale-order.ts'

type Values = Readonly<Record<string, unknown>>

/** Changing these on a line of a locked order would change what was agreed. */
const agreed = ['product_id', 'name', 'price_unit', 'product_uom_id', 'product_uom_qty', 'tax_ids', 'discount']

behaviour(
  'sale.order.line',
  (Base) =>
    class extends Base {
      override async create(given: Values | readonly Values[]): Promise<this> {
        const prepared: Values[] = []
        for (const values of (Array.isArray(given) ? given : [given]) as readonly Values[]) {
          await refuseLocked(this.env, [Number(values['order_id'] || 0)])
          prepared.push({ ...(await lineDefaults(this.env, values)), ...values })
        }
        return super.create(prepared)
      }

      override async write(values: Values): Promise<boolean> {
        if (!agreed.some((name) => name in values) && !('display_type' in values)) return super.write(values)
        const lines = await this.env
          .model('sale.order.line', this.ids)
          .load('order_id', 'display_type', 'product_id', 'product_uom_qty', 'price_unit')
        await refuseLocked(
          this.env,
          lines.flatMap((line) => line.order_id ?? []),
        )
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
        for (const line of lines) {
          const news =
            line.product_id === values['product_id']
              ? {}
              : await lineDefaults(this.env, {
                  order_id: line.order_id,
                  product_uom_qty: line.product_uom_qty,
                  ...values,
                })
          await super.browse([line.id]).writeOwn({ ...news, ...values })
        }
        return true
      }

      async writeOwn(values: Values): Promise<boolean> {
        return super.write(values)
      }

      override async unlink(): Promise<boolean> {
        const lines = await this.env
          .model('sale.order.line', this.ids)
          .load('state', 'display_type', 'is_downpayment', 'qty_invoiced', 'order_id')
        await refuseLocked(
          this.env,
          lines.flatMap((line) => line.order_id ?? []),
        )
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

onchange('sale.order.line', ['product_id', 'product_uom_qty'], async (values, env) =>
  values['product_id'] ? lineDefaults(env, values) : {},
)

/** Description, unit, price and taxes of a product on this order; nothing for headings, but no quantity either. */
export async function lineDefaults(env: Env, values: Values): Promise<Record<string, unknown>> {
  if (values['display_type']) return { product_uom_qty: 0, price_unit: 0, discount: 0, customer_lead: 0 }
  const productId = Number(values['product_id'] || 0)
  if (!productId) return {}
  const [order] = await env
    .model('sale.order', values['order_id'] ? [Number(values['order_id'])] : [])
    .load('pricelist_id', 'company_id')
  const [product] = await env
    .model('product.product', [productId])
    .load('display_name', 'description_sale', 'uom_id', 'taxes_id.company_id')
  if (!product) return {}
  const company = order?.company_id ?? env.companyId
  const price = await productPrice(env, {
    product: productId,
    quantity: Number(values['product_uom_qty'] ?? 1),
    pricelist: order?.pricelist_id ?? null,
    at: nowText(env),
  })
  return {
    name: product.description_sale ? `${product.display_name}\n${product.description_sale}` : product.display_name,
    product_uom_id: product.uom_id,
    price_unit: price,
    tax_ids: [[6, 0, product.taxes_id.filter((tax) => tax.company_id === company).map((tax) => tax.id)]],
  }
}

async function refuseLocked(env: Env, orders: readonly number[]): Promise<void> {
  const ids = [...new Set(orders)].filter((id) => id > 0)
  if (ids.length === 0) return
  const locked = (await env.model('sale.order', ids).load('locked')).some((order) => order.locked)
  if (locked) throw new UserError('ERR_ORDER_LOCKED', 'This order is locked. Unlock it before you change its lines.')
}

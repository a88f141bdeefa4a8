/** What a new order takes from its customer and company, and what may not be done to it later. */

import { behaviour, type Env, onchange, UserError } from '#framework'
import { companyOf, orderDefaults, orderNumbers } from './order-defaults.ts'

type Values = Readonly<Record<string, unknown>>

/** Changing these on a locked order would change what was agreed. */
const agreed = [
  'partner_id',
  'partner_invoice_id',
  'partner_shipping_id',
  'pricelist_id',
  'currency_id',
  'order_line',
  'company_id',
]

behaviour(
  'sale.order',
  (Base) =>
    class extends Base {
      override async create(given: Values | readonly Values[]): Promise<this> {
        return super.create(await prepared(this.env, (Array.isArray(given) ? given : [given]) as readonly Values[]))
      }

      override async write(values: Values): Promise<boolean> {
        if (agreed.some((name) => name in values)) await this.refuseLocked()
        if ('pricelist_id' in values || 'company_id' in values) await this.refuseCurrencyChange(values)
        return super.write(values)
      }

      override async unlink(): Promise<boolean> {
        const orders = await this.env.model('sale.order', this.ids).load('state')
        if (orders.some((order) => order.state !== 'draft' && order.state !== 'cancel')) {
          throw new UserError(
            'ERR_ORDER_DELETE',
            'A quotation that was sent and a confirmed order cannot be deleted. You must first cancel it.',
          )
        }
        return super.unlink()
      }

      async refuseLocked(): Promise<void> {
        const orders = await this.env.model('sale.order', this.ids).load('locked')
        if (orders.some((order) => order.locked))
          throw new UserError('ERR_ORDER_LOCKED', 'This order is locked. Unlock it before you change what was agreed.')
      }

      async refuseCurrencyChange(values: Values): Promise<void> {
        const orders = await this.env.model('sale.order', this.ids).load('state', 'pricelist_id', 'company_id')
        const changed = orders.some(
          (order) =>
            order.state === 'sale' &&
            (['pricelist_id', 'company_id'] as const).some(
              (name) => name in values && (values[name] || null) !== order[name],
            ),
        )
        if (changed)
          throw new UserError(
            'ERR_ORDER_PRICELIST',
            'The price list and the company of a confirmed order stay as they are.',
          )
      }
    },
)

onchange('sale.order', ['partner_id'], async (values, env) => {
  const [defaults] = await orderDefaults(env, [{ partner_id: values['partner_id'] }])
  const { partner_invoice_id, partner_shipping_id, user_id } = defaults ?? {}
  return { partner_invoice_id, partner_shipping_id, user_id }
})

// Values of new orders, completed; what the context says of a field goes before what customer and company say.
async function prepared(env: Env, list: readonly Values[]): Promise<Values[]> {
  const fromContext = contextDefaults(env)
  const wanted = list.map((values) => ({ ...fromContext, ...values }))
  // Only an order that can be made takes a number; without a customer the model refuses it below.
  const isNumbered = (values: Values) => (!values['name'] || values['name'] === 'New') && values['partner_id']
  const counts = new Map<number, number>()
  for (const values of wanted)
    if (isNumbered(values)) counts.set(companyOf(env, values), (counts.get(companyOf(env, values)) ?? 0) + 1)
  const [defaults, numbers] = await Promise.all([orderDefaults(env, wanted), orderNumbers(env, counts)])
  return wanted.map((values, i) => {
    const told = Object.entries(defaults[i] ?? {}).filter(([name]) => !(name in fromContext))
    const filled = { ...Object.fromEntries(told), ...list[i] }
    return isNumbered(values) ? { ...filled, name: numbers.get(companyOf(env, values))?.shift() } : filled
  })
}

function contextDefaults(env: Env): Values {
  return Object.fromEntries(
    Object.entries(env.context).flatMap(([key, value]) =>
      key.startsWith('default_') ? [[key.slice('default_'.length), value]] : [],
    ),
  )
}

/** The way of an order: quotation, sent, confirmed, cancelled. */

import { api, behaviour, expose, t, UserError } from '#framework'
import { nowText } from './sale-order.ts'

const step = (doc: string) => api({ params: {}, returns: t.bool, access: 'write', doc })

expose('sale.order', {
  action_confirm: step('Confirm the quotations'),
  action_quotation_sent: step('Mark the quotations as sent'),
  action_cancel: step('Cancel the orders'),
  action_draft: step('Turn cancelled orders and sent quotations back into quotations'),
  action_lock: step('Lock the orders: nobody changes what was agreed'),
  action_unlock: step('Unlock the orders'),
})

behaviour(
  'sale.order',
  (Base) =>
    class extends Base {
      async action_confirm(): Promise<boolean> {
        const orders = await this.env
          .model('sale.order', this.ids)
          .load('name', 'state', 'order_line.display_type', 'order_line.is_downpayment', 'order_line.product_id')
        if (orders.some((order) => order.state !== 'draft' && order.state !== 'sent')) {
          throw new UserError(
            'ERR_ORDER_STATE',
            'Only quotations can be confirmed; at least one of these orders is confirmed or cancelled already.',
          )
        }
        const incomplete = orders.find((order) =>
          order.order_line.some((line) => !line.display_type && !line.is_downpayment && !line.product_id),
        )
        if (incomplete) throw new UserError('ERR_ORDER_PRODUCT', `A line of ${incomplete.name} has no product.`)
        const locks = this.env.user.groups.has('sale.group_auto_done_setting')
        return this.write({ state: 'sale', date_order: nowText(this.env), ...(locks ? { locked: true } : {}) })
      }

      async action_quotation_sent(): Promise<boolean> {
        await this.requireState(['draft'], 'Only quotations that were not sent yet can be marked as sent.')
        return this.write({ state: 'sent' })
      }

      async action_cancel(): Promise<boolean> {
        const orders = await this.env.model('sale.order', this.ids).load('locked')
        if (orders.some((order) => order.locked))
          throw new UserError('ERR_ORDER_LOCKED', 'A locked order cannot be cancelled. Unlock it first.')
        return this.write({ state: 'cancel' })
      }

      async action_draft(): Promise<boolean> {
        const orders = await this.env.model('sale.order', this.ids).load('state')
        const back = orders
          .filter((order) => order.state === 'cancel' || order.state === 'sent')
          .map((order) => order.id)
        // What was signed was the order as it stood; a new quotation is signed anew.
        return this.browse(back).write({ state: 'draft', signature: null, signed_by: null, signed_on: null })
      }

      async action_lock(): Promise<boolean> {
        await this.requireState(['sale'], 'Only confirmed orders are locked.')
        return this.write({ locked: true })
      }

      async action_unlock(): Promise<boolean> {
        return this.write({ locked: false })
      }

      async requireState(states: readonly string[], message: string): Promise<void> {
        const orders = await this.env.model('sale.order', this.ids).load('state')
        if (orders.some((order) => !states.includes(order.state ?? 'draft')))
          throw new UserError('ERR_ORDER_STATE', message)
      }
    },
)

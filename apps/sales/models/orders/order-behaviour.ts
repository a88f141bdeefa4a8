/** What a new order takes from its customer and company, and what may not be done to it later. */

import { behaviour, type Env, onchange, UserError } from '#framework'

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
        const prepared: Values[] = []
        for (const values of (Array.isArray(given) ? given : [given]) as readonly Values[])
          prepared.push(await this.prepared(values))
        return super.create(prepared)
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

      async prepared(values: Values): Promise<Values> {
        const companyId = Number(values['company_id'] || this.env.companyId)
        const wanted = { ...fromContext(this.env), ...values }
        const filled = { ...(await orderDefaults(this.env, wanted, companyId)), ...values }
        if (values['name'] && values['name'] !== 'New') return filled
        // Only an order that can be made takes a number; without a customer the model refuses it below.
        return wanted['partner_id'] ? { ...filled, name: await nextNumber(this.env, companyId) } : filled
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
  const { partner_invoice_id, partner_shipping_id, user_id } = await orderDefaults(
    env,
    { partner_id: values['partner_id'] },
    env.companyId,
  )
  return { partner_invoice_id, partner_shipping_id, user_id }
})

/** What the customer, the company and the caller say about a new order. */
export async function orderDefaults(env: Env, values: Values, companyId: number): Promise<Record<string, unknown>> {
  const defaults: Record<string, unknown> = {}
  const partnerId = Number(values['partner_id'] || 0)
  if (partnerId) {
    const [partner] = await env.model('res.partner', [partnerId]).load('user_id', 'commercial_partner_id')
    defaults['partner_invoice_id'] = await addressOf(
      env,
      partnerId,
      partner?.commercial_partner_id ?? partnerId,
      'invoice',
    )
    defaults['partner_shipping_id'] = await addressOf(
      env,
      partnerId,
      partner?.commercial_partner_id ?? partnerId,
      'delivery',
    )
    defaults['user_id'] = salesperson(env, partner?.user_id ?? null)
  } else defaults['user_id'] = salesperson(env, null)
  const userId = Number(values['user_id'] ?? defaults['user_id'] ?? 0)
  defaults['team_id'] = await teamOf(env, userId)
  const [company] = await env.model('res.company', [companyId]).load('quotation_validity_days')
  const days = company?.quotation_validity_days ?? 0
  if (days > 0) defaults['validity_date'] = new Date(env.now().getTime() + days * 86_400_000).toISOString().slice(0, 10)
  return defaults
}

function fromContext(env: Env): Values {
  return Object.fromEntries(
    Object.entries(env.context).flatMap(([key, value]) =>
      key.startsWith('default_') ? [[key.slice('default_'.length), value]] : [],
    ),
  )
}

// Who sees only own documents makes own documents; otherwise the customer's salesperson comes first.
function salesperson(env: Env, ofPartner: number | null): number | null {
  const { groups } = env.user
  if (groups.has('sales_team.group_sale_salesman_all_leads') && ofPartner) return ofPartner
  return groups.has('sales_team.group_sale_salesman') ? env.uid : ofPartner
}

// The customer's own address of that type, else its company's, else the customer itself.
async function addressOf(env: Env, partner: number, company: number, type: 'invoice' | 'delivery'): Promise<number> {
  for (const parent of partner === company ? [partner] : [partner, company]) {
    const found = await env.model('res.partner').search(
      [
        ['parent_id', '=', parent],
        ['type', '=', type],
      ],
      0,
      1,
    )
    if (found.ids[0] !== undefined) return found.ids[0]
  }
  return partner
}

async function teamOf(env: Env, userId: number): Promise<number | null> {
  if (userId) {
    const member = await env.model('crm.team.member').search([['user_id', '=', userId]], 0, 1)
    const [row] = await member.load('crm_team_id')
    if (row?.crm_team_id) return row.crm_team_id
  }
  return (await env.model('crm.team').search([], 0, 1)).ids[0] ?? null
}

interface Numbering {
  next_by_code(code: string): Promise<string | false | null>
}

async function nextNumber(env: Env, companyId: number): Promise<string> {
  const bounds = { models: ['ir.sequence'], ops: ['read', 'write'] as const }
  const number = await env.elevate('sales.orders.number', bounds, (system) => {
    return (system.withContext({ company_id: companyId }).model('ir.sequence') as unknown as Numbering).next_by_code(
      'sale.order',
    )
  })
  if (!number)
    throw new UserError(
      'ERR_ORDER_NUMBER',
      'There is no sequence for sales orders. Ask your administrator to make one with the code sale.order.',
    )
  return number
}

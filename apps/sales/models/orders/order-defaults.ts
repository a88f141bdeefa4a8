/** What new orders take from their customers, their companies and the caller: a fixed number of reads for all of them. */

import { type Env, numbersByCode, UserError } from '#framework'

type Values = Readonly<Record<string, unknown>>

/** Values for orders that do not say them themselves, in the order of `list`. */
export async function orderDefaults(env: Env, list: readonly Values[]): Promise<Record<string, unknown>[]> {
  const [customers, known, companies, firstTeam] = await Promise.all([
    customersOf(env, ids(list, 'partner_id')),
    // Most orders are the caller's own, or say whose they are.
    teamsOf(env, ids([...list, { user_id: env.uid }], 'user_id')),
    companiesOf(env, new Set(list.map((values) => companyOf(env, values)))),
    env.model('crm.team').search([], 0, 1),
  ])
  const sellers = list.map((values) => {
    const own = salesperson(env, customers.get(Number(values['partner_id'] || 0))?.user_id ?? null)
    return { own, user: Number(values['user_id'] ?? own ?? 0) }
  })
  const others = sellers.map(({ user }) => user).filter((user) => !known.has(user))
  const teams = new Map([...known, ...(await teamsOf(env, new Set(others)))])
  return list.map((values, i) => {
    const partner = Number(values['partner_id'] || 0)
    const customer = customers.get(partner)
    const company = companies.get(companyOf(env, values))
    const days = company?.quotation_validity_days ?? 0
    return {
      ...(customer ? { partner_invoice_id: customer.invoice, partner_shipping_id: customer.delivery } : {}),
      user_id: sellers[i]?.own ?? null,
      team_id: teams.get(sellers[i]?.user ?? 0) ?? firstTeam.ids[0] ?? null,
      require_signature: company?.portal_confirmation_sign ?? false,
      require_payment: company?.portal_confirmation_pay ?? false,
      ...(days > 0
        ? { validity_date: new Date(env.now().getTime() + days * 86_400_000).toISOString().slice(0, 10) }
        : {}),
    }
  })
}

/** The company of an order with these values. */
export function companyOf(env: Env, values: Values): number {
  return Number(values['company_id'] || env.companyId)
}

/** Numbers for new orders by company: as many as are asked for. @throws UserError ERR_ORDER_NUMBER */
export async function orderNumbers(
  env: Env,
  counts: ReadonlyMap<number, number>,
): Promise<ReadonlyMap<number, string[]>> {
  const numbers = new Map<number, string[]>()
  for (const [company, count] of counts) {
    const taken = await numbersByCode(env, 'sale.order', count, company)
    if (!taken)
      throw new UserError(
        'ERR_ORDER_NUMBER',
        'There is no sequence for sales orders. Ask your administrator to make one with the code sale.order.',
      )
    numbers.set(company, taken)
  }
  return numbers
}

function ids(list: readonly Values[], field: string): Set<number> {
  return new Set(list.map((values) => Number(values[field] || 0)).filter((id) => id > 0))
}

// Who sees only own documents makes own documents; otherwise the customer's salesperson comes first.
function salesperson(env: Env, ofPartner: number | null): number | null {
  const { groups } = env.user
  if (groups.has('sales_team.group_sale_salesman_all_leads') && ofPartner) return ofPartner
  return groups.has('sales_team.group_sale_salesman') ? env.uid : ofPartner
}

interface Customer {
  readonly user_id: number | null
  readonly invoice: number
  readonly delivery: number
}

// A customer's own address of that type, else its company's, else the customer itself.
async function customersOf(env: Env, partners: ReadonlySet<number>): Promise<Map<number, Customer>> {
  if (partners.size === 0) return new Map()
  const rows = await partnersWithAddresses(env, partners, partners)
  const known = new Map(rows.map((row) => [row.id, row]))
  // Refuses in the usual words when a customer is not there for the caller.
  if ([...partners].some((id) => !known.has(id))) await env.model('res.partner', [...partners]).load('id')
  const companies = [...partners].flatMap((id) => known.get(id)?.commercial_partner_id || [])
  const others = new Set(companies.filter((id) => !partners.has(id)))
  if (others.size > 0) rows.push(...(await partnersWithAddresses(env, new Set(), others)))
  const addresses = new Map<string, number>()
  for (const { id, active, parent_id, type } of rows)
    if (active && !addresses.has(`${parent_id} ${type}`)) addresses.set(`${parent_id} ${type}`, id)
  const addressOf = (partner: number, type: string) =>
    addresses.get(`${partner} ${type}`) ??
    addresses.get(`${known.get(partner)?.commercial_partner_id} ${type}`) ??
    partner
  return new Map(
    [...partners].map((id) => [
      id,
      {
        user_id: known.get(id)?.user_id || null,
        invoice: addressOf(id, 'invoice'),
        delivery: addressOf(id, 'delivery'),
      },
    ]),
  )
}

// These partners, archived ones too, and the addresses below those parents.
function partnersWithAddresses(env: Env, partners: ReadonlySet<number>, parents: ReadonlySet<number>) {
  return env
    .model('res.partner')
    .loadFound(
      [
        '|',
        ['id', 'in', [...partners]],
        '&',
        '&',
        ['parent_id', 'in', [...parents]],
        ['type', 'in', ['invoice', 'delivery']],
        ['active', '=', true],
      ],
      'parent_id',
      'type',
      'active',
      'user_id',
      'commercial_partner_id',
    )
}

// The teams that users belong to.
async function teamsOf(env: Env, users: ReadonlySet<number>): Promise<Map<number, number | null>> {
  const people = [...users].filter((id) => id > 0)
  const teams = new Map<number, number | null>(people.map((id) => [id, null]))
  if (people.length === 0) return teams
  const members = await env.model('crm.team.member').loadFound([['user_id', 'in', people]], 'user_id', 'crm_team_id')
  for (const { user_id, crm_team_id } of members)
    if (user_id && crm_team_id && !teams.get(user_id)) teams.set(user_id, crm_team_id)
  return teams
}

async function companiesOf(env: Env, companies: ReadonlySet<number>) {
  const rows = await env
    .model('res.company', [...companies])
    .load('quotation_validity_days', 'portal_confirmation_sign', 'portal_confirmation_pay')
  return new Map(rows.map((row) => [row.id, row]))
}

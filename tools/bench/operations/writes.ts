/**
 * Writing. The handler does the same work in SQL written by hand: one statement that leaves the very rows that the
 * server leaves, stored computed fields and access rule included; `verify.ts` compares them.
 */

import { linesOf, partnerOf } from '../data/company.ts'
import type { Prepared } from '../data/prepare.ts'
import type { Operation } from './operation.ts'
import { someId } from './reads.ts'

const byHand = 'SQL by hand that leaves the same rows'
const now = `date_trunc('milliseconds', now() AT TIME ZONE 'UTC')`
const jobs = ['Buyer', 'Planner', 'Director', 'Engineer']

/** Partners of calls are numbered far from those that were loaded. */
function newPartners(count: number, n: number): Readonly<Record<string, unknown>>[] {
  return Array.from({ length: count }, (_, i) => partnerOf(1_000_000 + n * count + i, 1 + ((n + i) % 40)))
}

// $1: list of partners, $2: the user, $3: companies that she may work in.
const insertPartners = `
  WITH given AS (
    SELECT nextval('res_partner_id_seq')::int4 AS id, g.* FROM json_to_recordset($1::json)
      AS g(name text, is_company bool, email text, phone text, street text, city text, zip text, country_id int4,
        company_id int4))
  INSERT INTO res_partner (id, name, complete_name, is_company, email, email_normalized, phone, street, city, zip, country_id, company_id,
    active, type, color, lang, commercial_partner_id, commercial_company_name, partner_share, create_uid, write_uid, create_date, write_date)
  SELECT id, name, name, is_company, email, lower(email), phone, street, city, zip, country_id, company_id,
    true, 'contact', 0, 'en_US', id, CASE WHEN is_company THEN name END, true, $2::int4, $2::int4, ${now}, ${now}
  FROM given WHERE company_id = ANY($3::int4[]) OR company_id IS NULL RETURNING id`

const insertPlan = (data: Prepared) => ({
  text: insertPartners,
  values: [null, data.seller.uid, [1]],
  slots: [0],
  answer: 'ids' as const,
})

// $1: customer, $2: list of products and quantities, $3: the user, $4: the company.
const insertOrder = `
  WITH given AS (
    SELECT g.product, g.quantity, row_number() OVER () AS n FROM json_to_recordset($2::json) AS g(product int4, quantity numeric)),
  priced AS (
    SELECT given.*, p.display_name AS name, t.uom_id, t.list_price AS price, round(t.list_price * quantity, 2) AS subtotal
    FROM given JOIN product_product p ON p.id = given.product JOIN product_template t ON t.id = p.product_tmpl_id),
  placed AS (
    INSERT INTO sale_order (name, state, locked, partner_id, partner_invoice_id, partner_shipping_id, date_order, validity_date, user_id,
      team_id, company_id, currency_id, currency_rate, amount_untaxed, amount_tax, amount_total, invoice_status, require_signature,
      require_payment, prepayment_percent, create_uid, write_uid, create_date, write_date)
    SELECT 'S' || lpad(nextval('hf_number_3')::text, 5, '0'), 'sale', false, c.id, c.id, c.id, date_trunc('second', ${now}),
      current_date + o.quotation_validity_days, $3::int4, (SELECT id FROM crm_team WHERE active ORDER BY sequence, id LIMIT 1), o.id, o.currency_id, 1,
      s.total, 0, s.total, 'to invoice', o.portal_confirmation_sign, o.portal_confirmation_pay, 1, $3::int4, $3::int4, ${now}, ${now}
    FROM res_partner c, res_company o, (SELECT sum(subtotal) AS total FROM priced) s WHERE c.id = $1::int4 AND o.id = $4::int4
    RETURNING *),
  lines AS (
    INSERT INTO sale_order_line (order_id, sequence, is_downpayment, is_expense, product_id, name, product_uom_qty, product_uom_id, price_unit,
      discount, price_subtotal, price_tax, price_total, price_reduce_taxexcl, price_reduce_taxinc, customer_lead, qty_delivered, qty_invoiced,
      qty_to_invoice, untaxed_amount_to_invoice, invoice_status, state, order_partner_id, salesman_id, currency_id, company_id, display_name,
      create_uid, write_uid, create_date, write_date)
    SELECT o.id, 10, false, false, l.product, l.name, l.quantity, l.uom_id, l.price,
      0, l.subtotal, 0, l.subtotal, round(l.subtotal / l.quantity, 2), round(l.subtotal / l.quantity, 2), 0, 0, 0,
      l.quantity, l.subtotal, 'to invoice', o.state, o.partner_id, o.user_id, o.currency_id, o.company_id, o.name || ' - ' || l.name,
      $3::int4, $3::int4, o.create_date, o.write_date
    FROM placed o, priced l ORDER BY l.n)
  SELECT id FROM placed`

const common = {
  as: 'seller',
  protocols: ['JSON-2'],
  concurrency: [1, 16],
  recordsPerCall: 1,
  aim: 0.5,
  rivalDoes: byHand,
} as const

export const writes: readonly Operation[] = [
  {
    ...common,
    key: 'e',
    title: 'write of 1 char field',
    calls: [
      (data, n) => ({
        model: 'res.partner',
        method: 'write',
        ids: [someId(data.partnerIds, n)],
        named: { vals: { function: jobs[n % jobs.length] } },
      }),
    ],
    rivalArguments: (data, n) => [someId(data.partnerIds, n), jobs[n % jobs.length]],
    rivalPlan: (data) => ({
      text: `UPDATE res_partner SET function = $2::varchar, write_uid = $3::int4, write_date = ${now}
        WHERE id = $1::int4 AND (partner_share IS NOT TRUE OR company_id = ANY($4::int4[]) OR company_id IS NULL) RETURNING id`,
      values: [null, null, data.seller.uid, [1]],
      slots: [0, 1],
      answer: 'true',
    }),
  },
  {
    ...common,
    key: 'c',
    title: 'create of 1 partner',
    calls: [(_data, n) => ({ model: 'res.partner', method: 'create', named: { vals_list: newPartners(1, n) } })],
    rivalArguments: (_data, n) => [newPartners(1, n)],
    rivalPlan: insertPlan,
    compare: { table: 'res_partner', ownId: ['commercial_partner_id'], ignore: [] },
  },
  {
    ...common,
    key: 'i',
    title: 'sale order with 5 lines, created and confirmed (two calls)',
    calls: [
      (data, n) => ({
        model: 'sale.order',
        method: 'create',
        named: { vals_list: [{ partner_id: someId(data.partnerIds, n), order_line: linesOf(5, n, data.productIds) }] },
      }),
      (_data, _n, made) => ({
        model: 'sale.order',
        method: 'action_confirm',
        ids: made as number[],
        named: {},
      }),
    ],
    rivalArguments: (data, n) => [
      someId(data.partnerIds, n),
      linesOf(5, n, data.productIds).map((command) => {
        const { product_id, product_uom_qty } = (command as [number, number, Record<string, unknown>])[2]
        return { product: product_id, quantity: product_uom_qty }
      }),
    ],
    rivalPlan: (data) => ({
      text: insertOrder,
      values: [null, null, data.seller.uid, 1],
      slots: [0, 1],
      answer: 'ids',
    }),
    compare: {
      table: 'sale_order',
      ownId: [],
      ignore: ['name', 'date_order'],
      lines: { table: 'sale_order_line', link: 'order_id', ignore: ['order_id', 'display_name'] },
    },
  },
  {
    ...common,
    key: 'd',
    title: 'create of 1 000 partners in one call',
    concurrency: [1, 4],
    recordsPerCall: 1_000,
    calls: [
      (_data, n) => ({ model: 'res.partner', method: 'create', named: { vals_list: newPartners(1_000, n % 8) } }),
    ],
    rivalArguments: (_data, n) => [newPartners(1_000, n % 8)],
    rivalPlan: insertPlan,
  },
]

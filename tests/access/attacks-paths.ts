/** Coming from records that the salesperson may see: paths, sorts, groups and lists that lead to the secret order. */

import type { Call } from '../support/index.ts'
import { type Attack, holds } from './attack.ts'
import { probes, type World } from './world.ts'

const secretIsAbsent = (value: unknown, { target }: World) => !holds(value, target.order, target.line)
const isEmpty = (value: unknown) => JSON.stringify(value) === '[]' || value === 0

/** A guess in a domain: the answer to a right one and to a wrong one must be the same. */
function guess(by: string, model: string, domain: (probe: string) => unknown[]): Attack {
  const call = (probe: string): Call => ({ model, method: 'search', args: [domain(probe)] })
  return { by, call: () => call(probes.hit), like: [() => call(probes.miss)] }
}

/** Puts memos in an order: that of one which points at the secret must not depend on the secret. */
function sorted(by: string, order: string): Attack {
  return {
    by,
    call: () => ({ model: 'x_memo', method: 'search_read', args: [[], ['x_order_id'], 0, null, order] }),
    like: [],
  }
}

export const pathAttacks: readonly Attack[] = [
  {
    by: 'by a dotted path from lines',
    call: ({ ritaUid }) => ({
      model: 'sale.order.line',
      method: 'search',
      args: [[['order_id.user_id', '=', ritaUid]]],
    }),
    like: [],
    must: isEmpty,
  },
  guess('by guessing its reference over the lines', 'sale.order.line', (p) => [
    ['order_id.client_order_ref', '=like', p],
  ]),
  guess('by guessing it over the customer', 'res.partner', (p) => [['sale_order_ids.client_order_ref', '=like', p]]),
  guess('by guessing it over the customer with a negation', 'res.partner', (p) => [
    '!',
    ['sale_order_ids.client_order_ref', '=like', p],
  ]),
  guess('by guessing it with any', 'res.partner', (p) => [['sale_order_ids', 'any', [['note', 'ilike', p]]]]),
  guess('by guessing it with not any', 'res.partner', (p) => [
    ['sale_order_ids', 'not any', [['client_order_ref', '=like', p]]],
  ]),
  guess('by guessing its name over a relation', 'res.partner', (p) => [['sale_order_ids', 'ilike', p.slice(0, -1)]]),
  guess('by guessing a line over the customer', 'res.partner', (p) => [['sale_order_ids.order_line.name', '=like', p]]),
  guess('by guessing it over a memo', 'x_memo', (p) => [['x_order_id.client_order_ref', '=like', p]]),
  guess('by guessing its name over a memo', 'x_memo', (p) => [['x_order_id', 'ilike', p.slice(0, -1)]]),
  guess('by guessing it over a list of a memo', 'x_memo', (p) => [['x_order_ids.client_order_ref', '=like', p]]),
  guess('by guessing it over a memo with a negation', 'x_memo', (p) => [
    '!',
    ['x_order_id.client_order_ref', '=like', p],
  ]),
  guess('by guessing a number over a memo', 'x_memo', (p) => [
    ['x_order_id.amount_total', p === probes.hit ? '>' : '<', p === probes.hit ? 31_000 : -1],
  ]),
  guess('by guessing who sells it, over a memo', 'x_memo', (p) => [
    ['x_order_id.user_id.login', '=', p === probes.hit ? 'rita' : 'nobody at all'],
  ]),
  guess('by guessing over a path of three', 'res.partner', (p) => [
    ['parent_id.sale_order_ids.client_order_ref', '=like', p],
  ]),
  {
    by: 'by whether a customer has orders',
    call: ({ buyer }) => ({
      model: 'res.partner',
      method: 'search',
      args: [
        [
          ['id', '=', buyer],
          ['sale_order_ids', '!=', false],
        ],
      ],
    }),
    like: [],
    must: isEmpty,
  },
  {
    by: 'by the number of orders of a customer',
    call: ({ buyer }) => ({ model: 'res.partner', method: 'read', args: [[buyer], ['sale_order_count']] }),
    like: [],
    must: (value) => (value as { sale_order_count: number }[])[0]?.sale_order_count === 0,
  },
  {
    by: "by the customer's list of orders",
    call: ({ buyer }) => ({ model: 'res.partner', method: 'read', args: [[buyer], ['sale_order_ids', 'name']] }),
    like: [],
    must: secretIsAbsent,
  },
  {
    by: "by a read specification over the customer's orders",
    call: ({ buyer }) => ({
      model: 'res.partner',
      method: 'web_read',
      args: [[buyer], { sale_order_ids: { fields: { name: {}, order_line: { fields: { name: {} } } } } }],
    }),
    like: [],
    must: secretIsAbsent,
  },
  {
    by: "by exporting the customer's orders",
    call: ({ buyer }) => ({
      model: 'res.partner',
      method: 'export_data',
      args: [[buyer], ['name', 'sale_order_ids/name', 'sale_order_ids/id', 'sale_order_ids/.id']],
    }),
    like: [],
    must: secretIsAbsent,
  },
  {
    by: 'by the name of an order that a memo points at',
    call: ({ memo }) => ({ model: 'x_memo', method: 'read', args: [[memo], ['x_order_id', 'x_order_ids']] }),
    like: [],
    must: secretIsAbsent,
  },
  {
    by: 'by a read specification over a memo',
    call: ({ memo }) => ({
      model: 'x_memo',
      method: 'web_read',
      args: [[memo], { x_order_id: { fields: { display_name: {}, note: {} } }, x_order_ids: { fields: { name: {} } } }],
    }),
    like: [],
    must: secretIsAbsent,
  },
  {
    by: 'by plain ids of a memo',
    call: ({ memo }) => ({ model: 'x_memo', method: 'read', args: [[memo], ['x_order_id', 'x_order_ids'], null] }),
    like: [],
    must: secretIsAbsent,
  },
  {
    by: 'by exporting a memo',
    call: ({ memo }) => ({
      model: 'x_memo',
      method: 'export_data',
      args: [[memo], ['x_order_id', 'x_order_id/id', 'x_order_id/.id', 'x_order_id/note', 'x_order_ids/name']],
    }),
    like: [],
    must: secretIsAbsent,
  },
  {
    by: 'by grouping memos over the order',
    call: () => ({ model: 'x_memo', method: 'formatted_read_group', args: [[], ['x_order_id'], ['__count']] }),
    like: [],
    must: secretIsAbsent,
  },
  {
    by: 'by grouping memos over their lists',
    call: () => ({ model: 'x_memo', method: 'read_group', args: [[], ['__count'], ['x_order_ids']] }),
    like: [],
    must: secretIsAbsent,
  },
  sorted('by sorting memos by the order', 'x_order_id'),
  sorted('by sorting memos by a field of the order', 'x_order_id.client_order_ref desc'),
  {
    by: 'by looking a memo up by the id of the order',
    call: (_w, { order }) => ({ model: 'x_memo', method: 'search', args: [[['x_order_id', '=', order]]] }),
    must: isEmpty,
  },
  {
    by: 'by whether a memo has an order that it may not see',
    call: ({ memo }) => ({
      model: 'x_memo',
      method: 'search',
      args: [
        [
          ['id', '=', memo],
          ['x_order_id', '!=', false],
        ],
      ],
    }),
    like: [],
    must: isEmpty,
  },
  {
    by: 'by what a form fills in for a memo',
    call: (_w, { order }) => ({
      model: 'x_memo',
      method: 'onchange',
      args: [[], {}, [], { x_order_id: { fields: { display_name: {}, note: {} } }, x_name: {} }],
      kwargs: { context: { default_x_order_id: order } },
    }),
  },
  {
    by: 'by what a form fills in for a line',
    call: ({ product }, { order }) => ({
      model: 'sale.order.line',
      method: 'onchange',
      args: [
        [],
        { order_id: order, product_id: product, product_uom_qty: 1 },
        ['product_id'],
        {
          order_id: { fields: { client_order_ref: {}, display_name: {} } },
          name: {},
          salesman_id: { fields: { display_name: {} } },
        },
      ],
    }),
  },
  {
    by: 'by its external id',
    call: () => ({
      model: 'ir.model.data',
      method: 'search_read',
      args: [[['name', '=like', probes.hit]], ['name', 'model', 'res_id']],
    }),
    like: [
      () => ({
        model: 'ir.model.data',
        method: 'search_read',
        args: [[['name', '=like', probes.miss]], ['name', 'model', 'res_id']],
      }),
    ],
    must: isEmpty,
  },
]

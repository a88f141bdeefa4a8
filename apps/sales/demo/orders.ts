/** The orders themselves: in all states, of several salespeople, at dates that are always recent. */

import { records, ref } from '#framework'

type Values = Readonly<Record<string, unknown>>
/** Product code, quantity, discount in percent. */
type Line = readonly [code: string, quantity: number, discount?: number] | string

interface Sale {
  readonly customer: string
  readonly by: 'nora' | 'tomas' | 'ines' | 'admin'
  readonly daysAgo: number
  readonly state: 'draft' | 'sent' | 'sale' | 'cancel'
  readonly lines: readonly Line[]
  readonly more?: Values
}

const tag = (...names: string[]): Values => ({ tag_ids: [[6, 0, names.map((name) => ref(`demo_tag_${name}`))]] })

const sales: readonly Sale[] = [
  { customer: 'harbor', by: 'admin', daysAgo: 3, state: 'draft', lines: [['4001', 2]] },
  {
    customer: 'harbor',
    by: 'tomas',
    daysAgo: 171,
    state: 'sale',
    lines: [
      ['1001', 4],
      ['2001', 4],
      ['4001', 4],
      ['9002', 3],
    ],
    more: { client_order_ref: 'HLA-0417', ...tag('newoffice') },
  },
  {
    customer: 'northgate',
    by: 'ines',
    daysAgo: 163,
    state: 'sale',
    lines: ['Reading room', ['3001', 12, 10], ['2003', 40, 15], 'Staff lounge', ['2005', 2], ['4003', 2]],
    more: { client_order_ref: 'PO 88120', ...tag('refit') },
  },
  {
    customer: 'bluekettle',
    by: 'nora',
    daysAgo: 158,
    state: 'sale',
    lines: [
      ['2006', 14, 5],
      ['1006', 3],
      ['4002', 9],
    ],
  },
  {
    customer: 'quillfeather',
    by: 'tomas',
    daysAgo: 149,
    state: 'sale',
    lines: [
      ['1002', 6],
      ['2002', 6],
      ['5004', 6],
    ],
  },
  {
    customer: 'kranich',
    by: 'ines',
    daysAgo: 140,
    state: 'sale',
    lines: [
      ['1007', 1],
      ['2004', 10, 8],
      ['5005', 1],
      ['9001', 4],
    ],
    more: { client_order_ref: '4500018832' },
  },
  {
    customer: 'merrick',
    by: 'tomas',
    daysAgo: 131,
    state: 'sale',
    lines: [
      ['1005', 1],
      ['2004', 6],
      ['3005', 2],
    ],
  },
  {
    customer: 'single_rosa',
    by: 'tomas',
    daysAgo: 126,
    state: 'sale',
    lines: [
      ['1002', 1],
      ['2002', 1],
      ['5006', 2],
    ],
  },
  {
    customer: 'solstice',
    by: 'ines',
    daysAgo: 118,
    state: 'sale',
    lines: [
      ['1004', 5, 7.5],
      ['2001', 20, 7.5],
      ['5001', 20],
      ['5002', 20],
      ['9002', 11],
    ],
    more: { client_order_ref: 'SOL-2291', ...tag('newoffice') },
  },
  {
    customer: 'lakeshore',
    by: 'nora',
    daysAgo: 110,
    state: 'cancel',
    lines: [
      ['1005', 2],
      ['2004', 8],
    ],
  },
  {
    customer: 'maplecourt',
    by: 'ines',
    daysAgo: 101,
    state: 'sale',
    lines: [
      ['2005', 3],
      ['4002', 12],
      ['3006', 4],
      ['9003', 1],
    ],
  },
  {
    customer: 'vandersteen',
    by: 'nora',
    daysAgo: 93,
    state: 'sale',
    lines: [
      ['1002', 3],
      ['3002', 2],
      ['4001', 3],
    ],
  },
  {
    customer: 'larkspur',
    by: 'tomas',
    daysAgo: 86,
    state: 'sale',
    lines: [
      ['2003', 24, 15],
      ['3004', 4],
      ['0100', 4],
    ],
  },
  {
    customer: 'harbor',
    by: 'tomas',
    daysAgo: 79,
    state: 'sale',
    lines: [
      ['5003', 18, 10],
      ['9002', 2],
    ],
    more: tag('repeat'),
  },
  {
    customer: 'atelier',
    by: 'nora',
    daysAgo: 70,
    state: 'sale',
    lines: [
      ['1001', 2],
      ['4003', 2],
      ['3005', 1],
    ],
  },
  {
    customer: 'hollins',
    by: 'nora',
    daysAgo: 64,
    state: 'cancel',
    lines: [
      ['1007', 1],
      ['2001', 10],
    ],
  },
  {
    customer: 'northgate',
    by: 'ines',
    daysAgo: 55,
    state: 'sale',
    lines: [
      ['5005', 3],
      ['2003', 60, 18],
    ],
    more: { client_order_ref: 'PO 88764', ...tag('repeat') },
  },
  {
    customer: 'bluekettle',
    by: 'nora',
    daysAgo: 47,
    state: 'sale',
    lines: [
      ['2006', 4],
      ['5006', 12],
    ],
  },
  {
    customer: 'single_arthur',
    by: 'admin',
    daysAgo: 41,
    state: 'sale',
    lines: [
      ['2007', 1],
      ['4001', 1],
    ],
  },
  {
    customer: 'kranich',
    by: 'ines',
    daysAgo: 33,
    state: 'sent',
    lines: ['Option A', ['1004', 2, 5], ['2002', 8, 5], 'Option B', ['1001', 8, 5], ['2001', 8, 5]],
  },
  {
    customer: 'polder',
    by: 'tomas',
    daysAgo: 26,
    state: 'sent',
    lines: [
      ['1006', 1],
      ['2004', 4],
      ['4002', 2],
    ],
  },
  {
    customer: 'solstice',
    by: 'ines',
    daysAgo: 19,
    state: 'sent',
    lines: [
      ['3004', 6],
      ['3003', 20, 10],
    ],
    more: tag('repeat'),
  },
  {
    customer: 'merrick',
    by: 'tomas',
    daysAgo: 12,
    state: 'draft',
    lines: [
      ['2001', 3],
      ['5002', 3],
    ],
  },
  {
    customer: 'lakeshore',
    by: 'admin',
    daysAgo: 8,
    state: 'draft',
    lines: [
      ['1005', 1],
      ['2005', 1],
    ],
  },
  {
    customer: 'quillfeather',
    by: 'tomas',
    daysAgo: 5,
    state: 'draft',
    lines: [
      ['3001', 5],
      ['3002', 1],
      ['9001', 2],
    ],
  },
  { customer: 'larkspur', by: 'admin', daysAgo: 2, state: 'draft', lines: [['2003', 10]] },
  {
    customer: 'maplecourt',
    by: 'ines',
    daysAgo: 1,
    state: 'draft',
    lines: [
      ['2005', 1],
      ['3006', 2],
    ],
    more: tag('refit'),
  },
]

const madeAt = Date.now()

// Office hours, a little different each time, so that lists look lived in.
function moment(sale: Sale, index: number): string {
  const day = new Date(madeAt - sale.daysAgo * 86_400_000).toISOString().slice(0, 10)
  return `${day} ${String(13 + (index % 8)).padStart(2, '0')}:${String((index * 17) % 60).padStart(2, '0')}:00`
}

// What leaves the country is sold without sales tax.
const abroad = new Set(['kranich', 'maplecourt', 'vandersteen', 'atelier', 'hollins', 'polder'])

function lineValues(line: Line, index: number, customer: string): readonly unknown[] {
  const sequence = (index + 1) * 10
  if (typeof line === 'string') return [0, 0, { display_type: 'line_section', name: line, sequence }]
  const [code, product_uom_qty, discount] = line
  return [
    0,
    0,
    {
      product_id: ref(`products.demo_product_${code}`),
      product_uom_qty,
      discount: discount ?? 0,
      sequence,
      ...(abroad.has(customer) ? { tax_ids: [] } : {}),
    },
  ]
}

records(
  'sale.order',
  Object.fromEntries(
    sales.map((sale, i) => [
      `demo_order_${i + 1}`,
      {
        partner_id: ref(`base.demo_${sale.customer}`),
        user_id: ref(sale.by === 'admin' ? 'base.user_admin' : `base.demo_user_${sale.by}`),
        date_order: moment(sale, i),
        state: sale.state,
        order_line: sale.lines.map((line, n) => lineValues(line, n, sale.customer)),
        ...sale.more,
      },
    ]),
  ),
  { demo: true },
)

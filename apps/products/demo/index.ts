/** The catalogue of the demo company. Only for tenants made with demo data; all of it is invented. */

import { records, ref } from '#framework'

const demo = { demo: true } as const
const goods = 'product.product_category_goods'

records(
  'product.category',
  {
    demo_desks: { name: 'Desks', parent_id: ref(goods) },
    demo_seating: { name: 'Seating', parent_id: ref(goods) },
    demo_storage: { name: 'Storage', parent_id: ref(goods) },
    demo_lighting: { name: 'Lighting', parent_id: ref(goods) },
    demo_accessories: { name: 'Accessories', parent_id: ref(goods) },
  },
  demo,
)

records(
  'product.tag',
  {
    demo_tag_reclaimed: { name: 'Reclaimed wood', color: '#7c5a2c' },
    demo_tag_madehere: { name: 'Made in Vermont', color: '#1f6b4a' },
  },
  demo,
)

// The fifteenth is the first that is offered: programs made for Odoo's demo data expect it there.
// Code, name, price, cost, category, what else: weight in kg, text for offers.
type Item = readonly [
  code: string,
  name: string,
  price: number,
  cost: number,
  category: string,
  weight?: number,
  text?: string,
]
const items: readonly Item[] = [
  ['0100', 'Returnable crate deposit', 10, 10, 'accessories', 4],
  ['1001', 'Trestle desk, ash', 480, 262, 'desks', 31, '150 x 75 cm, oiled top on two trestles'],
  ['1002', 'Writing desk with drawer', 565, 318, 'desks', 28],
  ['1004', 'Bench desk for four', 1890, 1104, 'desks', 96, 'Shared frame with a cable tray down the middle'],
  ['1005', 'Reception counter', 2240, 1385, 'desks', 120],
  ['1006', 'Round meeting table, 120 cm', 690, 371, 'desks', 36],
  ['1007', 'Conference table, 300 cm', 1975, 1120, 'desks', 105, 'Seats ten; two halves for narrow stairs'],
  ['2001', 'Task chair, mesh back', 329, 171, 'seating', 14],
  ['2002', 'Task chair, wool', 379, 204, 'seating', 15, 'Seat and back in felted wool, eight colors'],
  ['2003', 'Stacking chair', 118, 59, 'seating', 5],
  ['2004', 'Visitor armchair', 295, 158, 'seating', 11],
  ['2005', 'Two-seat lobby sofa', 1140, 655, 'seating', 42],
  ['2006', 'Bar stool, oak', 189, 96, 'seating', 7],
  ['2007', 'Standing stool', 214, 112, 'seating', 6],
  ['DESK0005', 'Customizable Desk (White, Custom)', 800.4, 500, 'desks', 48, '160x80cm, with large legs'],
  ['3001', 'Open shelf, five levels', 345, 187, 'storage', 27],
  ['3002', 'Low sideboard', 720, 402, 'storage', 44, 'Sliding doors; closes with one key per row'],
  ['3003', 'Rolling pedestal', 232, 121, 'storage', 18],
  ['3004', 'Locker column, three doors', 415, 226, 'storage', 33],
  ['3005', 'Coat stand', 89.5, 41.25, 'storage', 5],
  ['3006', 'Plant trough with divider', 268, 139, 'storage', 17],
  ['4001', 'Desk lamp, brass', 124, 61.5, 'lighting', 2],
  ['4002', 'Pendant lamp, linen', 176, 88, 'lighting', 3],
  ['4003', 'Floor lamp with dimmer', 248, 129, 'lighting', 8],
  ['5001', 'Cable tray', 34.9, 14.2, 'accessories', 2],
  ['5002', 'Monitor arm', 98, 46, 'accessories', 3],
  ['5003', 'Acoustic panel, 60 x 120 cm', 142, 70, 'accessories', 4],
  ['5004', 'Felt desk mat', 27.75, 10.4, 'accessories', 1],
  ['5005', 'Whiteboard on castors', 389, 214, 'accessories', 22],
  ['5006', 'Care oil, half a litre', 18.4, 6.9, 'accessories', 1],
]
records(
  'product.product',
  Object.fromEntries(
    items.map(([code, name, price, cost, category, weight, text]) => [
      `demo_product_${code}`,
      {
        default_code: /^\d/.test(code) ? `HF${code}` : code,
        name,
        list_price: price,
        standard_price: cost,
        type: 'consu',
        categ_id: ref(`demo_${category}`),
        weight: weight ?? 0,
        ...(text ? { description_sale: text } : {}),
        ...(category === 'desks' ? { product_tag_ids: [[6, 0, [ref('demo_tag_madehere')]]] } : {}),
      },
    ]),
  ),
  demo,
)

const service = { type: 'service', categ_id: ref('product.product_category_services'), purchase_ok: false }
records(
  'product.product',
  {
    demo_product_9001: {
      ...service,
      default_code: 'HF9001',
      name: 'Workplace consultation',
      list_price: 110,
      standard_price: 62,
      uom_id: ref('uom.product_uom_hour'),
      description_sale: 'On site or by video, with a written layout proposal',
    },
    demo_product_9002: {
      ...service,
      default_code: 'HF9002',
      name: 'Delivery and assembly',
      list_price: 85,
      standard_price: 48,
      uom_id: ref('uom.product_uom_hour'),
    },
    demo_product_9003: {
      ...service,
      default_code: 'HF9003',
      name: 'Removal of old furniture',
      list_price: 240,
      standard_price: 150,
    },
  },
  demo,
)

records(
  'product.attribute',
  {
    demo_attribute_top: { name: 'Top', display_type: 'pills', sequence: 10 },
    demo_attribute_width: { name: 'Width', display_type: 'radio', sequence: 20 },
  },
  demo,
)
records(
  'product.attribute.value',
  {
    demo_top_oak: { name: 'Oak', attribute_id: ref('demo_attribute_top'), sequence: 1 },
    demo_top_white: { name: 'White', attribute_id: ref('demo_attribute_top'), sequence: 2 },
    demo_top_walnut: { name: 'Walnut', attribute_id: ref('demo_attribute_top'), sequence: 3 },
    demo_width_140: { name: '140 cm', attribute_id: ref('demo_attribute_width'), sequence: 1 },
    demo_width_180: { name: '180 cm', attribute_id: ref('demo_attribute_width'), sequence: 2 },
  },
  demo,
)
const choice = (attribute: string, ...values: string[]) => [
  0,
  0,
  { attribute_id: ref(attribute), value_ids: [[6, 0, values.map((value) => ref(value))]] },
]
records(
  'product.template',
  {
    demo_template_sitstand: {
      name: 'Sit-stand desk',
      list_price: 890,
      type: 'consu',
      categ_id: ref('demo_desks'),
      description_sale: 'Electric, from 62 to 127 cm',
      attribute_line_ids: [
        choice('demo_attribute_top', 'demo_top_oak', 'demo_top_white', 'demo_top_walnut'),
        choice('demo_attribute_width', 'demo_width_140', 'demo_width_180'),
      ],
    },
  },
  demo,
)

records(
  'product.pricelist',
  {
    demo_pricelist_trade: {
      name: 'Trade customers',
      currency_id: ref('base.USD'),
      item_ids: [
        [
          0,
          0,
          {
            applied_on: '2_product_category',
            categ_id: ref('demo_seating'),
            compute_price: 'percentage',
            percent_price: 12,
          },
        ],
        [0, 0, { applied_on: '3_global', compute_price: 'percentage', percent_price: 8 }],
      ],
    },
  },
  demo,
)

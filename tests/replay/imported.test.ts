import assert from 'node:assert/strict'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { createHttpServer, type HttpServer } from '#framework/http/index.ts'
import { openTenant } from '#framework/modules/index.ts'
import { openPool, type Pool } from '#framework/sql/index.ts'
import { importOdoo, newTenant } from '#platform/migrate/index.ts'
import { type Home, openHome } from '#platform/tenants/index.ts'
import { hasShared, sharedPath } from '../../tools/shared.ts'

// What the Odoo 18 that made the backup answers to these calls. The expected values were read off its own database
// (the dump in PostgreSQL 15, by psql), in the shape in which its API gives them; no code of this project made them.
const backup = ['odoo', 'odoo-18-backup.zip'] as const
const skip = hasShared(...backup) ? false : 'the recorded backup is not on this machine'

type Person = 'admin' | 'sam' | 'berta'
const people: Readonly<Record<Person, readonly [uid: number, password: string]>> = {
  admin: [2, 'admin'],
  sam: [8, 'sam-Secret-1'],
  berta: [9, 'berta-Secret-2'],
}

describe('a tenant that was imported from a backup answers as the Odoo that made it', { skip }, () => {
  let folder = ''
  let home: Home
  let pool: Pool
  let server: HttpServer

  before(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'hf-answers-')))
    home = await openHome({ path: join(folder, 'home'), idleTimeoutMs: 0 })
    await importOdoo(newTenant(home, 'moved'), sharedPath(...backup), { scratchParent: folder })
    const { address, files } = await home.tenants.wake('moved')
    pool = openPool(address)
    const tenant = await openTenant({ name: 'moved', pool, files })
    server = await createHttpServer({
      directory: {
        byName: async (name) => (name === 'moved' ? tenant : null),
        byHost: async () => tenant,
        namesFor: async () => ['moved'],
      },
      httpsPort: 0,
      httpsHost: '127.0.0.1',
      httpPort: 0,
      certificateFolder: join(folder, 'certificates'),
      log: () => {},
    })
  })

  after(async () => {
    await server?.close(500)
    await pool?.close()
    await home?.close()
    await rm(folder, { recursive: true, force: true })
  })

  async function call(who: Person, model: string, method: string, args: unknown[], kwargs = {}): Promise<unknown> {
    const [uid, password] = people[who]
    const response = await fetch(`${server.httpUrl}/jsonrpc`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        jsonrpc: '2.0',
        method: 'call',
        id: 1,
        params: {
          service: 'object',
          method: 'execute_kw',
          args: ['moved', uid, password, model, method, args, kwargs],
        },
      }),
    })
    const answer = (await response.json()) as { result?: unknown; error?: { data: { name: string } } }
    return answer.error ? answer.error.data.name : answer.result
  }

  const checks: readonly (readonly [
    rule: string,
    who: Person,
    model: string,
    method: string,
    args: unknown[],
    kwargs: Readonly<Record<string, unknown>>,
    expected: unknown,
  ])[] = [
    [
      'read of a company with its country and tags',
      'admin',
      'res.partner',
      'read',
      [[10], ['name', 'is_company', 'city', 'vat', 'phone', 'email', 'country_id', 'category_id', 'parent_id']],
      {},
      [
        {
          id: 10,
          name: 'Deco Addict',
          is_company: true,
          city: 'Pleasant Hill',
          vat: 'US12345673',
          phone: '(603)-996-3829',
          email: 'deco_addict@yourcompany.example.com',
          country_id: [233, 'United States'],
          category_id: [7],
          parent_id: false,
        },
      ],
    ],
    [
      'export of names for people',
      'admin',
      'res.partner',
      'export_data',
      [
        [10, 17],
        ['name', 'state_id', 'country_id', 'parent_id', 'category_id'],
      ],
      {},
      {
        datas: [
          ['Deco Addict', 'California (US)', 'United States', '', 'Desk Manufacturers'],
          ['Willie Burke', 'California (US)', 'United States', 'Wood Corner', ''],
        ],
      },
    ],
    [
      'read of a contact below a company, in the order and number asked for',
      'admin',
      'res.partner',
      'read',
      [
        [17, 2, 17, 999_999],
        ['display_name', 'parent_id', 'commercial_partner_id', 'active', 'phone'],
      ],
      {},
      [17, 2, 17].map((id) =>
        id === 17
          ? {
              id: 17,
              display_name: 'Wood Corner, Willie Burke',
              parent_id: [9, 'Wood Corner'],
              commercial_partner_id: [9, 'Wood Corner'],
              active: true,
              phone: '(846)-523-2111',
            }
          : {
              id: 2,
              display_name: 'OdooBot',
              parent_id: false,
              commercial_partner_id: [2, 'OdooBot'],
              active: false,
              phone: false,
            },
      ),
    ],
    [
      'read of an order with bare ids',
      'admin',
      'sale.order',
      'read',
      [
        [4],
        [
          'name',
          'state',
          'partner_id',
          'user_id',
          'amount_untaxed',
          'amount_tax',
          'amount_total',
          'order_line',
          'date_order',
        ],
      ],
      { load: '' },
      [
        {
          id: 4,
          name: 'S00004',
          state: 'sale',
          partner_id: 11,
          user_id: 2,
          amount_untaxed: 2240,
          amount_tax: 336,
          amount_total: 2576,
          order_line: [8, 9, 10, 11],
          date_order: '2026-11-21 17:59:31',
        },
      ],
    ],
    [
      'lines with products whose names carry reference and attributes',
      'admin',
      'sale.order.line',
      'search_read',
      [
        [['order_id', 'in', [6, 19]]],
        ['product_id', 'product_uom_qty', 'price_unit', 'price_subtotal', 'price_total', 'order_id'],
      ],
      { order: 'id' },
      [
        line(13, '[FURN_0096] Customizable Desk (Steel, White)', 12, 1, 750, 750, 862.5, [6, 'S00006']),
        line(40, '[FURN_6667] Acoustic Bloc Screens (Wood)', 32, 3, 295, 885, 1017.75, [19, 'S00019']),
        line(41, '[FURN_8888] Office Lamp', 6, 5, 145, 725, 833.75, [19, 'S00019']),
        line(42, '[FURN_7777] Office Chair', 5, 2, 65, 130, 149.5, [19, 'S00019']),
      ],
    ],
    [
      'search through a relation, by name and by sign',
      'admin',
      'sale.order',
      'search',
      [
        [
          '|',
          ['partner_id', '=', 'Lumber Inc'],
          '&',
          ['amount_total', '>', 1900],
          ['order_line.product_id.default_code', '=like', 'FURN_8%'],
        ],
      ],
      { order: 'amount_total desc, id' },
      [4, 1, 19, 7, 6],
    ],
    [
      'children of a company, and it itself',
      'admin',
      'res.partner',
      'search',
      [[['id', 'child_of', 14]]],
      { order: 'id' },
      [14, 29, 30],
    ],
    ['archived contacts on demand', 'admin', 'res.partner', 'search_count', [[['active', '=', false]]], {}, 4],
    ['a count without them', 'admin', 'res.partner', 'search_count', [[]], {}, 40],
    [
      'contacts without a country',
      'admin',
      'res.partner',
      'search',
      [[['country_id', '!=', 233]]],
      { order: 'id' },
      [13, 42, 43, 44],
    ],
    [
      'name_search of contacts',
      'admin',
      'res.partner',
      'name_search',
      ['jackson'],
      { limit: 8 },
      [
        [14, 'The Jackson Group'],
        [30, 'The Jackson Group, Gordon Owens'],
        [29, 'The Jackson Group, Toni Rhodes'],
      ],
    ],
    [
      'read_group of orders by state',
      'admin',
      'sale.order',
      'read_group',
      [[], ['amount_total:sum', 'amount_untaxed:max'], ['state']],
      {},
      [
        group({ state: 'draft' }, 5, 6333.64, 2947.5, [['state', '=', 'draft']]),
        group({ state: 'sale' }, 15, 20321.11, 2947.5, [['state', '=', 'sale']]),
        group({ state: 'sent' }, 1, 2001, 1740, [['state', '=', 'sent']]),
      ],
    ],
    [
      'read_group of orders by month',
      'admin',
      'sale.order',
      'read_group',
      [[], ['amount_total'], ['date_order:month']],
      { lazy: false },
      [
        month('October 2026', 8, 14557.29, '2026-10-01 00:00:00', '2026-11-01 00:00:00'),
        month('November 2026', 13, 14098.46, '2026-11-01 00:00:00', '2026-12-01 00:00:00'),
      ],
    ],
    [
      'formatted_read_group of lines by product',
      'admin',
      'sale.order.line',
      'formatted_read_group',
      [[['product_id', 'in', [3, 25, 32]]], ['product_id'], ['__count', 'product_uom_qty:sum', 'price_subtotal:sum']],
      { order: 'price_subtotal:sum desc' },
      [
        product(32, '[FURN_6667] Acoustic Bloc Screens (Wood)', 12, 33, 9505),
        product(3, 'Virtual Interior Design', 4, 74, 5107.5),
        product(25, '[FURN_0269] Office Chair Black', 11, 27, 3253.5),
      ],
    ],
    [
      "a salesperson's own orders and those of nobody",
      'sam',
      'sale.order',
      'search_read',
      [[], ['name', 'partner_id', 'user_id', 'amount_total', 'state']],
      {},
      [
        {
          id: 21,
          name: 'S00021',
          partner_id: [10, 'Deco Addict'],
          user_id: [8, 'Sam Sales'],
          amount_total: 43.13,
          state: 'draft',
        },
      ],
    ],
    [
      'a salesperson reads no order of others',
      'sam',
      'sale.order',
      'read',
      [[4], ['name']],
      {},
      'odoo.exceptions.AccessError',
    ],
    [
      'sums of a salesperson cover her own orders only',
      'sam',
      'sale.order',
      'read_group',
      [[], ['amount_total:sum'], []],
      {},
      [{ __count: 1, amount_total: 43.13, __domain: [] }],
    ],
    [
      'an employee without the sales groups reads no orders',
      'berta',
      'sale.order',
      'search_count',
      [[]],
      {},
      'odoo.exceptions.AccessError',
    ],
  ]
  for (const [rule, who, model, method, args, kwargs, expected] of checks) {
    test(`${rule}: ${model}.${method} by ${who}`, async () => {
      assert.deepEqual(await call(who, model, method, args, kwargs), expected)
    })
  }
})

function line(
  id: number,
  name: string,
  product: number,
  quantity: number,
  price: number,
  subtotal: number,
  total: number,
  order: readonly unknown[],
): Record<string, unknown> {
  return {
    id,
    product_id: [product, name],
    product_uom_qty: quantity,
    price_unit: price,
    price_subtotal: subtotal,
    price_total: total,
    order_id: order,
  }
}

function group(key: object, count: number, total: number, most: number, domain: unknown): Record<string, unknown> {
  return { ...key, state_count: count, amount_total: total, amount_untaxed: most, __domain: domain }
}

function month(label: string, count: number, total: number, from: string, to: string): Record<string, unknown> {
  return {
    'date_order:month': label,
    __count: count,
    amount_total: total,
    __range: { 'date_order:month': { from, to } },
    __domain: ['&', ['date_order', '>=', from], ['date_order', '<', to]],
  }
}

function product(id: number, name: string, count: number, quantity: number, subtotal: number): Record<string, unknown> {
  return {
    product_id: [id, name],
    __count: count,
    'product_uom_qty:sum': quantity,
    'price_subtotal:sum': subtotal,
    __extra_domain: [['product_id', '=', id]],
  }
}

/** Looking straight at the orders and lines: every reading method of the API. */

import type { Attack } from './attack.ts'
import { holds } from './attack.ts'
import { canaryPrice, probes, type World } from './world.ts'

const secretIsAbsent = (value: unknown, { target }: World) =>
  !holds(value, target.order, target.line, target.attachment)
const isEmpty = (value: unknown) => JSON.stringify(value) === '[]' || value === 0
const spec = { name: {}, client_order_ref: {}, order_line: { fields: { name: {}, price_unit: {} } } }
const byProbe = (probe: string) => [['client_order_ref', '=like', probe]]

export const readingAttacks: readonly Attack[] = [
  {
    by: 'by search',
    call: () => ({ model: 'sale.order', method: 'search', args: [[]] }),
    like: [],
    must: (value, world) =>
      secretIsAbsent(value, world) && holds(value, world.own.order) && holds(value, world.unassigned),
  },
  {
    by: 'by searching for the id',
    call: (_w, { order }) => ({ model: 'sale.order', method: 'search', args: [[['id', '=', order]]] }),
    must: isEmpty,
  },
  {
    by: 'by searching with a negation',
    call: (_w, { order }) => ({ model: 'sale.order', method: 'search', args: [['!', ['id', '!=', order]]] }),
    must: isEmpty,
  },
  {
    by: 'by child_of over its customer',
    call: ({ buyer }) => ({ model: 'sale.order', method: 'search', args: [[['partner_id', 'child_of', [buyer]]]] }),
    like: [],
    must: isEmpty,
  },
  {
    by: 'by search_count',
    call: (_w, { order }) => ({ model: 'sale.order', method: 'search_count', args: [[['id', '=', order]]] }),
    must: isEmpty,
  },
  {
    by: 'by counting what a guess matches',
    call: () => ({ model: 'sale.order', method: 'search_count', args: [byProbe(probes.hit)] }),
    like: [() => ({ model: 'sale.order', method: 'search_count', args: [byProbe(probes.miss)] })],
    must: isEmpty,
  },
  {
    by: 'by search_read',
    call: () => ({
      model: 'sale.order',
      method: 'search_read',
      args: [[], ['name', 'client_order_ref', 'amount_total', 'note']],
    }),
    like: [],
    must: secretIsAbsent,
  },
  {
    by: 'by read',
    call: (_w, { order }) => ({ model: 'sale.order', method: 'read', args: [[order], ['name', 'client_order_ref']] }),
  },
  {
    by: 'by reading it beside an own order',
    call: ({ own }, { order }) => ({
      model: 'sale.order',
      method: 'read',
      args: [
        [own.order, order],
        ['name', 'note'],
      ],
    }),
    must: secretIsAbsent,
  },
  {
    by: 'by reading all of its fields',
    call: (_w, { order }) => ({ model: 'sale.order', method: 'read', args: [[order]] }),
  },
  {
    by: 'by reading its lines',
    call: (_w, { line }) => ({
      model: 'sale.order.line',
      method: 'read',
      args: [[line], ['name', 'price_unit', 'order_id']],
    }),
  },
  {
    by: 'by web_read',
    call: (_w, { order }) => ({ model: 'sale.order', method: 'web_read', args: [[order], spec] }),
  },
  {
    by: 'by web_search_read',
    call: () => ({ model: 'sale.order', method: 'web_search_read', args: [[], spec] }),
    like: [],
    must: secretIsAbsent,
  },
  {
    by: 'by name_search',
    call: () => ({ model: 'sale.order', method: 'name_search', args: ['CANARY-9d'] }),
    like: [() => ({ model: 'sale.order', method: 'name_search', args: ['NOWHERE-9d'] })],
    must: isEmpty,
  },
  {
    by: 'by web_name_search',
    call: () => ({ model: 'sale.order', method: 'web_name_search', args: ['CANARY-9d', { name: {}, note: {} }] }),
    like: [() => ({ model: 'sale.order', method: 'web_name_search', args: ['NOWHERE-9d', { name: {}, note: {} }] })],
    must: isEmpty,
  },
  {
    by: 'by read_group over salespeople',
    call: () => ({ model: 'sale.order', method: 'read_group', args: [[], ['amount_total:sum'], ['user_id']] }),
    like: [],
    must: (value, { ritaUid }) =>
      !holds(
        (value as { user_id: unknown }[]).map(({ user_id }) => user_id),
        ritaUid,
      ),
  },
  {
    by: 'by the total of read_group',
    call: () => ({ model: 'sale.order', method: 'read_group', args: [[], ['amount_total:sum'], []] }),
    like: [],
    must: (value) => Number((value as { amount_total: number }[])[0]?.amount_total) < canaryPrice,
  },
  {
    by: 'by the extremes of formatted_read_group',
    call: () => ({
      model: 'sale.order',
      method: 'formatted_read_group',
      args: [[], [], ['amount_total:max', 'amount_total:sum', 'id:max']],
    }),
    like: [],
    must: (value) => Number((value as Record<string, number>[])[0]?.['amount_total:max']) < canaryPrice,
  },
  {
    by: 'by grouping over the customer reference',
    call: () => ({
      model: 'sale.order',
      method: 'formatted_read_group',
      args: [[], ['client_order_ref'], ['__count']],
    }),
    like: [],
    must: (value) => (value as unknown[]).length > 0,
  },
  {
    by: 'by web_read_group',
    call: () => ({ model: 'sale.order', method: 'web_read_group', args: [[], ['partner_id'], ['amount_total:sum']] }),
    like: [],
    must: (value, { buyer }) => !holds(value, buyer),
  },
  {
    by: 'by a condition on groups',
    call: () => ({
      model: 'sale.order',
      method: 'formatted_read_group',
      args: [[], [], ['__count'], [['amount_total:max', '>', canaryPrice - 1]]],
    }),
    like: [
      () => ({
        model: 'sale.order',
        method: 'formatted_read_group',
        args: [[], [], ['__count'], [['amount_total:max', '>', canaryPrice + 1]]],
      }),
    ],
  },
  {
    by: 'by groupings of several kinds at once',
    call: () => ({
      model: 'sale.order',
      method: 'formatted_read_grouping_sets',
      args: [[], [['user_id'], ['client_order_ref'], []], ['amount_total:max']],
    }),
    like: [],
    must: (value) => !JSON.stringify(value).includes(String(canaryPrice)),
  },
  {
    by: 'by the choices of a search panel',
    call: () => ({
      model: 'sale.order',
      method: 'search_panel_select_range',
      args: ['partner_id'],
      kwargs: { enable_counters: true, expand: false },
    }),
    like: [],
    must: (value, { buyer }) => !holds(value, buyer),
  },
  {
    by: 'by the many choices of a search panel',
    call: () => ({
      model: 'sale.order',
      method: 'search_panel_select_multi_range',
      args: ['partner_id'],
      kwargs: { enable_counters: true, expand: false },
    }),
    like: [],
    must: (value, { buyer }) => !holds(value, buyer),
  },
  {
    by: 'by what is to be done about it',
    call: (_w, { order }) => ({
      model: 'mail.activity',
      method: 'search_read',
      args: [
        ['|', ['res_id', '=', order], ['summary', '=like', probes.hit]],
        ['summary', 'res_name'],
      ],
    }),
    must: isEmpty,
  },
  {
    by: 'by read_progress_bar',
    call: () => ({
      model: 'sale.order',
      method: 'read_progress_bar',
      args: [[], 'client_order_ref', { field: 'state', colors: { draft: 'success' } }],
    }),
    like: [],
  },
  {
    by: 'by export_data',
    call: (_w, { order }) => ({
      model: 'sale.order',
      method: 'export_data',
      args: [[order], ['id', '.id', 'name', 'order_line/name']],
    }),
  },
  {
    by: 'by get_metadata',
    call: (_w, { order }) => ({ model: 'sale.order', method: 'get_metadata', args: [[order]] }),
  },
  {
    by: 'by get_external_id',
    call: (_w, { order }) => ({ model: 'sale.order', method: 'get_external_id', args: [[order]] }),
  },
  {
    by: 'by has_access',
    call: (_w, { order }) => ({ model: 'sale.order', method: 'has_access', args: [[order], 'read'] }),
    must: (value) => value === false,
  },
  {
    by: 'by reading the attachment of the order',
    call: (_w, { attachment }) => ({
      model: 'ir.attachment',
      method: 'read',
      args: [[attachment], ['name', 'datas', 'res_id']],
    }),
    like: [],
    must: 'refused',
  },
  {
    by: 'by searching attachments',
    call: (_w, { order }) => ({
      model: 'ir.attachment',
      method: 'search_read',
      args: [
        ['|', ['res_id', '=', order], ['name', '=like', probes.hit]],
        ['name', 'res_id'],
      ],
    }),
    must: isEmpty,
  },
  {
    by: 'by counting and grouping attachments',
    call: () => ({
      model: 'ir.attachment',
      method: 'formatted_read_group',
      args: [[['name', '=like', probes.hit]], ['name'], ['__count']],
    }),
    like: [
      () => ({
        model: 'ir.attachment',
        method: 'formatted_read_group',
        args: [[['name', '=like', probes.miss]], ['name'], ['__count']],
      }),
    ],
    must: isEmpty,
  },
  {
    by: 'by searching what was said about it',
    call: (_w, { order }) => ({
      model: 'mail.message',
      method: 'search_read',
      args: [
        ['|', ['res_id', '=', order], ['body', 'ilike', probes.hit]],
        ['body', 'record_name'],
      ],
    }),
    must: isEmpty,
  },
  {
    by: 'by counting what was said about it',
    call: () => ({ model: 'mail.message', method: 'search_count', args: [[['record_name', '=like', probes.hit]]] }),
    like: [() => ({ model: 'mail.message', method: 'search_count', args: [[['record_name', '=like', probes.miss]]] })],
    must: isEmpty,
  },
]

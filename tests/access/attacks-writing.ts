/** Changing the secret order, directly or through records around it; none may touch it or tell that it is there. */

import type { Attack } from './attack.ts'
import type { Target, World } from './world.ts'

const write = (by: string, model: string, which: keyof Target, values: unknown): Attack => ({
  by,
  call: (_w, target) => ({ model, method: 'write', args: [[target[which]], values] }),
  must: 'refused',
})

/** A write on a record of the salesperson's own that reaches over into the secret one. */
const over = (
  by: string,
  model: string,
  id: (world: World) => number,
  values: (target: Target) => unknown,
): Attack => ({
  by,
  call: (world, target) => ({ model, method: 'write', args: [[id(world)], values(target)] }),
})

const newLine = ({ product }: World, order: number) => ({
  order_id: order,
  product_id: product,
  product_uom_qty: 1,
  name: 'smuggled',
})

export const writingAttacks: readonly Attack[] = [
  write('by write', 'sale.order', 'order', { note: 'was here' }),
  write('by taking it over', 'sale.order', 'order', { user_id: false }),
  write('by writing its line', 'sale.order.line', 'line', { name: 'was here' }),
  write('by writing nothing', 'sale.order', 'order', {}),
  {
    by: 'by creating a line on it',
    call: (world, { order }) => ({ model: 'sale.order.line', method: 'create', args: [newLine(world, order)] }),
    must: 'refused',
  },
  {
    by: 'by saving a new line on it from a form',
    call: (world, { order }) => ({
      model: 'sale.order.line',
      method: 'web_save',
      args: [[], newLine(world, order), { name: {}, order_id: { fields: { note: {} } } }],
    }),
    must: 'refused',
  },
  {
    by: 'by saving it from a form',
    call: (_w, { order }) => ({
      model: 'sale.order',
      method: 'web_save',
      args: [[order], { note: 'was here' }, { name: {}, note: {} }],
    }),
    must: 'refused',
  },
  over(
    'by writing through the customer',
    'res.partner',
    (w) => w.buyer,
    ({ order }) => ({ sale_order_ids: [[1, order, { note: 'was here' }]] }),
  ),
  over(
    'by deleting through the customer',
    'res.partner',
    (w) => w.buyer,
    ({ order }) => ({ sale_order_ids: [[2, order, 0]] }),
  ),
  over(
    'by unlinking it from the customer',
    'res.partner',
    (w) => w.buyer,
    ({ order }) => ({ sale_order_ids: [[3, order, 0]] }),
  ),
  over(
    'by linking it to another customer',
    'res.partner',
    () => 1,
    ({ order }) => ({ sale_order_ids: [[4, order, 0]] }),
  ),
  {
    by: "by clearing the customer's orders",
    call: ({ buyer }) => ({ model: 'res.partner', method: 'write', args: [[buyer], { sale_order_ids: [[5, 0, 0]] }] }),
    like: [({ idle }) => ({ model: 'res.partner', method: 'write', args: [[idle], { sale_order_ids: [[5, 0, 0]] }] })],
  },
  {
    by: "by replacing the customer's orders",
    call: ({ buyer }) => ({ model: 'res.partner', method: 'write', args: [[buyer], { sale_order_ids: [[6, 0, []]] }] }),
    like: [({ idle }) => ({ model: 'res.partner', method: 'write', args: [[idle], { sale_order_ids: [[6, 0, []]] }] })],
  },
  over(
    'by writing its line through an own order',
    'sale.order',
    (w) => w.own.order,
    ({ line }) => ({ order_line: [[1, line, { name: 'was here' }]] }),
  ),
  over(
    'by deleting its line through an own order',
    'sale.order',
    (w) => w.own.order,
    ({ line }) => ({ order_line: [[2, line, 0]] }),
  ),
  over(
    'by taking its line into an own order',
    'sale.order',
    (w) => w.own.order,
    ({ line }) => ({ order_line: [[4, line, 0]] }),
  ),
  over(
    'by moving an own line into it',
    'sale.order.line',
    (w) => w.own.line,
    ({ order }) => ({ order_id: order }),
  ),
  over(
    'by linking it to a memo',
    'x_memo',
    (w) => w.ownMemo,
    ({ order }) => ({ x_order_ids: [[4, order, 0]] }),
  ),
  over(
    'by writing it through a memo',
    'x_memo',
    (w) => w.memo,
    ({ order }) => ({ x_order_ids: [[1, order, { note: 'was here' }]] }),
  ),
  over(
    'by deleting it through a memo',
    'x_memo',
    (w) => w.memo,
    ({ order }) => ({ x_order_ids: [[2, order, 0]] }),
  ),
  over(
    'by taking it off a memo',
    'x_memo',
    (w) => w.memo,
    ({ order }) => ({ x_order_ids: [[3, order, 0]] }),
  ),
  {
    by: 'by clearing the list of a memo',
    call: ({ memo }) => ({ model: 'x_memo', method: 'write', args: [[memo], { x_order_ids: [[5, 0, 0]] }] }),
    like: [],
  },
  {
    by: 'by a new memo that points at it',
    call: (_w, { order }) => ({ model: 'x_memo', method: 'create', args: [{ x_name: 'new', x_order_id: order }] }),
    must: 'refused',
  },
  {
    by: 'by a default value that points at it',
    call: (_w, { order }) => ({
      model: 'x_memo',
      method: 'create',
      args: [{ x_name: 'new' }],
      kwargs: { context: { default_x_order_id: order } },
    }),
    must: 'refused',
  },
  over(
    'by pointing a memo at it',
    'x_memo',
    (w) => w.ownMemo,
    ({ order }) => ({ x_order_id: order }),
  ),
  {
    by: 'by importing over its number',
    call: (_w, { order }) => ({
      model: 'sale.order',
      method: 'load',
      args: [['.id', 'note'], [[String(order), 'was here']]],
    }),
    must: (value) => (value as { ids: unknown }).ids === false,
  },
  {
    by: 'by importing over its external id',
    call: ({ externalId }) => ({
      model: 'sale.order',
      method: 'load',
      args: [['id', 'note'], [[externalId, 'was here']]],
    }),
    like: [],
    must: (value) => (value as { ids: unknown }).ids === false,
  },
  {
    by: 'by importing a memo that names it',
    call: () => ({
      model: 'x_memo',
      method: 'load',
      args: [['x_name', 'x_order_id'], [['imported', 'CANARY-9d41c7-name']]],
    }),
    like: [],
    must: (value) => (value as { ids: unknown }).ids === false,
  },
  {
    by: 'by copying it',
    call: (_w, { order }) => ({ model: 'sale.order', method: 'copy', args: [[order]] }),
    must: 'refused',
  },
  {
    by: 'by copying it as an own one',
    call: ({ samUid }, { order }) => ({ model: 'sale.order', method: 'copy', args: [[order], { user_id: samUid }] }),
    must: 'refused',
  },
  {
    by: 'by copying its line into an own order',
    call: ({ own }, { line }) => ({
      model: 'sale.order.line',
      method: 'copy',
      args: [[line], { order_id: own.order }],
    }),
    must: 'refused',
  },
  {
    by: 'by hanging a file on it',
    call: (_w, { order }) => ({
      model: 'ir.attachment',
      method: 'create',
      args: [{ name: 'x', res_model: 'sale.order', res_id: order }],
    }),
    must: 'refused',
  },
  {
    by: 'by posting a message on it',
    call: (_w, { order }) => ({
      model: 'sale.order',
      method: 'message_post',
      args: [[order]],
      kwargs: { body: 'was here' },
    }),
    must: 'refused',
  },
  {
    by: 'by saving several from a list',
    call: ({ own }, { order }) => ({
      model: 'sale.order',
      method: 'web_save_multi',
      args: [[own.order, order], [{ note: 'mine' }, { note: 'was here' }], { name: {}, note: {} }],
    }),
    must: 'refused',
  },
  {
    by: 'by numbering its line anew',
    call: ({ own }, { line }) => ({
      model: 'sale.order.line',
      method: 'web_resequence',
      args: [[own.line, line], { sequence: {}, name: {} }],
      kwargs: { field_name: 'sequence' },
    }),
    must: 'refused',
  },
  {
    by: 'by following it',
    call: (_w, { order }) => ({
      model: 'sale.order',
      method: 'message_subscribe',
      args: [[order]],
      kwargs: { partner_ids: [1] },
    }),
    must: 'refused',
  },
  {
    by: 'by making others stop to follow it',
    call: (_w, { order }) => ({
      model: 'sale.order',
      method: 'message_unsubscribe',
      args: [[order]],
      kwargs: { partner_ids: [1] },
    }),
    must: 'refused',
  },
  {
    by: 'by planning something about it',
    call: (_w, { order }) => ({
      model: 'sale.order',
      method: 'activity_schedule',
      args: [[order]],
      kwargs: { summary: 'was here' },
    }),
    must: 'refused',
  },
  {
    by: 'by an activity that points at it',
    call: (_w, { order }) => ({
      model: 'mail.activity',
      method: 'create',
      args: [{ res_model: 'sale.order', res_id: order, summary: 'was here' }],
    }),
    must: 'refused',
  },
  {
    by: 'by deleting its attachment',
    call: (_w, { attachment }) => ({ model: 'ir.attachment', method: 'unlink', args: [[attachment]] }),
    like: [],
    must: 'refused',
  },
  {
    by: 'by deleting its line',
    call: (_w, { line }) => ({ model: 'sale.order.line', method: 'unlink', args: [[line]] }),
    must: 'refused',
  },
  {
    by: 'by deleting it',
    call: (_w, { order }) => ({ model: 'sale.order', method: 'unlink', args: [[order]] }),
    must: 'refused',
  },
  ...['action_confirm', 'action_quotation_sent', 'action_cancel', 'action_draft', 'action_lock', 'action_unlock'].map(
    (method): Attack => ({
      by: `by ${method}`,
      call: (_w, { order }) => ({ model: 'sale.order', method, args: [[order]] }),
      must: 'refused',
    }),
  ),
]

/** Reading. The handler sends the very statement that the server compiled, access rules included. */

import type { Prepared } from '../data/prepare.ts'
import type { SentStatement } from '../processes/statements.ts'
import type { Operation } from './operation.ts'

const partnerFields = ['name', 'email', 'phone', 'street', 'city', 'zip', 'country_id', 'is_company']
const orderFields = [
  'name',
  'partner_id',
  'user_id',
  'date_order',
  'amount_total',
  'state',
  'currency_id',
  'company_id',
]
const sameStatement = 'the same statement, taken from the server'

const both = ['JSON-2', 'JSON-RPC'] as const
const usual = [1, 16]

/** The record that the n-th call names; a prime step, so that neighbours in time are none on disk. */
export function someId(ids: readonly number[], n: number): number {
  return ids[(n * 7_919) % ids.length] as number
}

/** The one statement of the operation itself: the last that reads. */
function lastRead(sent: readonly SentStatement[]): SentStatement {
  const found = sent.findLast(({ text }) => /^\s*(SELECT|WITH)\b/i.test(text))
  if (found === undefined) throw new Error('the server sent no statement that reads')
  return found
}

function placeOf(values: readonly unknown[], value: unknown): number {
  const place = values.indexOf(value)
  if (place < 0 || values.lastIndexOf(value) !== place) throw new Error(`${value} does not stand once in the statement`)
  return place
}

const constant = {
  recordsPerCall: 1,
  aim: 0.8,
  concurrency: usual,
  protocols: both,
  rivalArguments: () => [],
  rivalPlan: (_data: Prepared, sent: readonly SentStatement[]) => ({
    ...lastRead(sent),
    slots: [],
    answer: 'json' as const,
  }),
  rivalDoes: sameStatement,
}

export const reads: readonly Operation[] = [
  {
    ...constant,
    key: 'a',
    protocols: ['JSON-2', 'JSON-RPC', 'XML-RPC'],
    title: 'search_read, 80 rows of 8 fields, name =like',
    as: 'seller',
    calls: [
      () => ({
        model: 'res.partner',
        method: 'search_read',
        named: { domain: [['name', '=like', '%a%']], fields: partnerFields, limit: 80 },
      }),
    ],
  },
  {
    ...constant,
    key: 'b',
    title: 'read of 1 record, 8 fields',
    as: 'seller',
    calls: [
      (data, n) => ({
        model: 'res.partner',
        method: 'read',
        ids: [someId(data.partnerIds, n)],
        named: { fields: partnerFields },
      }),
    ],
    rivalArguments: (data, n) => [someId(data.partnerIds, n)],
    rivalPlan: (data, sent) => {
      const { text, values } = lastRead(sent)
      return { text, values, slots: [placeOf(values, someId(data.partnerIds, 0))], answer: 'json' }
    },
  },
  {
    ...constant,
    key: 'f',
    title: 'search_count, 3 terms, one ilike',
    as: 'seller',
    calls: [
      () => ({
        model: 'res.partner',
        method: 'search_count',
        named: {
          domain: [
            ['is_company', '=', false],
            ['country_id', '!=', false],
            ['name', 'ilike', 'quist'],
          ],
        },
      }),
    ],
    rivalPlan: (_data, sent) => ({ ...lastRead(sent), slots: [], answer: 'count' }),
  },
  {
    ...constant,
    key: 'g',
    title: 'read_group by country',
    as: 'seller',
    calls: [
      () => ({
        model: 'res.partner',
        method: 'read_group',
        named: { domain: [], fields: ['country_id'], groupby: ['country_id'] },
      }),
    ],
    // By hand one lets PostgreSQL make the groups.
    rivalPlan: (_data, sent) => {
      const { text, values } = lastRead(sent)
      const groups = `SELECT coalesce(json_agg(json_build_object('country_id', coalesce(s.k0::json, 'false'), 'country_id_count', s.n,
        '__domain', json_build_array(json_build_array('country_id', '=', coalesce(s.k0::json->0, 'false'))))), '[]')::text AS json FROM (${text}) s`
      return { text: groups, values, slots: [], answer: 'json' }
    },
  },
  {
    ...constant,
    key: 'k',
    title: 'search_read of 80 orders by who sees own and unassigned ones only',
    as: 'ownSeller',
    calls: [
      () => ({ model: 'sale.order', method: 'search_read', named: { domain: [], fields: orderFields, limit: 80 } }),
    ],
  },
  {
    ...constant,
    key: 'l',
    title: 'name_search, limit 8',
    as: 'seller',
    calls: [() => ({ model: 'res.partner', method: 'name_search', named: { name: 'tanaka', limit: 8 } })],
    // By hand one lets PostgreSQL make the pairs.
    rivalPlan: (_data, sent) => {
      const { text, values } = lastRead(sent)
      const pairs = text.replace('json_agg(r)', 'json_agg(json_build_array(r.id, r.display_name))')
      return { text: pairs, values, slots: [], answer: 'json' }
    },
  },
]

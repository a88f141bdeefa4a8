import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { documentTotals, type LineForTaxes, lineTotals, type TaxData } from './compute.ts'

let made = 0
const tax = (amount: number, more: Partial<TaxData> = {}): TaxData => ({
  id: ++made,
  amount,
  amount_type: 'percent',
  price_include: false,
  include_base_amount: false,
  is_base_affected: true,
  ...more,
})
const line = (priceUnit: number, taxes: readonly TaxData[], quantity = 1, discount = 0): LineForTaxes => ({
  priceUnit,
  quantity,
  discount,
  taxes,
})

describe('taxes of a line', () => {
  const included = { price_include: true }
  const cases: readonly (readonly [
    title: string,
    line: LineForTaxes,
    rounding: number,
    untaxed: number,
    tax: number,
  ])[] = [
    ['are added to the price', line(100, [tax(21)]), 0.01, 100, 21],
    ['round each by itself, half away from zero', line(10.05, [tax(5), tax(5)]), 0.01, 10.05, 1.0],
    ['come out of a price that contains them, and both add up to it', line(121, [tax(21, included)]), 0.01, 100, 21],
    ['leave no cent behind when the price does not divide', line(9.99, [tax(21, included)]), 0.01, 8.26, 1.73],
    ['of several kinds come out of one price', line(117, [tax(10, included), tax(7, included)]), 0.01, 100, 17],
    ['of a fixed amount count the quantity', line(10, [tax(0.5, { amount_type: 'fixed' })], 3), 0.01, 30, 1.5],
    [
      'that belong to the base of the next raise it',
      line(100, [tax(10, { include_base_amount: true }), tax(20)]),
      0.01,
      100,
      32,
    ],
    [
      'skip a base that they are not affected by',
      line(100, [tax(10, { include_base_amount: true }), tax(20, { is_base_affected: false })]),
      0.01,
      100,
      30,
    ],
    ['as a share of the price with tax', line(80, [tax(20, { amount_type: 'division' })]), 0.01, 80, 20],
    [
      'of a group are those of its members',
      line(100, [tax(0, { amount_type: 'group', children_tax_ids: [tax(6), tax(1)] })]),
      0.01,
      100,
      7,
    ],
    ['follow the discount', line(33.33, [tax(21)], 3, 10), 0.01, 89.99, 18.9],
    ['round to whole units where the currency has no decimals', line(1005, [tax(8)]), 1, 1005, 80],
    ['are exact where binary floats are not', line(1.005, [tax(0)], 100), 0.01, 100.5, 0],
    ['of a negative line mirror those of a positive one', line(9.99, [tax(21)], -1), 0.01, -9.99, -2.1],
  ]
  for (const [title, given, rounding, untaxed, amount] of cases) {
    it(title, () => {
      const totals = lineTotals(given, rounding)
      assert.deepEqual([totals.untaxed, totals.tax], [untaxed, amount])
    })
  }
})

describe('taxes of a document', () => {
  const vat = tax(21)
  const lines = [line(0.33, [vat]), line(0.33, [vat]), line(0.33, [vat])]

  it('add up rounded lines when rounded per line', () => {
    assert.deepEqual(documentTotals(lines, 0.01, 'round_per_line'), { untaxed: 0.99, tax: 0.21, total: 1.2 })
  })

  it('round once per tax when rounded globally', () => {
    const thirds = [line(0.12, [vat]), line(0.12, [vat]), line(0.12, [vat])]
    assert.deepEqual(documentTotals(thirds, 0.01, 'round_per_line').tax, 0.09)
    assert.deepEqual(documentTotals(thirds, 0.01, 'round_globally').tax, 0.08)
  })
})

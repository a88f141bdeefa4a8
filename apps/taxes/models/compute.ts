/**
 * Works out taxes exactly. Every kind of tax is a straight line over the untaxed base b: rate · (b + what earlier taxes
 * add to its base) + fixed · quantity. So a price that contains taxes is solved for b in one step, whatever the mix.
 */

import { decimal, type Exact, roundTo, sumExact } from '#framework'

/** What the computation needs to know of a tax; taxes come in the order of their sequence. */
export interface TaxData {
  readonly id: number
  readonly amount: number | null
  readonly amount_type: string
  readonly price_include: boolean
  readonly include_base_amount: boolean
  readonly is_base_affected: boolean
  readonly children_tax_ids?: readonly TaxData[]
}

/** The paths under a field that holds taxes, for `load` and dependency lists. */
export const taxPaths = [
  'amount',
  'amount_type',
  'price_include',
  'include_base_amount',
  'is_base_affected',
  'sequence',
] as const

export interface LineForTaxes {
  readonly priceUnit: number
  readonly quantity: number
  /** Percent. */
  readonly discount: number
  readonly taxes: readonly TaxData[]
}

export interface TaxResult {
  /** Before taxes, unrounded. */
  readonly base: Exact
  /** By tax, in order, unrounded. */
  readonly taxes: readonly { readonly tax: TaxData; readonly amount: Exact }[]
  /** Price · quantity after discount, as the customer was told it. */
  readonly price: Exact
}

/** Unrounded base and taxes of a line. */
export function computeTaxes(line: LineForTaxes): TaxResult {
  const quantity = decimal(line.quantity)
  const price = decimal(line.priceUnit)
    .mul(decimal(100).minus(decimal(line.discount)))
    .div(100)
    .mul(quantity)
  const taxes = line.taxes.flatMap((tax) => (tax.amount_type === 'group' ? (tax.children_tax_ids ?? []) : [tax]))
  const lines = slopes(taxes, quantity)
  let slope = decimal(1)
  let constant = decimal(0)
  for (const [i, tax] of taxes.entries()) {
    if (!tax.price_include) continue
    slope = slope.plus(lines[i]?.slope ?? 0)
    constant = constant.plus(lines[i]?.constant ?? 0)
  }
  const base = price.minus(constant).div(slope)
  return {
    base,
    price,
    taxes: taxes.map((tax, i) => ({ tax, amount: base.mul(lines[i]?.slope ?? 0).plus(lines[i]?.constant ?? 0) })),
  }
}

interface Line {
  readonly slope: Exact
  readonly constant: Exact
}

// A tax that affects the base of later ones adds its own line to theirs.
function slopes(taxes: readonly TaxData[], quantity: Exact): Line[] {
  const result: Line[] = []
  let baseSlope = decimal(1)
  let baseConstant = decimal(0)
  for (const tax of taxes) {
    const on = tax.is_base_affected
      ? { slope: baseSlope, constant: baseConstant }
      : { slope: decimal(1), constant: decimal(0) }
    const line = ownLine(tax, on, quantity)
    if (tax.include_base_amount) {
      baseSlope = baseSlope.plus(line.slope)
      baseConstant = baseConstant.plus(line.constant)
    }
    result.push(line)
  }
  return result
}

function ownLine(tax: TaxData, on: Line, quantity: Exact): Line {
  const amount = decimal(tax.amount)
  if (tax.amount_type === 'fixed') return { slope: decimal(0), constant: amount.mul(quantity) }
  const rate = tax.amount_type === 'division' ? amount.div(decimal(100).minus(amount)) : amount.div(100)
  return { slope: on.slope.mul(rate), constant: on.constant.mul(rate) }
}

/** Amounts of one line, each rounded to `rounding`; with taxes in the price, untaxed and taxes add up to the price. */
export function lineTotals(line: LineForTaxes, rounding: number): { untaxed: number; tax: number; total: number } {
  const { base, price, taxes } = computeTaxes(line)
  const amounts = taxes.map(({ tax, amount }) => ({ included: tax.price_include, amount: roundTo(amount, rounding) }))
  const contained = sumExact(amounts.filter((a) => a.included).map((a) => a.amount))
  const untaxed = amounts.some((a) => a.included)
    ? decimal(roundTo(price, rounding)).minus(contained)
    : decimal(roundTo(base, rounding))
  const tax = sumExact(amounts.map((a) => a.amount))
  return { untaxed: untaxed.toNumber(), tax: tax.toNumber(), total: untaxed.plus(tax).toNumber() }
}

/**
 * Amounts of a document. `round_per_line` adds up rounded lines; `round_globally` adds up exact ones and rounds once per
 * tax, which is what some tax offices ask for.
 */
export function documentTotals(
  lines: readonly LineForTaxes[],
  rounding: number,
  method: 'round_per_line' | 'round_globally',
): { untaxed: number; tax: number; total: number } {
  if (method === 'round_per_line') {
    const each = lines.map((line) => lineTotals(line, rounding))
    const untaxed = sumExact(each.map((line) => line.untaxed))
    const tax = sumExact(each.map((line) => line.tax))
    return { untaxed: untaxed.toNumber(), tax: tax.toNumber(), total: untaxed.plus(tax).toNumber() }
  }
  const exact = lines.map(computeTaxes)
  const perTax = new Map<number, Exact[]>()
  for (const { taxes } of exact)
    for (const { tax, amount } of taxes) perTax.set(tax.id, [...(perTax.get(tax.id) ?? []), amount])
  const untaxed = decimal(roundTo(sumExact(exact.map((line) => line.base)), rounding))
  const tax = sumExact([...perTax.values()].map((amounts) => roundTo(sumExact(amounts), rounding)))
  return { untaxed: untaxed.toNumber(), tax: tax.toNumber(), total: untaxed.plus(tax).toNumber() }
}

/** Exact decimal arithmetic for amounts; binary floats drift by a cent. */

import { Decimal } from 'decimal.js'

const Exact = Decimal.clone({ precision: 40, rounding: Decimal.ROUND_HALF_UP })
export type Exact = Decimal

/** An exact number; of a float its shortest decimal form counts (0.1 is 0.1). */
export function decimal(value: number | string | Exact | null | undefined): Exact {
  return new Exact(value ?? 0)
}

/** Rounds half away from zero to a multiple of `step` (a currency's `rounding`, e.g. 0.01 or 0.05); 0 leaves it as it is. */
export function roundTo(value: number | string | Exact, step: number): number {
  const exact = decimal(value)
  if (!step) return exact.toNumber()
  return exact.div(decimal(step)).round().mul(decimal(step)).toNumber()
}

/** Rounds half away from zero to `digits` decimals. */
export function roundDigits(value: number | string | Exact, digits: number): number {
  return decimal(value).toDecimalPlaces(digits).toNumber()
}

/** The exact sum. */
export function sumExact(values: Iterable<number | string | Exact>): Exact {
  let sum = decimal(0)
  for (const value of values) sum = sum.plus(value)
  return sum
}

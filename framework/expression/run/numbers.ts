/**
 * Numbers of expressions: whole ones of 64 bits, and decimals with twelve places, both held as bigint. PostgreSQL's
 * int8 and numeric give the same results, digit by digit. `undefined` stands for a result that does not exist.
 */

const most = 2n ** 63n - 1n
const least = -(2n ** 63n)

/** Decimals are kept in units of 10^-12. */
export const places = 12
export const unit = 10n ** 12n
/** Decimals end here: 25 digits before the point. */
const reach = 10n ** 25n * unit

/** The number, if 64 bits hold it. */
export function whole(value: bigint): bigint | undefined {
  return value >= least && value <= most ? value : undefined
}

/** The decimal, if it has at most 25 digits before the point. */
export function within(value: bigint): bigint | undefined {
  return value < reach && value > -reach ? value : undefined
}

/** `a / b`, rounded half away from zero. `b` is not zero. */
export function divideRounded(a: bigint, b: bigint): bigint {
  const [n, d] = [a < 0n ? -a : a, b < 0n ? -b : b]
  const quotient = (2n * n + d) / (2n * d)
  return a < 0n === b < 0n ? quotient : -quotient
}

/** A decimal from its text (`-12.5`, `1e-3`), rounded half away from zero to twelve places; `undefined` for no number. */
export function decimalOf(text: string): bigint | undefined {
  const match = /^([-+]?)(\d*)(?:\.(\d*))?(?:[eE]([-+]?\d{1,3}))?$/.exec(text)
  if (!match) return undefined
  const [, sign, before = '', after = '', exponent = '0'] = match
  if (before === '' && after === '') return undefined
  const digits = BigInt(before + after)
  const shift = places - after.length + Number(exponent)
  const value = shift >= 0 ? digits * 10n ** BigInt(shift) : divideRounded(digits, 10n ** BigInt(-shift))
  return sign === '-' ? -value : value
}

/** The decimal as text without needless zeros. */
export function textOf(value: bigint): string {
  const digits = (value < 0n ? -value : value).toString().padStart(places + 1, '0')
  const text = `${digits.slice(0, -places)}.${digits.slice(-places)}`.replace(/\.?0+$/, '')
  return value < 0n ? `-${text}` : text
}

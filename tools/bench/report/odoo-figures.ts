/**
 * Odoo's throughput on a machine of the same class: the better of Odoo 18 and 19 (two workers) and of JSON-RPC and
 * JSON-2, by concurrency; beside it the hand-written handler of that run, by which figures are scaled from there to here.
 */

export const odooPerSecond: Readonly<Record<string, Readonly<Record<number, number>>>> = {
  a: { 1: 86.53, 16: 209.87 },
  b: { 1: 146.49, 16: 361.66 },
  c: { 1: 40.1, 16: 92.31 },
  d: { 1: 620, 4: 1_250 },
  e: { 1: 74.46, 16: 163.42 },
  f: { 1: 76.35, 16: 183.85 },
  g: { 1: 66.78, 16: 163.53 },
  h: { 1: 2.62, 16: 4.48 },
  i: { 1: 10.1, 16: 21.34 },
  j: { 1: 150.04, 16: 498.01 },
  k: { 1: 52.48, 16: 121.5 },
  l: { 1: 47.2, 16: 109.89 },
}

/** Operations per second of the hand-written handler beside Odoo that reads one row by its id. */
export const handlerBesideOdoo: Readonly<Record<number, number>> = { 1: 2_774.25, 16: 7_881.33 }

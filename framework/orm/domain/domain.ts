/** Domains as data: filters in Odoo's prefix notation. */

export type Leaf = readonly [path: string | number, operator: string, value: unknown]
export type Domain = readonly ('&' | '|' | '!' | Leaf)[]

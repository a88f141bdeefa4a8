/** Fields as pure data: what a model holds. Types, schema, API and documentation all come from these. */

import type { Env } from '../env.ts'
import type { Domain } from '../domain/domain.ts'

export type FieldKind =
  | 'char'
  | 'text'
  | 'html'
  | 'boolean'
  | 'integer'
  | 'float'
  | 'monetary'
  | 'date'
  | 'datetime'
  | 'binary'
  | 'selection'
  | 'many2one'
  | 'one2many'
  | 'many2many'
  | 'reference'
  | 'json'

export interface FieldOptions {
  /** Label for people; default is made from the field's name. */
  readonly label?: string
  readonly help?: string
  readonly required?: boolean
  readonly readonly?: boolean
  /** `true` = b-tree; `'trigram'` = GIN index for `ilike`. */
  readonly index?: boolean | 'trigram'
  /** External ids of groups; a user in none of them does not know the field at all. */
  readonly groups?: readonly string[]
  /** Leaves the house through no channel, for nobody (password hashes, tokens). */
  readonly secret?: boolean
  /** The value comes from a function registered with `computed()`. */
  readonly compute?: boolean
  /** The expression that gives the value of a computed field made by a tenant. */
  readonly formula?: string
  /** Path whose value this field shows, e.g. `partner_id.email`. */
  readonly related?: string
  /** Kept in the table; default true, false for computed and related fields. */
  readonly store?: boolean
  /** Computed but also writable by people. */
  readonly editable?: boolean
  /** Value for new records: data, or a function of the environment. */
  readonly default?: unknown | ((env: Env) => unknown | Promise<unknown>)
  /** Copied with the record; default true, false for one2many, computed and `copy: false`. */
  readonly copy?: boolean
  /** One text per language (`jsonb`). */
  readonly translate?: boolean
  /** Earlier name of this field (or names, for several renamings): an upgrade renames it and keeps its values. */
  readonly was?: string | readonly string[]
  /** Value per company (read and written for `env.companyId`). */
  readonly companyDependent?: boolean
  /** An integer is the id of a record of the model that this field names. */
  readonly modelField?: string
  /** A relation: refused where its record belongs to another company than this one (and is not shared by all). */
  readonly checkCompany?: boolean
  /** For clients: which field changes reach the server's onchange. */
  readonly tracking?: boolean
}

export interface NumberOptions extends FieldOptions {
  /** Total digits and decimals, as in Odoo: `[16, 2]`. Stored as numeric. */
  readonly digits?: readonly [number, number]
}
export interface MoneyOptions extends FieldOptions {
  /** Field that holds the currency; default `currency_id`. */
  readonly currencyField?: string
}
export interface TextOptions extends FieldOptions {
  /** Longest length in characters. */
  readonly size?: number
}
export interface HtmlOptions extends FieldOptions {
  /** Sanitise on write; default true. */
  readonly sanitize?: boolean
}
export interface BinaryOptions extends FieldOptions {
  /** Keep as ir.attachment in the file store (default true) or in the table. */
  readonly attachment?: boolean
}
export interface Many2oneOptions extends FieldOptions {
  /** What happens to this record when the other goes; default `set null`, `restrict` when required. */
  readonly ondelete?: 'set null' | 'restrict' | 'cascade'
  /** Limits the choice offered to people. */
  readonly domain?: Domain
}
export interface One2manyOptions extends FieldOptions {
  readonly domain?: Domain
}
export interface Many2manyOptions extends FieldOptions {
  /** Link table and its two columns; default as in Odoo: `<a>_<b>_rel`, `<a>_id`, `<b>_id`, tables in alphabetical order. */
  readonly table?: string
  readonly column1?: string
  readonly column2?: string
  readonly domain?: Domain
}

/** A field's declaration. The type parameters carry its value, kind, related model and whether people may write it. */
export interface Field<T, K extends FieldKind = FieldKind, R extends string = never, RO extends boolean = boolean> {
  readonly kind: K
  readonly comodel?: R
  /** one2many: the many2one on the other side. */
  readonly inverse?: string
  readonly selection?: readonly (readonly [string, string])[]
  readonly options: FieldOptions &
    NumberOptions &
    MoneyOptions &
    TextOptions &
    HtmlOptions &
    BinaryOptions &
    Many2manyOptions &
    Omit<Many2oneOptions, 'domain'>
  /** Phantom: the value's type. */
  readonly $t?: T
  /** Phantom: read only for people. */
  readonly $ro?: RO
}

type Null<O> = O extends { required: true } ? never : null
type RO<O> = O extends { editable: true }
  ? false
  : O extends { compute: true } | { related: string } | { readonly: true }
    ? true
    : false

function make<T, K extends FieldKind, R extends string, X extends boolean>(
  kind: K,
  options: object | undefined,
  extra: object = {},
): Field<T, K, R, X> {
  return { kind, options: options ?? {}, ...extra } as Field<T, K, R, X>
}

/** The makers of fields, one per kind, named as in Odoo's field types. */
export const f = {
  /** One line of text. */
  char: <const O extends TextOptions>(o?: O): Field<string | Null<O>, 'char', never, RO<O>> => make('char', o),
  /** Text with line breaks. */
  text: <const O extends TextOptions>(o?: O): Field<string | Null<O>, 'text', never, RO<O>> => make('text', o),
  /** HTML, sanitised on write. */
  html: <const O extends HtmlOptions>(o?: O): Field<string | Null<O>, 'html', never, RO<O>> => make('html', o),
  bool: <const O extends FieldOptions>(o?: O): Field<boolean, 'boolean', never, RO<O>> => make('boolean', o),
  /** 32-bit integer. */
  int: <const O extends FieldOptions>(o?: O): Field<number, 'integer', never, RO<O>> => make('integer', o),
  float: <const O extends NumberOptions>(o?: O): Field<number, 'float', never, RO<O>> => make('float', o),
  /** An amount in the currency of `currencyField`, rounded to that currency. */
  money: <const O extends MoneyOptions>(o?: O): Field<number, 'monetary', never, RO<O>> => make('monetary', o),
  /** `YYYY-MM-DD`. */
  date: <const O extends FieldOptions>(o?: O): Field<string | Null<O>, 'date', never, RO<O>> => make('date', o),
  /** `YYYY-MM-DD HH:MM:SS` in UTC. */
  datetime: <const O extends FieldOptions>(o?: O): Field<string | Null<O>, 'datetime', never, RO<O>> =>
    make('datetime', o),
  /** Bytes, as base64 on the wire. */
  binary: <const O extends BinaryOptions>(o?: O): Field<string | Null<O>, 'binary', never, RO<O>> => make('binary', o),
  /** One of a fixed list: `{ draft: 'Quotation', sale: 'Sales Order' }`. */
  sel: <const S extends Readonly<Record<string, string>>, const O extends FieldOptions>(
    values: S,
    o?: O,
  ): Field<(keyof S & string) | Null<O>, 'selection', never, RO<O>> =>
    make('selection', o, { selection: Object.entries(values) }),
  m2o: <const R extends string, const O extends Many2oneOptions>(
    comodel: R,
    o?: O,
  ): Field<number | Null<O>, 'many2one', R, RO<O>> => make('many2one', o, { comodel }),
  o2m: <const R extends string, const O extends One2manyOptions>(
    comodel: R,
    inverse: string,
    o?: O,
  ): Field<readonly number[], 'one2many', R, RO<O>> => make('one2many', o, { comodel, inverse }),
  m2m: <const R extends string, const O extends Many2manyOptions>(
    comodel: R,
    o?: O,
  ): Field<readonly number[], 'many2many', R, RO<O>> => make('many2many', o, { comodel }),
  /** `model,id` of any model of the list. */
  ref: <const O extends FieldOptions>(
    models: Readonly<Record<string, string>>,
    o?: O,
  ): Field<string | Null<O>, 'reference', never, RO<O>> => make('reference', o, { selection: Object.entries(models) }),
  json: <const O extends FieldOptions>(o?: O): Field<unknown, 'json', never, RO<O>> => make('json', o),
} as const

/** A set of fields by name, as declared. */
export type Fields = Readonly<Record<string, Field<unknown, FieldKind, string, boolean>>>

/** Declares fields as pure data; the identity function with a checked type. */
export function fields<const D extends Fields>(definition: D): D {
  return definition
}

/** The types behind model declarations: an application declares one mergeable interface per model and gets typed records. */

import type { Field, Fields } from './field.ts'

/** Applications add their models here: `interface Registry { 'sale.order': SaleOrderData }`. */
// biome-ignore lint/suspicious/noEmptyInterface: filled by declaration merging
export interface Registry {}

/** Turns a field definition into an interface's base, so that several applications can extend one model. */
export type Def<D extends Fields> = { readonly [K in keyof D]: D[K] }

export type ModelName = keyof Registry & string
type DataOf<M> = M extends keyof Registry ? Registry[M] : never

type ValueOf<X> = X extends Field<infer T, infer _K, infer _R, infer _O> ? T : never
type KindOf<X> = X extends { readonly kind: infer K } ? K : never
type ComodelOf<X> = X extends { readonly comodel?: infer R } ? (R extends string ? R : never) : never

/** A command on an x2many field, as in Odoo: 0 create, 1 update, 2 delete, 3 unlink, 4 link, 5 clear, 6 set. */
export type Command =
  | readonly [0, unknown, Readonly<Record<string, unknown>>]
  | readonly [1, number, Readonly<Record<string, unknown>>]
  | readonly [2 | 3 | 4, number, unknown?]
  | readonly [5, unknown?, unknown?]
  | readonly [6, unknown, readonly number[]]

/** What `create` and `write` take for a model. */
export type Values<M extends string> = [DataOf<M>] extends [never]
  ? Readonly<Record<string, unknown>>
  : {
      readonly [K in keyof DataOf<M> & string]?: KindOf<DataOf<M>[K]> extends 'one2many' | 'many2many'
        ? readonly (Command | number)[]
        : ValueOf<DataOf<M>[K]> | null | false
    }

type RelKeys<D> = { [K in keyof D & string]: ComodelOf<D[K]> extends never ? never : K }[keyof D & string]
type Base = 'id' | 'display_name' | 'create_date' | 'write_date' | 'create_uid' | 'write_uid'

/** Checks a dotted path by parsing it; `never` where a part does not exist. */
export type Path<M, P> = [DataOf<M>] extends [never]
  ? P
  : P extends `${infer H}.${infer T}`
    ? H extends RelKeys<DataOf<M>>
      ? [Path<ComodelOf<DataOf<M>[H]>, T>] extends [never]
        ? never
        : P
      : never
    : P extends (keyof DataOf<M> & string) | Base
      ? P
      : never

type Head<P> = P extends `${infer H}.${string}` ? H : P
type Tail<P, H> = P extends `${H & string}.${infer T}` ? T : never
type One<X, T> =
  KindOf<X> extends 'many2one'
    ? [T] extends [never]
      ? number | null
      : Loaded<ComodelOf<X>, T> | null
    : KindOf<X> extends 'one2many' | 'many2many'
      ? [T] extends [never]
        ? readonly number[]
        : readonly Loaded<ComodelOf<X>, T>[]
      : ValueOf<X>

/** What `load(...paths)` gives: plain objects holding exactly the loaded paths; many2one as id, or as object when a path goes through it. */
export type Loaded<M, P> = [DataOf<M>] extends [never]
  ? Readonly<Record<string, unknown>> & { readonly id: number }
  : { readonly [H in Head<P> & keyof DataOf<M>]: One<DataOf<M>[H], Tail<P, H>> } & {
      readonly [H in Head<P> & Exclude<Base, keyof DataOf<M>>]: H extends 'id' | 'create_uid' | 'write_uid'
        ? number
        : string
    } & { readonly id: number }

/** The value type of one field, for `computed()`. */
export type FieldValue<M, K> = [DataOf<M>] extends [never]
  ? unknown
  : K extends keyof DataOf<M>
    ? KindOf<DataOf<M>[K]> extends 'many2one'
      ? number | null
      : ValueOf<DataOf<M>[K]> | null
    : unknown

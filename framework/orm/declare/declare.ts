/** The statements of which an application consists; each is noted under the application that is being loaded. */

import type { Domain } from '../domain/domain.ts'
import type { Env } from '../env.ts'
import { closeToChanges } from '../grant.ts'
import type { AccessRule, DataOptions } from './data.ts'
import type { Api } from './expose.ts'
import type { Fields } from './field.ts'
import type { FieldValue, Loaded, ModelName, Path } from './types.ts'
import type { RecordSet } from '../model/record-set.ts'

export interface ModelOptions {
  /** What one record is, for people: 'Sales Order'. */
  readonly description: string
  /** Default order, e.g. `date_order desc, id desc`; default `id`. */
  readonly order?: string
  /** Field that names a record; default `name` (or `x_name`). */
  readonly recName?: string
  /** Stored field shown as `display_name`; default recName. */
  readonly displayName?: string
  /** Fields that `name_search` looks in; default display name. */
  readonly nameSearch?: readonly string[]
  /** Parent field of a hierarchy for child_of / parent_of; default `parent_id` where it exists. */
  readonly parent?: string
  /** Has no table; its fields and methods go to models that name it in `mixins`. */
  readonly abstract?: boolean
  /** Rows belong to their maker and are removed after a while. */
  readonly transient?: boolean
  readonly mixins?: readonly string[]
  /**
   * Records hang on documents: `id` is an integer field with `modelField`; documents are the models that list them by it.
   * `required`: who may not read (or change) the document does not reach what hangs on it, whatever rules say.
   * `enough`: who may read the document may read what hangs on it, except where the field `unless` is set.
   */
  readonly hangsOn?: {
    readonly id: string
    readonly rights: 'required' | 'enough'
    /** The right to the document that changes of the record take; default `write`. */
    readonly change?: 'read' | 'write'
    readonly unless?: string
  }
  /** Delegation as Odoo's `_inherits`: this model's many2one → fields of that model appear here. */
  readonly inherits?: Readonly<Record<string, string>>
  /** Checks that PostgreSQL makes; `unique` on columns or `check` as one of the comparisons offered. */
  readonly constraints?: Readonly<Record<string, TableConstraint>>
  /** Changing records of this model may change anybody's rights: caches of all processes are renewed. */
  readonly affectsRights?: boolean
  /**
   * What the audit log keeps from the start: changes of fields with their values, reads. Administrators may switch more on
   * for any model. `as` makes its changes entries of that area (`rights.changed`), which nobody can switch off.
   */
  readonly audit?: {
    readonly changes?: boolean
    readonly reads?: boolean
    readonly as?: 'rights' | 'settings' | 'models'
    /** Values of `field` are left out of the log where the text in `byKey` names a secret. */
    readonly conceal?: { readonly field: string; readonly byKey: string }
  }
  /** Earlier name of this model (or names): an upgrade renames it with its table, and everything that refers to it. */
  readonly was?: string | readonly string[]
  /** Nobody changes its records, whatever rights say: code of the framework keeps them by other ways. */
  readonly readOnly?: boolean
  /** The table is kept by code of the framework; schema synchronisation leaves it alone. */
  readonly table?: string
}

export type TableConstraint =
  | { readonly unique: readonly string[]; readonly message: string }
  | {
      readonly check: readonly [column: string, op: '>' | '>=' | '<' | '<=' | '!=', value: number]
      readonly message: string
    }

type Mixin = (Base: typeof RecordSet<string>) => typeof RecordSet<string>

export type Declaration = { readonly app: string } & (
  | { readonly is: 'model'; readonly model: string; readonly fields: Fields; readonly options: ModelOptions }
  | { readonly is: 'extend'; readonly model: string; readonly fields: Fields; readonly options: Partial<ModelOptions> }
  | { readonly is: 'expose'; readonly model: string; readonly api: Api }
  | {
      readonly is: 'computed'
      readonly model: string
      readonly field: string
      readonly on: readonly string[]
      readonly fn: (record: never, env: Env) => unknown
    }
  | {
      readonly is: 'searched'
      readonly model: string
      readonly field: string
      readonly fn: (operator: string, value: unknown, env: Env) => Domain | null
    }
  | {
      readonly is: 'constrain'
      readonly model: string
      readonly on: readonly string[]
      readonly fn: (record: never, env: Env) => void | Promise<void>
    }
  | {
      readonly is: 'onchange'
      readonly model: string
      readonly on: readonly string[]
      readonly fn: (values: Readonly<Record<string, unknown>>, env: Env) => unknown
    }
  | { readonly is: 'behaviour'; readonly model: string; readonly mixin: Mixin }
  | {
      readonly is: 'records'
      readonly model: string
      readonly rows: Readonly<Record<string, Readonly<Record<string, unknown>>>>
      readonly options: DataOptions
    }
  | { readonly is: 'access'; readonly model: string; readonly rules: readonly AccessRule[] }
  | { readonly is: 'unreachable'; readonly model: string; readonly reason: string }
)

const declarations: Declaration[] = []
let loading = 'framework'

/** All declarations so far, in order. */
export function declared(): readonly Declaration[] {
  return declarations
}

/** Notes a declaration under the application that is being loaded; for the statements in this folder. */
export function note(declaration: DistributiveOmit<Declaration, 'app'>): void {
  declarations.push({ app: loading, ...declaration } as Declaration)
}
type DistributiveOmit<T, K extends keyof T> = T extends unknown ? Omit<T, K> : never

/** Runs `load` with everything that it declares noted under `app`. Applications are loaded one after the other. */
export async function declaring<T>(app: string, load: () => Promise<T>): Promise<T> {
  const before = loading
  loading = app
  try {
    return await load()
  } finally {
    loading = before
  }
}

/** Declares a model with its fields. */
export function model(name: string, definition: Fields, options: ModelOptions): void {
  if (options.readOnly) closeToChanges(name)
  note({ is: 'model', model: name, fields: definition, options })
}

/** Adds fields (or overrides options) of a model that another application declares. */
export function extend(name: string, definition: Fields, options: Partial<ModelOptions> = {}): void {
  note({ is: 'extend', model: name, fields: definition, options })
}

/** The only methods that RPC reaches; everything else is private. */
export function expose(name: string, methods: Api): Api {
  note({ is: 'expose', model: name, api: methods })
  return methods
}

/** A field's value from other fields. The list of paths is its prefetch list, its recomputation trigger and its read permission. */
export function computed<M extends ModelName, K extends string, const P extends string>(
  name: M,
  field: K,
  on: readonly (P & Path<M, P>)[],
  fn: (record: Loaded<M, P>, env: Env) => FieldValue<M, K> | Promise<FieldValue<M, K>>,
): void {
  note({ is: 'computed', model: name, field, on, fn: fn as (record: never, env: Env) => unknown })
}

/**
 * How a condition on a field without a column is searched: a domain of the same model, compiled under the caller's rights.
 * `fn` gets a positive operator where it can (equality always as `in` with a list) and returns `null` for one that it does
 * not know; then it is asked for the opposite one, and that is denied.
 */
export function searched<M extends ModelName>(
  name: M,
  field: string,
  fn: (operator: string, value: unknown, env: Env) => Domain | null,
): void {
  note({ is: 'searched', model: name, field, fn })
}

/** A rule that must hold after every change of the listed paths; `fn` throws ValidationError where it does not. */
export function constrain<M extends ModelName, const P extends string>(
  name: M,
  on: readonly (P & Path<M, P>)[],
  fn: (record: Loaded<M, P>, env: Env) => void | Promise<void>,
): void {
  note({ is: 'constrain', model: name, on, fn: fn as (record: never, env: Env) => void })
}

/** What a form fills in when a person changes one of the fields: gets the form's values, returns the values to set. */
export function onchange<M extends ModelName>(
  name: M,
  on: readonly string[],
  fn: (
    values: Readonly<Record<string, unknown>>,
    env: Env,
  ) => Readonly<Record<string, unknown>> | Promise<Readonly<Record<string, unknown>>>,
): void {
  note({ is: 'onchange', model: name, on, fn })
}

/** Methods of a model, as a class over the one before: `(Base) => class extends Base { … super.x() … }`. Order follows the applications' dependencies. */
export function behaviour(name: string, mixin: (Base: typeof RecordSet<string>) => typeof RecordSet<string>): void {
  note({ is: 'behaviour', model: name, mixin })
}

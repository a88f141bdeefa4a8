/** All models of a set of applications, merged from their declarations; shared by every tenant with the same set. */

import type { Env } from './env.ts'
import type { Api, ApiMethod } from './declare/expose.ts'
import type { Field, FieldKind } from './declare/field.ts'
import type { Domain } from './domain/domain.ts'
import type { Declaration, ModelOptions, TableConstraint } from './declare/declare.ts'
import type { RecordSet } from './model/record-set.ts'
import type { ComputedOrder } from './triggers.ts'

/** One field of one model, with what follows from the declarations worked out. */
export interface FieldInfo {
  readonly name: string
  readonly model: string
  readonly kind: FieldKind
  readonly comodel: string | undefined
  readonly inverse: string | undefined
  readonly selection: readonly (readonly [string, string])[] | undefined
  readonly options: Field<unknown>['options']
  readonly label: string
  /** The application that declares it. */
  readonly app: string
  /** Has a column in the model's table. */
  readonly column: boolean
  /** PostgreSQL type of the column. */
  readonly columnType: string
  /** Path of a related field (also fields that come through `inherits`). */
  readonly related: readonly string[] | undefined
  readonly computed: ComputedInfo | undefined
  /** Turns a condition on a field without a column into a domain of the model; `null` where it knows none. */
  readonly searched: SearchFunction | undefined
  /** many2many: link table and columns (own side, other side). */
  readonly link: { readonly table: string; readonly own: string; readonly other: string } | undefined
  /** Through which many2one a delegated field comes. */
  readonly delegate: string | undefined
  /** Made by a tenant at run time. */
  readonly manual: boolean
}

/** Whether two many2many fields are one link table seen from its two ends. */
export function isMirror(a: FieldInfo['link'], b: FieldInfo['link']): boolean {
  return a !== undefined && b !== undefined && a.table === b.table && a.own === b.other && a.other === b.own
}

/** See `searched()`. */
export type SearchFunction = (operator: string, value: unknown, env: never) => Domain | null

export interface ComputedInfo {
  readonly on: readonly string[]
  readonly fn: (record: never, env: never) => unknown
}

export interface ConstraintInfo {
  readonly on: readonly string[]
  /** Paths whose change has it checked, where these are fewer than those that it reads. */
  readonly after?: readonly string[]
  /** Whether it can be broken in this environment at all. */
  readonly matters?: (env: Env) => boolean
  readonly fn: (record: never, env: never) => void | Promise<void>
}

export interface ModelInfo {
  readonly name: string
  readonly app: string
  readonly table: string
  readonly options: ModelOptions
  readonly fields: ReadonlyMap<string, FieldInfo>
  /** Methods that RPC reaches. */
  readonly api: ReadonlyMap<string, ApiMethod>
  readonly constraints: readonly ConstraintInfo[]
  readonly onchanges: readonly { readonly on: readonly string[]; readonly fn: (values: never, env: never) => unknown }[]
  readonly tableConstraints: ReadonlyMap<string, TableConstraint>
  /** The class with all behaviours applied. */
  readonly recordSet: typeof RecordSet
  /** Stored field that names a record. */
  readonly recName: string
  readonly displayName: string
  readonly parent: string | undefined
}

export interface ModelRegistry {
  /** Names of the installed applications, dependencies first. */
  readonly apps: readonly string[]
  readonly models: ReadonlyMap<string, ModelInfo>
  /** Declarations of the installed applications (for data, access, reflection). */
  readonly declarations: readonly Declaration[]
  /** Identifies the registry: same key, same models. */
  readonly key: string
  /** Stored computed fields to be worked out again when a field changes: `model.field` → triggers. */
  readonly triggers: ReadonlyMap<string, readonly Trigger[]>
  /** Stored computed fields by `model.field`: which is computed before which. */
  readonly computedOrder: ReadonlyMap<string, ComputedOrder>
}

/** When `model.field` changes: recompute `target` of the records reached by walking `path` backwards from the changed ones. */
export interface Trigger {
  readonly targetModel: string
  readonly targetField: string
  /** Field names from the target's model to the changed model; empty = the same record. */
  readonly path: readonly string[]
}

export type { Api }

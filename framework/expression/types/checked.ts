/** An expression that has been checked: every part has a type, every field is one of the registry. */

import type { FieldInfo } from '../../orm/index.ts'
import type { Overload } from '../functions/overload.ts'
import type { Type } from './type.ts'

/**
 * What the absence of a value means, known from the text alone. `sure`: there always is one. `nullable`: none is the value
 * null (an unset field). `failing`: none is no result at all (null + 1, 1 / 0), which CEL calls an error: it passes through
 * everything but `false && …` and `true || …`. SQL has one NULL for both; this mark tells them apart.
 */
export type Certainty = 'sure' | 'nullable' | 'failing'

export type Checked = { readonly type: Type; readonly certainty: Certainty } & (
  | { readonly is: 'literal'; readonly value: bigint | string | boolean | null }
  | Path
  | { readonly is: 'given'; readonly name: GivenName }
  | { readonly is: 'in-group'; readonly group: string }
  | { readonly is: 'call'; readonly fn: Overload; readonly args: readonly Checked[] }
  /** int to decimal, days to duration; null stays null. */
  | { readonly is: 'convert'; readonly of: Checked }
  | { readonly is: 'equal'; readonly left: Checked; readonly right: Checked; readonly not: boolean }
  | { readonly is: 'and' | 'or'; readonly left: Checked; readonly right: Checked }
  | { readonly is: 'if'; readonly condition: Checked; readonly yes: Checked; readonly no: Checked }
  | { readonly is: 'in'; readonly item: Checked; readonly among: Checked }
  | { readonly is: 'has'; readonly path: Checked & Path }
  | { readonly is: 'count'; readonly list: Checked & Path }
  | { readonly is: 'any' | 'all'; readonly list: Checked & Path; readonly body: Checked }
  | { readonly is: 'list'; readonly items: readonly Checked[] }
)

/** A field of the record that is spoken of, or of one that it refers to. */
export interface Path {
  readonly is: 'path'
  /** 0: the innermost record; 1: the one whose list it is in. */
  readonly out: number
  readonly steps: readonly FieldInfo[]
}

/** Values that come with the call, not with the record. */
export type GivenName =
  | 'user.id'
  | 'user.name'
  | 'user.login'
  | 'user.lang'
  | 'user.tz'
  | 'user.partner_id'
  | 'user.company_id'
  | 'user.company_ids'
  | 'company_id'
  | 'company_ids'
  | 'now'
  | 'today'

/** A whole expression. */
export interface Expression {
  readonly text: string
  /** The model whose records it speaks of; `null`: of none. */
  readonly model: string | null
  readonly root: Checked
  readonly type: Type
  /** Dotted paths of all fields that it reads: what has to be loaded, and what the reader has to be allowed to read. */
  readonly paths: readonly string[]
  /** Whether it depends on who asks or when. */
  readonly asksCaller: boolean
}

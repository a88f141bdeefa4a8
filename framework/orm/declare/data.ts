/** Records that ship with an application: data and demo data, with external ids. */

import type { Domain } from '../domain/domain.ts'
import type { Operation } from '../grant.ts'
import { note } from './declare.ts'

/** Stands for the id behind an external id; resolved when the data is loaded. */
export class Ref {
  readonly xmlid: string
  constructor(xmlid: string) {
    this.xmlid = xmlid
  }
}

/** The record with this external id (`base.be`; without a dot: of the same application). */
export function ref(xmlid: string): Ref {
  return new Ref(xmlid)
}

export interface DataOptions {
  /** Only for tenants made with demo data. */
  readonly demo?: boolean
  /** `false`: made at install, never changed by an upgrade (Odoo's noupdate). Default true. */
  readonly update?: boolean
}

/**
 * Records by external id. Values as for `create`; `ref()` anywhere in them, also inside x2many commands; `id` fixes the
 * number (below 900 000: numbers above are for what people make). A list is created in batches.
 */
export function records(
  model: string,
  rows: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  options: DataOptions = {},
): void {
  note({ is: 'records', model, rows, options })
}

/** Value of a rule that depends on the caller: `user('id')`, `user('company_ids')`, `user('partner_id')`. */
export interface UserValue {
  readonly user: 'id' | 'partner_id' | 'company_id' | 'company_ids' | 'commercial_partner_id'
}
export function user(path: UserValue['user']): UserValue {
  return { user: path }
}

export interface AccessRule {
  /** External id of a group: a permission (permissions add up). Without: a restriction for everybody (restrictions all hold). */
  readonly group?: string
  readonly ops: readonly Operation[]
  /** Only these records; values may be `user(…)`. */
  readonly domain?: Domain
  /** Permission for these fields only; default all. */
  readonly fields?: readonly string[]
  /** Shown to administrators and in `explain`. */
  readonly name?: string
}

/** Who may do what with a model. A model without any permission is unreachable. */
export function access(model: string, ...rules: readonly AccessRule[]): void {
  note({ is: 'access', model, rules })
}

/** Says that nobody is meant to reach a model, and why; `npm run check` refuses a model that is forgotten instead. */
export function unreachable(model: string, reason: string): void {
  note({ is: 'unreachable', model, reason })
}

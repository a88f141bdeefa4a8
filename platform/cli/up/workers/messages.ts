/** What the owner of a home and the processes that serve its requests say to each other. */

import type { PageOptions } from '../../../../framework/http/index.ts'
import type { HandedConnection, TenantEvent, TenantRecord } from '../../../tenants/index.ts'

/** A tenant as a worker has to know it before anybody asks for it. */
export type KnownTenant = Pick<TenantRecord, 'id' | 'name' | 'state'>

/** What the start page shows of a tenant's backups. */
export type Backups = Awaited<ReturnType<NonNullable<PageOptions['backups']>>>

/** What a worker asks the owner. */
export type WorkerAsks =
  | { readonly ask: 'begin'; readonly answer?: Beginning }
  /** It serves from now on. */
  | { readonly ask: 'listening'; readonly at: Listening; readonly answer?: true }
  /** The instance of a tenant, awake; secrets come for tenants that were asked for, and for no others. */
  | { readonly ask: 'wake'; readonly name: string; readonly answer?: HandedConnection }
  /** These tenants are in use and must not fall asleep. */
  | { readonly ask: 'used'; readonly names: readonly string[]; readonly answer?: true }
  /** A scheduled action of the tenant is due at that time, if not before. */
  | { readonly ask: 'alarm'; readonly tenantId: string; readonly at: Date | null; readonly answer?: true }
  | { readonly ask: 'backups'; readonly tenant: string; readonly answer?: Backups }

/** What the owner asks a worker; each is answered when the worker has done what follows from it. */
export type OwnerAsks =
  | {
      readonly ask: 'happened'
      readonly event: TenantEvent
      readonly tenants: readonly KnownTenant[]
      readonly answer?: true
    }
  | { readonly ask: 'stop'; readonly graceMs: number; readonly answer?: true }

export interface Beginning {
  readonly tenants: readonly KnownTenant[]
  /** How many processes share the load, and with it what one process alone may take. */
  readonly processes: number
  /** Of the whole service: a TLS session that one process began, another one may resume. */
  readonly ticketKeys: Uint8Array
}

/** Where a worker listens: the same place as all others. */
export interface Listening {
  readonly url: string
  readonly httpUrl: string | null
  readonly httpsPort: number
  readonly caPath: string
}

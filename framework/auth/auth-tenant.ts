/** What this room needs to know of a tenant, and of a request. */

import type { RequestOrigin } from '../audit/index.ts'
import type { Pool } from '../sql/index.ts'

/** A tenant's name and database; every `Tenant` of `access/` is one. */
export interface AuthTenant {
  readonly name: string
  readonly pool: Pool
  /** Rights in memory; their epoch moves with every change of a credential. */
  readonly rights?: { readonly epoch: number | undefined }
}

/** Where a sign-in comes from. */
export interface Origin {
  /** Address of the client as the pipeline determined it. */
  readonly source: string
  readonly userAgent?: string | undefined
  /** A person at a sign-in form; only then is an API key no password. */
  readonly interactive: boolean
  /** Only an API key counts: the tenant takes no passwords from programs. */
  readonly keysOnly?: boolean
  /** The request, as the audit log names it. */
  readonly request?: RequestOrigin
}

/** The system user owns what the program itself does; nobody signs in as it. */
export const systemUid = 1

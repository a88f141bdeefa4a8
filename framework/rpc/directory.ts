/** Which tenants a host serves; the hosting platform implements it. */

import type { Cancellation } from '../sql/index.ts'
import type { Tenant } from '../access/index.ts'

/** The tenants of this server, asked anew for each request; answers come from memory where they can. */
export interface TenantDirectory {
  /** The tenant of this name, awake and ready; `null` when there is none. */
  byName(name: string): Promise<Tenant | null>
  /** The tenant that this host name (lower case, no port) belongs to alone; `null` for hosts that serve several or none. */
  byHost(host: string): Promise<Tenant | null>
  /** Names that a caller at this host may learn. */
  namesFor(host: string): Promise<readonly string[]>
}

/** Who speaks to a protocol, as far as the protocol needs to know. */
export interface Caller {
  /** The tenant of this name, if it may be addressed at the caller's host; `null` otherwise, whatever the reason. */
  tenantNamed(name: string): Promise<Tenant | null>
  /** The tenant that the host itself stands for. */
  readonly hostTenant: Tenant | null
  /** Names of tenants that this host may list. */
  names(): Promise<readonly string[]>
  /** Address of the client, for throttles and the log. */
  readonly source: string
  readonly userAgent: string | undefined
  /** Names this request in the server's log and in the audit log. */
  readonly requestId: string
  /** Fires when the client goes away. */
  readonly signal: Cancellation
}

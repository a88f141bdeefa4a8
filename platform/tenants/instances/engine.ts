import type { Secret } from '../keys/secret.ts'

/** A database as a client reaches it; belongs to one generation and is worthless after it. */
export interface DatabaseEndpoint {
  /** Folder of the unix socket, or a host name. */
  readonly socketDir: string
  readonly port: number
  readonly database: string
  readonly user: string
  readonly password: Secret
}

/** What an engine can tell about a tenant's instance. `asleep` means stopped and woken by the next request; `failed`, that the last start did not work. */
export type InstanceState = 'running' | 'starting' | 'asleep' | 'failed' | 'absent'

/** How far a tenant's standby is behind. */
export interface ReplicationLag {
  readonly bytes: number
  readonly seconds: number
}

/**
 * Whatever runs PostgreSQL for tenants: own processes (`embedded`), an existing server, Patroni, CloudNativePG. Nothing
 * below `platform/` knows which one it is. A tenant is named by its id.
 */
export interface ClusterEngine {
  readonly name: 'embedded' | 'shared' | 'patroni' | 'cloudnative'
  /** Where the runtime role connects now. @throws UnavailableError ERR_INSTANCE_ABSENT for a tenant it does not hold. */
  endpoint(tenantId: string): DatabaseEndpoint
  status(tenantId: string): InstanceState
  /** @returns null when the tenant has no standby. */
  lag(tenantId: string): Promise<ReplicationLag | null>
  /** The fencing token: an endpoint of a lower generation can neither be reached nor used. */
  generation(tenantId: string): number
  /** Returns when the instance answers a query; calls made meanwhile share one start. */
  start(tenantId: string): Promise<void>
  /** `fast` rolls open transactions back; `immediate` leaves the write-ahead log to be replayed. */
  stop(tenantId: string, mode: 'smart' | 'fast' | 'immediate'): Promise<void>
  /** Planned change to the standby. @throws ConflictError ERR_NO_STANDBY */
  switchover(tenantId: string): Promise<void>
  /** Unplanned change to the standby, the old primary fenced. @throws ConflictError ERR_NO_STANDBY */
  failover(tenantId: string): Promise<void>
}

import { ConflictError, UnavailableError } from '../../../framework/errors.ts'
import type { ClusterEngine } from './engine.ts'
import type { Instance } from './instance.ts'

/** The engine whose instances are processes of this machine, started by Holdfast itself. */
export interface EmbeddedEngine extends ClusterEngine {
  /** Puts an instance in charge of a tenant, in the place of an older generation, which must be stopped. */
  adopt(tenantId: string, instance: Instance): void
  /** @returns the instance that was in charge, or null */
  forget(tenantId: string): Instance | null
  /** @throws UnavailableError ERR_INSTANCE_ABSENT */
  instance(tenantId: string): Instance
}

/** An engine that holds no instance yet. */
export function embeddedEngine(): EmbeddedEngine {
  const instances = new Map<string, Instance>()
  const instanceOf = (tenantId: string): Instance => {
    const instance = instances.get(tenantId)
    if (instance === undefined)
      throw new UnavailableError('ERR_INSTANCE_ABSENT', 'There is no database instance for this tenant here.')
    return instance
  }
  const noStandby = async (): Promise<never> => {
    throw new ConflictError('ERR_NO_STANDBY', 'This database has no standby to change over to.')
  }
  return {
    name: 'embedded',
    endpoint: (tenantId) => instanceOf(tenantId).runtime,
    status: (tenantId) => instances.get(tenantId)?.state() ?? 'absent',
    lag: async () => null,
    generation: (tenantId) => instanceOf(tenantId).generation,
    start: async (tenantId) => instanceOf(tenantId).start(),
    stop: async (tenantId, mode) => instances.get(tenantId)?.stop(mode),
    switchover: noStandby,
    failover: noStandby,
    adopt: (tenantId, instance) => {
      const before = instances.get(tenantId)
      if (before !== undefined && before.generation >= instance.generation) {
        throw new ConflictError('ERR_GENERATION', 'An older generation of an instance cannot take over.')
      }
      instances.set(tenantId, instance)
    },
    forget: (tenantId) => {
      const before = instances.get(tenantId) ?? null
      instances.delete(tenantId)
      return before
    },
    instance: instanceOf,
  }
}

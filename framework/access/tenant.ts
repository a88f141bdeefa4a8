/** A tenant as the framework knows it: a database, files, models, and the rights that are held in memory. */

import type { KeyVault } from '../audit/index.ts'
import type { AuditSwitch, FileStore, ModelRegistry, ScriptRunner } from '../orm/index.ts'
import type { Pool } from '../sql/index.ts'
import type { Reactions } from './reactions.ts'
import type { Rights } from './rights.ts'

export interface Tenant {
  readonly name: string
  readonly pool: Pool
  readonly files: FileStore
  /** Opens personal parts of the audit log; absent where nobody handed it over. */
  readonly vault?: KeyVault
  /** Runs scripts of administrators; absent where the server has no sandbox. */
  readonly scripts?: ScriptRunner
  /** Models of the installed applications; replaced after an installation. */
  registry: ModelRegistry
  readonly rights: RightsCache
  /** Reads the models again after another process changed them; set by `modules/`. */
  reload?: (tenant: Tenant) => Promise<void>
}

/** Rights by user, valid for one epoch of the database. */
export interface RightsCache {
  epoch: number | undefined
  models: number | undefined
  /** Codes of the active languages. */
  languages: ReadonlySet<string>
  /** What the audit log keeps of each model; `undefined` until it was read. */
  audit: ReadonlyMap<string, AuditSwitch> | undefined
  /** Changes that automations wait for. */
  reactions: Reactions
  readonly users: Map<number, Promise<Rights | null>>
}

export function makeTenant(
  options: Pick<Tenant, 'name' | 'pool' | 'files' | 'registry' | 'vault' | 'scripts'> & {
    readonly reload?: NonNullable<Tenant['reload']>
  },
): Tenant {
  return {
    ...options,
    rights: {
      epoch: undefined,
      models: undefined,
      languages: new Set(['en_US']),
      audit: undefined,
      reactions: new Map(),
      users: new Map(),
    },
  }
}

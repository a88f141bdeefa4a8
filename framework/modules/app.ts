/** An application's manifest. */

import type { Env } from '../orm/index.ts'

export interface AppManifest {
  /** Technical name = folder name = prefix of its external ids. */
  readonly name: string
  readonly title: string
  readonly summary: string
  /** `major.minor.patch` */
  readonly version: string
  readonly depends: readonly string[]
  /** A business application that people choose (not a helper module). */
  readonly application?: boolean
  /** Models whose records the start page counts; default: those that the application declares. */
  readonly shows?: readonly string[]
  /** Modules whose declarations make up the app, imported in this order. */
  readonly load: readonly (() => Promise<unknown>)[]
  /**
   * What an upgrade does with the records, by the version that brings it (`'1.2.0'`): run once, in the order of versions, by
   * the system user, when the schema is there; in the upgrade's transaction.
   */
  readonly upgrade?: Readonly<Record<string, (env: Env) => Promise<void>>>
  /** Throws when the application's records are not as they have to be; asked at the end of each upgrade, which it stops. */
  readonly check?: (env: Env) => void | Promise<void>
}

/** Declares an application; default export of its `app.ts`. */
export function app(manifest: AppManifest): AppManifest {
  return manifest
}

/** An application's manifest. */

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
}

/** Declares an application; default export of its `app.ts`. */
export function app(manifest: AppManifest): AppManifest {
  return manifest
}

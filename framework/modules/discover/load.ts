/** Imports the declarations of applications, each once per process and after those that it depends on. */

import { declaring } from '../../orm/index.ts'
import type { AppManifest } from '../app.ts'
import { availableApps, discoverApps, rediscoverApps, withDependencies } from './discover.ts'

const loaded = new Map<string, Promise<void>>()
let last: Promise<unknown> = Promise.resolve()

/**
 * Makes the declarations of these applications (and of what they depend on) known to the process.
 * @returns the manifests, dependencies first
 * @throws InvalidRequestError ERR_APP_UNKNOWN
 */
export async function loadApps(names: readonly string[], folders?: readonly string[]): Promise<AppManifest[]> {
  // Sorted, so that the same set always has the same order and its registry is shared.
  let known = await discoverApps(folders)
  // Another process may have installed one that came to the folders after this one started.
  if (names.some((name) => !known.has(name))) known = await rediscoverApps(folders)
  const manifests = withDependencies(known, [...names].sort())
  for (const manifest of manifests) await loadOnce(manifest)
  return manifests
}

/**
 * Loads all applications on disk, so that a process works with those of its start, whatever is put in place later.
 * @returns those that could not be loaded, with the reason; who installs one of them is told then
 */
export async function loadEveryApp(): Promise<{ readonly name: string; readonly cause: unknown }[]> {
  const failed: { name: string; cause: unknown }[] = []
  for (const { name } of await availableApps()) {
    try {
      await loadApps([name])
    } catch (cause) {
      failed.push({ name, cause })
    }
  }
  return failed
}

// Declarations are noted under "the application being loaded", so two callers may not load at the same time.
function loadOnce(manifest: AppManifest): Promise<void> {
  let result = loaded.get(manifest.name)
  if (!result) {
    result = last.then(() =>
      declaring(manifest.name, async () => {
        for (const load of manifest.load) await load()
      }),
    )
    loaded.set(manifest.name, result)
    last = result.catch(() => {})
  }
  return result
}

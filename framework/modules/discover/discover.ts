/** Finds the applications on disk and puts them in the order of their dependencies. */

import { readdir, stat } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { InvalidRequestError } from '../../errors.ts'
import type { AppManifest } from '../app.ts'

/** The folder of the applications that come with the project, beside `framework/`. */
const ownApps = join(import.meta.dirname, '..', '..', '..', 'apps')

const found = new Map<string, Promise<ReadonlyMap<string, AppManifest>>>()

/** Folders that hold applications: the project's own, then those of HOLDFAST_APPS (a path list). */
export function appFolders(): readonly string[] {
  return [ownApps, ...(process.env.HOLDFAST_APPS ?? '').split(delimiter).filter((path) => path !== '')]
}

/**
 * The manifests of all applications on disk by name; read once per process and set of folders.
 * @throws TypeError for a manifest that contradicts its folder, names an unknown dependency or is part of a circle
 */
export function discoverApps(folders: readonly string[] = appFolders()): Promise<ReadonlyMap<string, AppManifest>> {
  const key = folders.join('\0')
  let result = found.get(key)
  if (!result) {
    result = readManifests(folders)
    found.set(key, result)
    result.catch(() => found.delete(key))
  }
  return result
}

/**
 * Looks again: applications that came to the folders since are found, those that are known stay as they were loaded.
 * @throws as `discoverApps`; then what was known before stays
 */
export async function rediscoverApps(
  folders: readonly string[] = appFolders(),
): Promise<ReadonlyMap<string, AppManifest>> {
  const manifests = await readManifests(folders)
  found.set(folders.join('\0'), Promise.resolve(manifests))
  return manifests
}

/** All applications that can be installed, dependencies first. */
export async function availableApps(folders?: readonly string[]): Promise<AppManifest[]> {
  const manifests = await discoverApps(folders)
  return withDependencies(manifests, [...manifests.keys()].sort())
}

/**
 * These applications with everything that they depend on, dependencies first; `base` always comes along.
 * @throws InvalidRequestError ERR_APP_UNKNOWN for a name that is not on disk
 */
export function withDependencies(manifests: ReadonlyMap<string, AppManifest>, names: readonly string[]): AppManifest[] {
  const order: AppManifest[] = []
  const done = new Set<string>()
  const visit = (name: string, trail: readonly string[]): void => {
    if (done.has(name)) return
    if (trail.includes(name))
      throw new TypeError(`The applications ${[...trail, name].join(' → ')} depend on each other in a circle.`)
    const manifest = manifests.get(name)
    if (!manifest)
      throw new InvalidRequestError('ERR_APP_UNKNOWN', `There is no application '${name}'.`, {
        detail: { name, trail },
      })
    for (const other of manifest.depends) visit(other, [...trail, name])
    done.add(name)
    order.push(manifest)
  }
  if (manifests.has('base')) visit('base', [])
  for (const name of names) visit(name, [])
  return order
}

async function readManifests(folders: readonly string[]): Promise<ReadonlyMap<string, AppManifest>> {
  const manifests = new Map<string, AppManifest>()
  for (const folder of folders) {
    for (const entry of (await readdir(folder)).sort()) {
      const file = join(folder, entry, 'app.ts')
      if (!(await isFile(file))) continue
      const manifest = checkManifest(entry, ((await import(pathToFileURL(file).href)) as { default?: unknown }).default)
      if (manifests.has(entry))
        throw new TypeError(`The application ${entry} exists twice; the second one is in ${folder}.`)
      manifests.set(entry, manifest)
    }
  }
  for (const { name, depends } of manifests.values()) {
    const missing = depends.filter((other) => !manifests.has(other))
    if (missing.length > 0)
      throw new TypeError(`The application ${name} depends on ${missing.join(', ')}, which is not there.`)
  }
  withDependencies(manifests, [...manifests.keys()])
  return manifests
}

function checkManifest(folder: string, value: unknown): AppManifest {
  const manifest = value as Partial<AppManifest> | undefined
  if (!manifest || typeof manifest !== 'object')
    throw new TypeError(`${folder}/app.ts has no default export made by app().`)
  if (manifest.name !== folder)
    throw new TypeError(
      `${folder}/app.ts calls itself ${String(manifest.name)}; an application bears the name of its folder.`,
    )
  if (!/^[a-z][a-z0-9_]{0,40}$/.test(folder))
    throw new TypeError(`${folder} is not a usable name of an application: lower-case letters, digits and _.`)
  if (!/^\d+\.\d+\.\d+$/.test(manifest.version ?? ''))
    throw new TypeError(`${folder}/app.ts needs a version of the form 1.0.0.`)
  if (!Array.isArray(manifest.depends) || !Array.isArray(manifest.load))
    throw new TypeError(`${folder}/app.ts needs the lists depends and load.`)
  if (folder !== 'base' && manifest.depends.length === 0)
    throw new TypeError(`${folder}/app.ts depends on nothing; every application depends at least on base.`)
  return manifest as AppManifest
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile()
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ENOTDIR') return false
    throw error
  }
}

/** Databases with applications already in them, from which tenants are copied: installing takes seconds, copying does not. */

import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { appFolders, initTenant, loadApps } from '../../../framework/modules/index.ts'
import { openPool } from '../../../framework/sql/index.ts'
import type { Home } from '../../tenants/index.ts'

export interface Templates {
  /**
   * Prepares the template of these applications unless it is there.
   * @returns its key for `home.tenants.create`
   * @throws InvalidRequestError ERR_APP_UNKNOWN; the signal's reason when it fires
   */
  prepare(apps: readonly string[], demo: boolean, signal?: AbortSignal): Promise<string>
  /** @returns whether `prepare` would have work to do */
  isReady(apps: readonly string[], demo: boolean): Promise<boolean>
}

const project = join(import.meta.dirname, '..', '..', '..')

/** Templates of a home; their keys change with the sources of framework and applications. */
export function appTemplates(home: Home): Templates {
  let sources: Promise<string> | null = null
  const keyOf = async (apps: readonly string[], demo: boolean): Promise<string> => {
    const names = (await loadApps(apps)).map(({ name }) => name).sort()
    sources ??= hashOfSources()
    return ['apps', ...names, demo ? 'demo' : 'bare', await sources].join(' ')
  }
  return {
    isReady: async (apps, demo) => home.hasTemplate(await keyOf(apps, demo)),
    prepare: async (apps, demo, signal) => {
      const key = await keyOf(apps, demo)
      await home.prepareTemplate(key, async ({ address, files }) => {
        const pool = openPool({ ...address, statementTimeoutMs: 0, applicationName: 'holdfast-template' })
        try {
          await orAborted(initTenant({ name: 'template', pool, files }, { apps, demo }), signal)
        } finally {
          // After an abort the instance stops beneath the pool; waiting for its statements would be waiting for the rest.
          if (signal?.aborted !== true) await pool.close()
        }
      })
      return key
    },
  }
}

/** One hash over all code and data that an installation reads. */
async function hashOfSources(): Promise<string> {
  const hash = createHash('sha256')
  for (const root of [join(project, 'framework'), ...appFolders()]) {
    const names = (await readdir(root, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts') && !entry.name.endsWith('.md'))
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((name) => !name.slice(root.length).includes('/node_modules/'))
      .sort()
    for (const name of names)
      hash
        .update(`${name.slice(root.length)}\0`)
        .update(await readFile(name))
        .update('\0')
  }
  return hash.digest('hex').slice(0, 32)
}

async function orAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work
  work.catch(() => {}) // it fails later by itself when its instance has stopped
  let stop = (): void => {}
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason)
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

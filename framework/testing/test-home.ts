/** The home of one test file: opened at the first use, closed and removed after its last test. */

import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { type Home, openHome } from '../../platform/tenants/index.ts'
import { sweepHomes, sweepTemplates, templateFolder, withLock } from './test-cache.ts'

const prefix = 'hft-'

let opening: Promise<{ home: Home; path: string }> | undefined
const closers: (() => Promise<void>)[] = []

/** The home of this process. Its templates are those of all test files. */
export async function testHome(): Promise<Home> {
  opening ??= openTestHome()
  return (await opening).home
}

/** Runs when the file's tests are over, before the home is closed; last come first. */
export function atEnd(close: () => Promise<void>): void {
  closers.push(close)
}

async function openTestHome(): Promise<{ home: Home; path: string }> {
  const path = await mkdtemp(join(tmpdir(), prefix))
  try {
    await symlink(await templateFolder(), join(path, 'templates'))
    // Opening a home prepares the template without applications where it is missing; two at once would collide.
    const home = await withLock('base', async () => {
      await sweepTemplates()
      await sweepHomes(prefix)
      return openHome({ path, idleTimeoutMs: 0 })
    })
    return { home, path }
  } catch (error) {
    await rm(path, { recursive: true, force: true })
    throw error
  }
}

// At the root of the file, not of the test that happens to ask first.
after(async () => {
  if (!opening) return
  const { home, path } = await opening
  for (const close of closers.reverse()) await close()
  await home.close()
  await rm(path, { recursive: true, force: true })
})

/** Prepared instances that all test files of a machine share, so that each application set is installed once. */

import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

const root = join(tmpdir(), `holdfast-test-${userInfo().uid}`)
const most = 10
const youngestRemovedMs = 20 * 60_000
const oldestHomeMs = 6 * 60 * 60_000

/** The folder of shared templates; PostgreSQL's account may pass through. */
export async function templateFolder(): Promise<string> {
  const folder = join(root, 'templates')
  await mkdir(folder, { recursive: true, mode: 0o711 })
  return folder
}

/** Runs `work` while no other process does so under the same name; a lock of a dead process is taken over. */
export async function withLock<T>(name: string, work: () => Promise<T>): Promise<T> {
  await mkdir(root, { recursive: true, mode: 0o711 })
  const path = join(root, `${name}.lock`)
  for (;;) {
    try {
      const file = await open(path, 'wx')
      await file.writeFile(String(process.pid))
      await file.close()
      break
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      if (await isStale(path)) await rm(path, { force: true })
      else await delay(50)
    }
  }
  try {
    return await work()
  } finally {
    await rm(path, { force: true })
  }
}

/** Removes the oldest templates when there are many: each change of the sources makes new ones. */
export async function sweepTemplates(): Promise<void> {
  const folder = await templateFolder()
  const found: { path: string; age: number }[] = []
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    found.push({ path, age: Date.now() - (await stat(path).catch(() => ({ mtimeMs: Date.now() }))).mtimeMs })
  }
  found.sort((a, b) => b.age - a.age)
  for (const { path, age } of found.slice(0, Math.max(0, found.length - most))) {
    if (age < youngestRemovedMs) continue
    const doomed = join(root, `doomed-${process.pid}-${Math.random().toString(36).slice(2)}`)
    await rename(path, doomed).catch(() => {})
    await rm(doomed, { recursive: true, force: true })
  }
}

/** Removes the homes of test files that were killed long ago. */
export async function sweepHomes(prefix: string): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(prefix)) continue
    const path = join(tmpdir(), name)
    const found = await stat(path).catch(() => null)
    if (found && found.uid === process.getuid?.() && Date.now() - found.mtimeMs > oldestHomeMs)
      await rm(path, { recursive: true, force: true })
  }
}

async function isStale(path: string): Promise<boolean> {
  const text = await readFile(path, 'utf8').catch(() => null)
  const pid = Number(text)
  // A lock without a number is being written this moment, unless its writer died in between.
  if (!text) return Date.now() - (await stat(path).catch(() => ({ mtimeMs: Date.now() }))).mtimeMs > 5_000
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}

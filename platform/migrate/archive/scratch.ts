/** A private folder for the plain text of an import; it holds customers' data, so it never outlives its use. */

import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const prefix = 'holdfast-import-'

/** Runs `use` with a new folder (mode 0700), and removes it whatever happens; leftovers of killed imports go first. */
export async function withScratch<T>(use: (folder: string) => Promise<T>, parent: string = tmpdir()): Promise<T> {
  await removeLeftovers(parent)
  const folder = await mkdtemp(join(parent, `${prefix}${process.pid}-`))
  try {
    return await use(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

// The name holds the process id of the owner: a folder whose owner is gone belongs to a killed import.
async function removeLeftovers(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const pid = Number(new RegExp(`^${prefix}(\\d+)-`).exec(name)?.[1])
    if (!Number.isSafeInteger(pid) || pid <= 0 || isAlive(pid)) continue
    const folder = join(parent, name)
    const mine = await stat(folder).then(
      (s) => s.isDirectory() && s.uid === process.getuid?.(),
      () => false,
    )
    if (mine) await rm(folder, { recursive: true, force: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

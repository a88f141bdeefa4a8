/** A hash of everything that decides what a freshly installed tenant looks like. */

import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { appFolders } from '../modules/index.ts'

const framework = join(import.meta.dirname, '..')
const rooms = ['errors.ts', 'index.ts', 'sql', 'audit', 'orm', 'expression', 'access', 'auth', 'templates', 'modules']

let known: Promise<string> | undefined

/** The hash of the sources of the framework's lower rooms and of all applications; tests do not count. */
export function sourceHash(): Promise<string> {
  known ??= hashAll([...rooms.map((room) => join(framework, room)), ...appFolders()])
  return known
}

async function hashAll(roots: readonly string[]): Promise<string> {
  const hash = createHash('sha256')
  for (const root of roots) {
    for (const file of await filesOf(root)) hash.update(`${file}\0`).update(await readFile(file))
  }
  return hash.digest('hex').slice(0, 20)
}

async function filesOf(root: string): Promise<string[]> {
  if (root.endsWith('.ts')) return [root]
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts') && !entry.name.endsWith('.md'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

// Finds and reads the project's source files; the room that a file belongs to is told by its path.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Import, importsOf } from './imports.ts'
import { type Token, tokenize } from './tokens.ts'

/** One source file: its path from the project root (with forward slashes), its tokens and its imports. */
export interface Source {
  readonly path: string
  readonly room: string
  readonly isTest: boolean
  readonly text: string
  readonly tokens: readonly Token[]
  readonly imports: readonly Import[]
}

/** One thing that a check found wrong, with the place and what to do about it. */
export interface Fault {
  readonly file: string
  readonly line: number
  readonly rule: string
  readonly message: string
}

const sourceName = /\.[cm]?[jt]sx?$/
const notSources = new Set(['node_modules', 'data', 'dist'])

/** Paths of all files below the given folders of a project for which `accept` says yes, sorted. */
export function listFiles(root: string, folders: readonly string[], accept: (path: string) => boolean): string[] {
  const found: string[] = []
  const walk = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`
      if (entry.isDirectory()) {
        if (!notSources.has(entry.name) && !entry.name.startsWith('.')) walk(path)
      } else if (accept(path)) found.push(path)
    }
  }
  for (const folder of folders) if (existsSync(join(root, folder))) walk(folder)
  return found.sort()
}

/** Reads and tokenizes every source file below the given folders. */
export function readSources(root: string, folders: readonly string[]): Source[] {
  return listFiles(root, folders, (path) => sourceName.test(path)).map((path) => {
    const text = readFileSync(join(root, path), 'utf8')
    const tokens = tokenize(text)
    return { path, room: roomOf(path), isTest: isTestFile(path), text, tokens, imports: importsOf(tokens) }
  })
}

/** Whether a path is a test file by its name. */
export function isTestFile(path: string): boolean {
  return /\.test\.[cm]?[jt]sx?$/.test(path)
}

/** The room of a path: the first two folders, or the file's own name where it lies directly in its area. */
export function roomOf(path: string): string {
  const [area = '', second = '', ...rest] = path.split('/')
  if (area === 'client' || area === 'promises') return area
  if (area === 'tools') return rest.length > 0 && second === 'bench' ? 'tools/bench' : 'tools'
  // A test beside framework/errors.ts belongs to the room that it tests.
  return `${area}/${rest.length > 0 ? second : second.replace(/(\.test)?\.[^.]+$/, '')}`
}

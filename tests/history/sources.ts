/** The product's own sources, for attacks that cannot exist because nothing in the code does what they need. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Source {
  readonly path: string
  readonly text: string
}

/** TypeScript of the product below some folders, tests not counted. */
export function sourcesOf(root: string, ...folders: readonly string[]): Source[] {
  return filesOf(root, folders).filter(({ path }) => !path.endsWith('.test.ts') && !path.includes('/testing/'))
}

/** All TypeScript below some folders. */
export function filesOf(root: string, folders: readonly string[]): Source[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => ({ path: `${folder}/${name}`, text: readFileSync(join(root, folder, name), 'utf8') })),
  )
}

/** Sources that match, with what matched. */
export function matching(sources: readonly Source[], pattern: RegExp): string[] {
  return sources.flatMap(({ path, text }) => {
    const found = pattern.exec(text)
    return found === null ? [] : [`${path}: ${found[0]}`]
  })
}

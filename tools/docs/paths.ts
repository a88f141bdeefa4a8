// Paths that documents mention: each must exist, so that a page cannot send its reader nowhere.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { type Fault, listFiles } from '../layers/tree.ts'

const pages = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'SECURITY.md']
const folders = ['docs', 'apps']

/** First parts of a path that stand for something in the checkout. */
const roots = /^(\.ci|apps|bin|docs|framework|platform|promises|tests|tools)(\/|$)/

/** Every page for people, from the project root. */
export function documents(root: string): string[] {
  const found = [...pages.filter((page) => existsSync(join(root, page))), ...listFiles(root, folders, isPage)]
  return found.filter((page) => page !== 'docs/decisions/0000-template.md')
}

function isPage(path: string): boolean {
  return path.endsWith('.md')
}

/** Paths in backticks and targets of links of one page, with their lines; blocks of code are left out. */
export function mentions(text: string): { readonly path: string; readonly line: number; readonly isLink: boolean }[] {
  const found: { path: string; line: number; isLink: boolean }[] = []
  let isCode = false
  for (const [index, line] of text.split('\n').entries()) {
    if (line.startsWith('```')) isCode = !isCode
    if (isCode) continue
    for (const [, path = ''] of line.matchAll(/`([\w./-]+)`/g))
      if (roots.test(path) && path.includes('/')) found.push({ path, line: index + 1, isLink: false })
    for (const [, path = ''] of line.matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)[^)]*\)/g))
      found.push({ path, line: index + 1, isLink: true })
  }
  return found
}

/** What the pages below `root` mention that is not there. */
export function findPathFaults(root: string): Fault[] {
  return documents(root).flatMap((file) =>
    mentions(readFileSync(join(root, file), 'utf8')).flatMap(({ path, line, isLink }) => {
      const target = isLink ? normalize(join(dirname(file), path)) : path
      if (existsSync(join(root, target))) return []
      return [{ file, line, rule: 'docs', message: `mentions ${path}, which does not exist` }]
    }),
  )
}

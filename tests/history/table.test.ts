import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'

const root = join(import.meta.dirname, '../..')
const page = readFileSync(join(root, 'docs/security/history.md'), 'utf8')

interface RowOfTable {
  readonly id: string
  readonly file: string
  readonly title: string
}

/** Rows of the page: `| id | … | `file` | title |`. */
function rowsOf(text: string): RowOfTable[] {
  return [...text.matchAll(/^\| ([^|]+) \| [^|]+ \| `([^`]+)` \| ([^|]+) \|$/gm)].map(
    ([, id = '', file = '', title = '']) => ({
      id: id.trim(),
      file: `tests/history/${file}`,
      title: title.trim(),
    }),
  )
}

/** Titles of the tests of the folder that begin with the number of a hole. */
function titles(): RowOfTable[] {
  return readdirSync(import.meta.dirname)
    .filter((name) => name.endsWith('.test.ts') && name !== 'table.test.ts')
    .flatMap((name) => {
      const text = readFileSync(join(import.meta.dirname, name), 'utf8')
      return [
        ...text.matchAll(/\bit\(\s*(['"`])((?:#\d|CVE-|bypass |[A-Za-z0-9]+ CVE-|[A-Za-z0-9]+ GHSA-).*?)\1,/g),
      ].map(([, , title = '']) => ({
        id: title.slice(0, title.indexOf(':')),
        file: `tests/history/${name}`,
        title: title.slice(title.indexOf(':') + 2),
      }))
    })
}

const keyOf = ({ id, file, title }: RowOfTable) => `${file} ${id}: ${title}`

describe('the page of historical holes', () => {
  it('has a row for every test, and a test for every row', () => {
    assert.deepEqual(rowsOf(page).map(keyOf).sort(), titles().map(keyOf).sort())
  })

  it('knows the fifty-eight classes and the fourteen bypasses', () => {
    const ids = rowsOf(page).flatMap(({ id }) => id.split(', '))
    assert.equal(ids.filter((id) => id.startsWith('bypass ')).length, 14)
    assert.equal(new Set(ids).size, ids.length, 'each stands there once')
    const [, count = ''] = /holds (\d+) numbers of holes in Odoo/.exec(page) ?? []
    assert.equal(ids.filter((id) => /^(#|CVE-)/.test(id)).length, Number(count))
    assert.ok(Number(count) >= 58)
  })
})

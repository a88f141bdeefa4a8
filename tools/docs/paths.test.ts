import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { documents, findPathFaults } from './paths.ts'

const root = join(import.meta.dirname, '..', '..')

describe('the documents', () => {
  it('mention no path and link to no page that does not exist', () => {
    assert.deepEqual(findPathFaults(root), [])
  })

  it('lead through the files of a request: the architecture names at least 40 of them', () => {
    const text = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8')
    const files = new Set([...text.matchAll(/`((?:framework|apps|platform)\/[\w./-]+\.ts)`/g)].map(([, path]) => path))
    assert.ok(files.size >= 40, `only ${files.size}`)
  })

  it('name every application and every room of framework and platform in the architecture', () => {
    const text = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8')
    const order = readFileSync(join(root, 'tools', 'layers.ts'), 'utf8')
    const rooms = [...order.matchAll(/'((?:framework|platform)\/\w+)',\n/g)].map(([, room = '']) => room)
    const missing = [...new Set(rooms)].filter((room) => !text.includes(`\`${room}/`) && !text.includes(`\`${room}.ts`))
    const later = ['replication', 'staff', 'fleet', 'edge', 'panel', 'trust'].map((room) => `platform/${room}`)
    assert.deepEqual(
      missing.filter((room) => !later.includes(room)),
      [],
    )
  })

  it('name no machine and no folder beside the project', () => {
    const bad = documents(root).filter((page) => {
      const text = readFileSync(join(root, page), 'utf8')
      return /\/work\/|\/tmp\/|\/root\//.test(text) || (page !== 'CONTRIBUTING.md' && text.includes('../shared'))
    })
    assert.deepEqual(bad, [])
  })

  it('are found wrong when a path or link leads nowhere, code blocks apart', () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-docs-'))
    after(() => rmSync(folder, { recursive: true, force: true }))
    mkdirSync(join(folder, 'docs'))
    writeFileSync(
      join(folder, 'README.md'),
      'See `docs/a.md`, `framework/gone.ts`, [b](docs/gone.md).\n```\n`apps/no.ts`\n```\n',
    )
    writeFileSync(join(folder, 'docs', 'a.md'), 'Back to [the start](../README.md) and `data/is/made/later`.\n')
    assert.deepEqual(
      findPathFaults(folder).map(({ file, message }) => [file, message]),
      [
        ['README.md', 'mentions framework/gone.ts, which does not exist'],
        ['README.md', 'mentions docs/gone.md, which does not exist'],
      ],
    )
  })
})

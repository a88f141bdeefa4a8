import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { type Tenant, withEnv } from '../../framework/access/index.ts'
import { JsonResult } from '../../framework/orm/index.ts'
import { callMethod } from '../../framework/rpc/index.ts'
import { asUser, testTenant } from '../../framework/testing/index.ts'
import { codeBlocks } from './code-blocks.ts'

const root = resolve(import.meta.dirname, '..', '..')
const folder = await mkdtemp(join(tmpdir(), 'holdfast-guide-'))
after(() => rm(folder, { recursive: true, force: true }))
process.env.HOLDFAST_APPS = folder

const blocks = codeBlocks(await readFile(join(root, 'docs', 'guides', 'write-an-app.md'), 'utf8'))
for (const { info, text } of blocks) {
  const file = /^file=([\w./-]+)$/.exec(info)?.[1]
  if (file === undefined) continue
  await mkdir(dirname(join(folder, file)), { recursive: true })
  await writeFile(join(folder, file), text)
}
await mkdir(join(folder, 'node_modules'))
await symlink(root, join(folder, 'node_modules', 'holdfast'))

const example = <T>(info: string): T =>
  JSON.parse(blocks.find((block) => block.info === info)?.text ?? assert.fail(`no block ${info}`)) as T

describe('the application of the guide', () => {
  let tenant: Tenant
  before(async () => {
    tenant = await testTenant({ apps: ['library'], demo: true })
  })

  const call = async (uid: number, model: string, method: string, args: unknown[], named = {}): Promise<unknown> => {
    const result = await callMethod(tenant, uid, model, method, args, named)
    return result instanceof JsonResult ? result.parse() : result
  }

  it('answers the call that the guide shows with the answer that it shows', async () => {
    const { params } = example<{ params: { args: [string, number, string, string, string, unknown[], object] } }>(
      'call',
    )
    const [, uid, , model, method, positional, named] = params.args
    assert.deepEqual(await call(uid, model, method, positional, named), example('answer'))
  })

  it('lends, refuses with its own sentence when nothing is left, and takes back', async () => {
    const [loan] = (await call(2, 'library.book', 'lend', [[2], 3])) as number[]
    const copies = () => call(2, 'library.book', 'read', [[2], ['available']])
    assert.deepEqual(await copies(), [{ id: 2, available: 0 }])
    await assert.rejects(call(2, 'library.book', 'lend', [[2], 3]), {
      code: 'ERR_LIBRARY_NONE_LEFT',
      message: 'No copy of Silent Spring is left.',
    })
    assert.equal(await withEnv(tenant, 2, { mode: 'read' }, (env) => env.model('library.loan').search_count([])), 1)
    assert.equal(await call(2, 'library.loan', 'take_back', [[loan]]), true)
    assert.deepEqual(await copies(), [{ id: 2, available: 1 }])
  })

  it('lets nobody lend who may not create loans, and nobody call what is not exposed', async () => {
    const reader = await asUser(tenant)
    await assert.rejects(call(reader.uid, 'library.book', 'lend', [[1], 3]), { code: 'ERR_ACCESS_CREATE' })
    await assert.rejects(call(2, 'library.book', 'browse', [[1]]), { code: 'ERR_RPC_METHOD' })
  })

  it('passes the type check and the test that the guide shows', () => {
    const options = { cwd: folder, encoding: 'utf8', timeout: 240_000 } as const
    const types = spawnSync(join(root, 'node_modules', '.bin', 'tsc'), ['-p', '.'], options)
    assert.equal(types.stdout, '')
    // The runner's own reporting channel must not be taken over by the inner run.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env
    const run = spawnSync(process.execPath, ['--test', 'library/library.test.ts'], {
      ...options,
      env: { ...env, HOLDFAST_APPS: '.' },
    })
    assert.equal(run.status, 0, run.stdout)
  })
})

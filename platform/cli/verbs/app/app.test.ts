import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { TestHome, type Up } from '../../testing/holdfast.ts'

const folder = mkdtempSync(join(tmpdir(), 'holdfast-app-'))
const passwordFile = join(folder, 'password')
writeFileSync(passwordFile, 'three unrelated words\n')
const apps = join(folder, 'apps')
mkdirSync(join(apps, 'toy'), { recursive: true })
process.env.HOLDFAST_APPS = apps
const face = JSON.stringify(join(import.meta.dirname, '..', '..', '..', '..', 'framework', 'index.ts'))

/** Puts a version of the application in place, as an operator does. */
function putInPlace(version: string, fields: string, manifest = ''): void {
  writeFileSync(
    join(apps, 'toy', 'declarations.ts'),
    `import { access, f, fields, model, records } from ${face}
    model('toy.box', fields({ ${fields} }), { description: 'Box' })
    access('toy.box', { group: 'base.group_system', ops: ['read', 'write', 'create', 'unlink'] })
    records('toy.box', { red: { name: 'Red' } }, { update: false })`,
  )
  writeFileSync(
    join(apps, 'toy', 'app.ts'),
    `export default { name: 'toy', title: 'Toy', summary: '', version: '${version}', depends: ['base'], load: [() => import('./declarations.ts')], ${manifest} }`,
  )
}

interface Result {
  readonly done: readonly string[]
  readonly apps: readonly string[]
  readonly safetyBackup: string | null
  readonly plan?: readonly string[]
  readonly error?: { readonly code: string; readonly message: string }
}

describe('a new version of an application', () => {
  const home = new TestHome()
  let up: Up
  const run = async (...words: string[]): Promise<Result> => (await home.run(...words, '--json')).json<Result>()
  const call = async (model: string, method: string, ...args: unknown[]): Promise<unknown> => {
    const reply = await fetch(`${up.ready.httpUrl}/jsonrpc`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        jsonrpc: '2.0',
        method: 'call',
        params: {
          service: 'object',
          method: 'execute_kw',
          args: ['acme', 2, 'three unrelated words', model, method, args],
        },
      }),
    })
    const { result, error } = (await reply.json()) as { result?: unknown; error?: { data: { message: string } } }
    if (error) throw new Error(error.data.message)
    return result
  }
  before(async () => {
    putInPlace('1.0.0', 'name: f.char({ required: true }), size: f.char()')
    up = await home.up()
    const made = await home.run(
      'tenant',
      'create',
      'acme',
      '--apps',
      'toy',
      '--admin-login',
      'admin',
      '--admin-password-file',
      passwordFile,
      '--json',
    )
    assert.equal(made.code, 0, made.stderr)
  })
  after(async () => {
    await home.remove()
    rmSync(folder, { recursive: true, force: true })
  })

  test('is up to date where nothing changed', async () => {
    assert.deepEqual((await run('app', 'upgrade', 'acme')).done, [])
    assert.deepEqual((await run('app', 'upgrade', 'acme', '--dry-run')).plan, ['nothing: it is up to date'])
  })

  test('that fails its trial leaves data and service unharmed, and requests go on meanwhile', async () => {
    await call('toy.box', 'create', { name: 'Mine', size: 'large' })
    let served = 0
    let isOver = false
    const serving = (async () => {
      while (!isOver) {
        const [row] = (await call('toy.box', 'search_read', [['name', '=', 'Mine']], ['size'])) as { size: string }[]
        assert.equal(row?.size, 'large')
        await call('toy.box', 'write', [1], { name: `Red ${++served}` })
      }
    })()
    for (const [fields, manifest, code, message] of [
      [
        'name: f.char({ required: true }), size: f.int()',
        '',
        'ERR_SCHEMA_LOSS',
        /toy\.box\.size would become int4, but 1 of its values/,
      ],
      [
        'name: f.char({ required: true }), size: f.char()',
        `check: () => { throw new Error('not content') }`,
        'ERR_UPGRADE_CHECK',
        /toy says: not content/,
      ],
      ['name: f.char({ required: true }), size: f.nothing()', '', 'ERR_REHEARSAL', /f\.nothing is not a function/],
    ] as const) {
      putInPlace('1.1.0', fields, manifest)
      const { error } = await run('app', 'upgrade', 'acme')
      assert.equal(error?.code, code)
      assert.match(error?.message ?? '', message)
      assert.match(error?.message ?? '', /acme was not touched/)
    }
    isOver = true
    await serving
    assert.ok(served > 3, `${served} requests were served meanwhile`)
    assert.deepEqual(readdirSync(join(home.path, 'staging')), [])
  })

  test('can be tried while the older one serves, and is refused until it is loaded', async () => {
    putInPlace(
      '1.2.0',
      `name: f.char({ required: true }), extent: f.char({ was: 'size' }), count: f.int({ default: 3 })`,
    )
    const { done, safetyBackup } = await run('app', 'upgrade', 'acme', '--rehearse')
    assert.deepEqual(done, ['toy 1.0.0 becomes 1.2.0', 'rename toy.box.size to extent', 'add toy.box.count'])
    assert.equal(safetyBackup, null)
    assert.equal((await run('app', 'upgrade', 'acme')).error?.code, 'ERR_APP_RESTART')
    const [row] = (await call('toy.box', 'search_read', [['name', '=', 'Mine']], ['size'])) as { size: string }[]
    assert.equal(row?.size, 'large')
  })

  test('is waited for with 503 after the restart, then done with a safety backup', async () => {
    await up.stop('SIGTERM')
    up = await home.up()
    await assert.rejects(call('toy.box', 'search', []), /waits for its upgrade/)
    const { done, safetyBackup, apps: installed } = await run('app', 'upgrade', 'acme')
    assert.deepEqual([done.length, installed.includes('toy')], [2, true])
    assert.match(safetyBackup ?? '', /./)
    const [row] = (await call('toy.box', 'search_read', [['name', '=', 'Mine']], ['extent', 'count'])) as Record<
      string,
      unknown
    >[]
    assert.deepEqual([row?.extent, row?.count], ['large', 3])
  })

  test('is taken out only when that is meant, with what goes told before', async () => {
    const plan = await run('app', 'uninstall', 'acme', 'toy', '--dry-run')
    assert.ok(
      plan.plan?.some((step) => step === 'drop the table toy_box with 2 rows'),
      JSON.stringify(plan),
    )
    assert.equal((await run('app', 'uninstall', 'acme', 'toy')).error?.code, 'ERR_NOT_CONFIRMED')
    assert.equal((await run('app', 'uninstall', 'acme', 'base', '--yes')).error?.code, 'ERR_APP_BASE')
    await run('app', 'install', 'acme', 'sales')
    assert.equal((await run('app', 'uninstall', 'acme', 'products', '--yes')).error?.code, 'ERR_APP_NEEDED')
    const { apps: left, safetyBackup } = await run('app', 'uninstall', 'acme', 'toy', '--yes')
    assert.ok(!left.includes('toy') && left.includes('sales'))
    assert.match(safetyBackup ?? '', /./)
    await delay(10)
    await assert.rejects(call('toy.box', 'search', []))
    const listed = await home.run('app', 'list', 'acme')
    assert.match(listed.stdout, /^toy\s+–\s+1\.2\.0/m)
  })
})

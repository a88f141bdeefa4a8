import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { TestHome } from '../testing/holdfast.ts'

interface Diagnosis {
  readonly verdict: string
  readonly findings: readonly { readonly check: string; readonly verdict: string; readonly found: string }[]
}

describe('doctor tells of damage', () => {
  const home = new TestHome()
  let backup = ''

  before(async () => {
    assert.equal((await home.run('tenant', 'create', 'acme')).code, 0)
    backup = (await home.run('backup', 'create', 'acme', '--json')).json<{ id: string }>().id
  })
  after(() => home.remove())

  const failing = async (): Promise<string[]> => {
    const { code, stdout } = await home.run('doctor', '--json')
    const { verdict, findings } = JSON.parse(stdout) as Diagnosis
    assert.equal(code, verdict === 'fail' ? 1 : 0)
    return findings.filter((one) => one.verdict === 'fail').map(({ check, found }) => `${check}: ${found}`)
  }

  test('that is not there, it does not', async () => {
    assert.deepEqual(await failing(), [])
  })

  test('of a backup whose object is gone', async () => {
    const objects = join(home.path, 'backups', 'objects')
    renameSync(objects, `${objects}.away`)
    assert.deepEqual(await failing(), [`backups: damaged: ${backup}`])
    rmSync(objects, { recursive: true, force: true })
    renameSync(`${objects}.away`, objects)
  })

  test('of a certificate that is none', async () => {
    const path = join(home.path, 'certificates', 'server.pem')
    if (!existsSync(join(path, '..'))) await (await home.up()).stop('SIGTERM')
    writeFileSync(path, 'junk')
    assert.match((await failing()).join(), /^certificate: .*cannot be read$/)
    rmSync(path)
  })

  test('of a root key that is gone, and makes no new one', async () => {
    const keys = join(home.path, 'keys')
    renameSync(keys, `${keys}.away`)
    assert.match((await failing()).join(), /^home: The root key .* is gone/)
    assert.deepEqual(readdirSync(keys), [])
    rmSync(keys, { recursive: true })
    renameSync(`${keys}.away`, keys)
  })

  test('of a database that does not start', async () => {
    for (const name of readdirSync(join(home.path, 'instances'))) {
      const file = join(home.path, 'instances', name, 'data', 'global', 'pg_control')
      // The control plane's instance is the one that is needed to look at all.
      if (name === controlInstance()) continue
      writeFileSync(file, new Uint8Array(8192))
    }
    assert.deepEqual(await failing(), ['instances: failed: acme'])
    const listed = await home.run('tenant', 'list', '--json')
    assert.deepEqual([listed.code, listed.json<{ name: string }[]>().map(({ name }) => name)], [0, ['acme']])
  })

  const controlInstance = (): string =>
    (JSON.parse(readFileSync(join(home.path, 'control.json'), 'utf8')) as { instance: string }).instance
})

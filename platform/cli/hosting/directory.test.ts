import assert from 'node:assert/strict'
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Tenant } from '../../../framework/access/index.ts'
import { type Home, openHome } from '../../tenants/index.ts'
import { tenantDirectory } from './directory.ts'
import { readSettings, tenantUrl } from './settings.ts'

describe('which host leads to which tenant', () => {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-hosts-')))
  let home: Home
  // Which one was opened is all that matters here; opening itself is up.test.ts's.
  const opener = {
    open: async (name: string) => ({ name: (await home.tenants.wake(name)).name }) as Tenant,
    close: async () => {},
  }
  const on = (...domains: string[]) => tenantDirectory(home, opener, domains)
  before(async () => {
    home = await openHome({ path, idleTimeoutMs: 0 })
    await home.tenants.create({ name: 'acme' })
  })
  after(async () => {
    await home.close()
    rmSync(path, { recursive: true, force: true })
  })
  const reached = async (host: string, ...domains: string[]): Promise<string | null> =>
    (await on(...domains).byHost(host))?.name ?? null

  test('a label below localhost or a configured domain leads to its tenant, and nothing else does', async () => {
    assert.equal(await reached('acme.localhost'), 'acme')
    assert.equal(await reached('acme.example.com', 'example.com'), 'acme')
    for (const host of [
      'acme',
      'acme.example.com',
      'acme.evil.localhost',
      'x.acme.localhost',
      'localhost.acme',
      'bolt.localhost',
      '',
      '.localhost',
      '__proto__.localhost',
    ]) {
      assert.equal(await reached(host), null, host)
    }
  })

  test('localhost itself leads to the only tenant, and to none as soon as there are two', async () => {
    assert.equal(await reached('localhost'), 'acme')
    await home.tenants.create({ name: 'bolt' })
    assert.equal(await reached('127.0.0.1'), null)
    assert.equal((await on().byName('bolt'))?.name, 'bolt')
  })

  test('a tenant host lists itself only; localhost lists all, but nothing on a machine with public domains', async () => {
    assert.deepEqual(await on().namesFor('acme.localhost'), ['acme'])
    assert.deepEqual(await on().namesFor('nobody.localhost'), [])
    assert.deepEqual(await on().namesFor('localhost'), ['acme', 'bolt'])
    for (const host of ['localhost', '127.0.0.1', 'example.com'])
      assert.deepEqual(await on('example.com').namesFor(host), [], host)
  })

  test('a deleted tenant is as unknown as one that never was; a suspended one says that it is', async () => {
    await home.tenants.delete('bolt')
    assert.equal(await reached('bolt.localhost'), null)
    assert.equal(await on().byName('bolt'), null)
    assert.deepEqual(await on().namesFor('localhost'), ['acme'])
    await home.tenants.suspend('acme')
    await assert.rejects(on().byName('acme'), { code: 'ERR_TENANT_SUSPENDED' })
  })
})

test('settings that cannot be meant are refused by name', () => {
  for (const env of [
    { HOLDFAST_PORT: '84a3' },
    { HOLDFAST_PORT: '70000' },
    { HOLDFAST_HTTP_PORT: '-1' },
    { HOLDFAST_DOMAINS: 'https://example.com' },
    { HOLDFAST_DOMAINS: 'example' },
  ]) {
    assert.throws(
      () => readSettings(env),
      (error: Error) => error.message.includes(Object.keys(env)[0] ?? ''),
    )
  }
  const settings = readSettings({
    HOLDFAST_DOMAINS: 'Example.com, example.net',
    HOLDFAST_HOME: 'state',
    HOLDFAST_PORT: '443',
  })
  assert.deepEqual(
    [settings.domains, settings.homePath, settings.httpPort],
    [['example.com', 'example.net'], join(process.cwd(), 'state'), undefined],
  )
  const listens = (env: NodeJS.ProcessEnv) => readSettings(env).listen
  assert.deepEqual(
    [
      listens({}),
      listens({ HOLDFAST_LISTEN: '0.0.0.0' }),
      listens({ HOLDFAST_DOMAINS: 'example.com' }),
      listens({ HOLDFAST_DOMAINS: 'example.com', HOLDFAST_LISTEN: '192.0.2.7' }),
    ],
    ['127.0.0.1', '0.0.0.0', undefined, '192.0.2.7'],
    'this machine only, unless told otherwise or made public',
  )
  assert.equal(tenantUrl('acme', settings, 443), 'https://acme.example.com')
  assert.equal(tenantUrl('acme', { domains: [] }, 8443), 'https://acme.localhost:8443')
  assert.match(readSettings({}).homePath, /[\\/]data$/)
})

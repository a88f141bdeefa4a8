import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { findIsolation, openSandbox, type Sandbox, type SandboxOptions } from './index.ts'
import { tryScript } from './testing/script.ts'

const program = join(import.meta.dirname, 'testing', 'escaped.ts')
const granted = await findIsolation()

type Answer = { readonly got?: unknown; readonly refused?: string }

describe('whoever escaped from the engine', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-escaped-'))
  const secret = join(folder, 'secret')
  let server: Server
  let sandbox: Sandbox
  process.env['HOLDFAST_CANARY'] = 'canary-of-the-environment'

  const attack = async (name: string, within = sandbox, tenant = 'alpha'): Promise<Answer> => {
    const { port } = server.address() as { port: number }
    const { value, text } = await tryScript(within, name, { tenant, input: { port, pid: process.pid, file: secret } })
    return (value ?? { refused: text }) as Answer
  }
  const withTwin = async (twin: SandboxOptions['twin'], name: string): Promise<Answer> => {
    const other = openSandbox({ twin: { program, ...twin } })
    try {
      return await attack(name, other)
    } finally {
      await other.close()
    }
  }

  before(async () => {
    writeFileSync(secret, 'secret of another tenant')
    server = createServer((socket) => socket.end()).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    sandbox = openSandbox({ twin: { program } })
  })
  after(async () => {
    await sandbox.close()
    server.close()
    rmSync(folder, { recursive: true })
  })

  for (const name of ['file', 'passwd', 'environ', 'folder', 'write', 'child', 'worker'])
    it(`reaches nothing by ${name}`, async () => {
      assert.deepEqual(await attack(name), { refused: 'ERR_ACCESS_DENIED' })
    })

  it('reads files on a twin without permissions of Node', async () => {
    assert.ok('got' in (await withTwin({ isolation: { permissions: false } }, 'passwd')))
  })

  it('finds an empty environment, and a twin that passes one on is seen', async () => {
    assert.deepEqual(await attack('env'), { got: {} })
    const leaky = openSandbox({ twin: { program, env: { ...process.env }, isolation: { ...bare, firstUid: null } } })
    try {
      assert.notDeepEqual(await attack('env', leaky), { got: {} })
    } finally {
      await leaky.close()
    }
  })

  it('reaches no network, and a twin without its own network does', { skip: !granted.network }, async () => {
    assert.match((await attack('network')).refused ?? '', /^(ENETUNREACH|EADDRNOTAVAIL|ECONNREFUSED)$/)
    assert.deepEqual(await withTwin({ isolation: { network: false } }, 'network'), { got: 'connected' })
  })

  it('signals no process of Holdfast', { skip: !granted.processes && granted.firstUid === null }, async () => {
    assert.match((await attack('signal')).refused ?? '', /^(ESRCH|EPERM)$/)
    assert.deepEqual(await withTwin({ isolation: bare }, 'signal'), { got: true })
  })

  it('is a system user that nobody else is', { skip: granted.firstUid === null }, async () => {
    const { got } = await attack('uid')
    assert.ok(typeof got === 'number' && got >= 60_578 && got < 60_706)
  })

  it('finds nothing of another tenant in its process', async () => {
    await attack('env', sandbox, 'beta')
    assert.notDeepEqual(await attack('before', sandbox, 'beta'), { got: null })
    assert.equal(JSON.stringify(await attack('before', sandbox, 'gamma')), '{"got":null}')
  })

  for (const name of ['forged call', 'no protocol'])
    it(`loses its process by ${name}, and the next script finds another`, async () => {
      await attack(name, sandbox, 'forger')
      assert.deepEqual(await attack('env', sandbox, 'forger'), { got: {} })
    })
})

const bare = { network: false, processes: false, limits: false, privileges: false, firstUid: null }

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { before, describe, it } from 'node:test'
import { startServer, type TestServer } from '../support/index.ts'

const python = '/usr/bin/python3'
const missing = existsSync(python) ? false : 'there is no /usr/bin/python3'
const noOdoorpc =
  missing || (existsSync('/usr/lib/python3/dist-packages/odoorpc') ? false : 'python3-odoorpc is not installed')

let server: TestServer
before(async () => {
  server = await startServer()
})

/** Runs a script of this folder; its last line is JSON. */
async function run(script: string, env: Readonly<Record<string, string>>): Promise<{ readonly steps: string[] }> {
  const child = spawn(python, [join(import.meta.dirname, script)], {
    env: { PATH: process.env['PATH'] ?? '', PYTHONDONTWRITEBYTECODE: '1', PYTHONWARNINGS: 'ignore', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 120_000,
  })
  let out = ''
  let complaint = ''
  child.stdout.on('data', (part: Buffer) => (out += part.toString()))
  child.stderr.on('data', (part: Buffer) => (complaint += part.toString()))
  const code = await new Promise((resolve) => child.on('close', resolve))
  assert.equal(code, 0, `${script} failed:\n${complaint.slice(-3000)}\nserver: ${JSON.stringify(server.failures)}`)
  return JSON.parse(out.trim().split('\n').at(-1) ?? '') as { steps: string[] }
}

const who = () => {
  const { name, people } = server.acme
  return {
    HF_DB: name,
    HF_LOGIN: people.admin.login,
    HF_PASSWORD: people.admin.password,
    HF_OTHER_LOGIN: people.ben.login,
  }
}

describe('unchanged clients of Python', () => {
  it('odoorpc does the work of a day over plain HTTP on loopback', { skip: noOdoorpc }, async () => {
    const { steps } = await run('odoorpc_day.py', {
      ...who(),
      HF_PROTOCOL: 'jsonrpc',
      HF_HOST: '127.0.0.1',
      HF_PORT: String(server.httpPort),
    })
    assert.equal(steps.length, 14, steps.join(', '))
  })

  it("odoorpc does the same over HTTPS at the tenant's own host, trusting the local authority", {
    skip: noOdoorpc,
  }, async () => {
    const { steps } = await run('odoorpc_day.py', {
      ...who(),
      HF_PROTOCOL: 'jsonrpc+ssl',
      HF_HOST: `${server.acme.name}.localhost`,
      HF_PORT: String(server.httpsPort),
      SSL_CERT_FILE: server.caPath,
    })
    assert.equal(steps.at(-1), 'another person has other rights')
  })

  it('xmlrpc.client does the work of a day, and its errors are Faults with the codes that Odoo gives', {
    skip: missing,
  }, async () => {
    const { steps } = await run('xmlrpc_day.py', { ...who(), HF_URL: server.httpUrl })
    assert.equal(steps.length, 13, steps.join(', '))
  })

  it('no request of these days failed by a fault of the server', () => {
    assert.deepEqual(server.failures, [])
  })
})

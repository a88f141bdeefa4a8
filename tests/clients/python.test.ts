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

interface Documented {
  readonly tried: number
  readonly failed: readonly { readonly in: string; readonly example: string; readonly got: string }[]
}

/** Examples of odoorpc's documentation that do not run here, by reason. */
const excused: Readonly<Record<string, readonly string[]>> = {
  'they name a server, database or password of their own': [
    "odoo = odoorpc.ODOO('localhost', port=8069)",
    'odoo = odoorpc.ODOO()',
    "odoo.login('dbname', 'admin', 'admin')",
    "odoo.login('db_name', 'admin', 'admin')",
    'odoorpc.env.Environment.context: pp(odoo.env.context)',
  ],
  'name_get is gone from Odoo itself since 17': [
    'data = User.name_get([uid])',
    'data = user.name_get()',
    "'Admin' in data[0][1]",
  ],
  'there is no master password; databases are the operator’s': [
    'odoo.db.change_password(',
    'dump = odoo.db.dump(',
    "with open('dump.zip'",
    "zipfile.ZipFile('dump.zip')",
  ],
  'there are no printed reports and no invoices yet': [
    'report = odoo.report.download(',
    "with open('sale_orders.pdf'",
    "any(data['report_name'] ==",
  ],
  'a fault of odoorpc 0.9 under Python 3': ['odoorpc.session.remove(session)'],
}

let server: TestServer
before(async () => {
  server = await startServer()
})

/** Runs a script of this folder; its last line is JSON. */
async function run<T = { readonly steps: string[] }>(
  script: string,
  env: Readonly<Record<string, string>>,
): Promise<T> {
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
  return JSON.parse(out.trim().split('\n').at(-1) ?? '') as T
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

  it("the examples of odoorpc's own documentation run, but for those that have a reason not to", {
    skip: noOdoorpc,
  }, async () => {
    const { tried, failed } = await run<Documented>('odoorpc_documentation.py', {
      ...who(),
      // The key in place of the password: each example signs in anew, and a password takes its half second.
      HF_PASSWORD: server.acme.people.admin.key,
      HF_HOST: '127.0.0.1',
      HF_PORT: String(server.httpPort),
    })
    assert.ok(tried >= 160, `${tried} examples`)
    const unexpected = failed.filter(
      (one) =>
        !Object.values(excused)
          .flat()
          .some((part) => `${one.in}: ${one.example}`.includes(part)),
    )
    assert.deepEqual(unexpected, [])
    const stale = Object.values(excused)
      .flat()
      .filter((part) => !failed.some((one) => `${one.in}: ${one.example}`.includes(part)))
    assert.deepEqual(stale, [], 'a reason that no longer holds is taken off the list')
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

import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { getSecurely, TestHome, type Up } from '../testing/holdfast.ts'

interface Failed {
  readonly error: { readonly code: string; readonly message: string }
}
interface Listed {
  readonly name: string
  readonly state: string
  readonly apps: string[]
  readonly url: string
}

const folder = mkdtempSync(join(tmpdir(), 'holdfast-cli-files-'))
const passwordFile = join(folder, 'password')
const password = 'three unrelated words'
writeFileSync(passwordFile, `${password}\nnot this line\n`)

describe('a home that up serves', () => {
  const home = new TestHome()
  let up: Up
  before(async () => {
    up = await home.up()
  })
  after(async () => {
    await home.remove()
    rmSync(folder, { recursive: true, force: true })
  })
  const names = async (): Promise<string[]> =>
    (await home.run('tenant', 'list', '--json')).json<Listed[]>().map(({ name }) => name)

  test('the first start prints one JSON line with addresses, authority, the demo tenant and a login link that opens', async () => {
    const { ready } = up
    assert.deepEqual(Object.keys(ready), ['ready', 'url', 'httpUrl', 'ca', 'tenants', 'loginLink'])
    assert.equal(up.stdout().trimEnd().split('\n').length, 1)
    assert.deepEqual(
      ready.tenants.map(({ name }) => name),
      ['demo'],
    )
    const ca = readFileSync(ready.ca)
    assert.deepEqual(JSON.parse((await getSecurely(`${ready.url}/web/health`, ca)).body), { status: 'pass' })
    assert.equal((await fetch(`${ready.httpUrl}/web/health`)).status, 200)
    const page = await getSecurely(ready.loginLink ?? '', ca)
    assert.equal(page.status, 200)
    assert.match(page.body, /type="password"/)
    const wrong = await getSecurely((ready.loginLink ?? '').replace(/.{6}$/, 'AAAAAA'), ca)
    assert.doesNotMatch(wrong.body, /type="password"/)
  })

  test('it listens on this machine’s own address only, as long as nobody makes it public', async () => {
    // 127.0.0.2 is this machine, too, where the address is there at all; who listened on all addresses would answer.
    const port = Number(new URL(up.ready.url).port)
    const isReached = (host: string): Promise<boolean> =>
      new Promise((resolve) => {
        const socket = connect({ host, port, timeout: 2_000 })
        const end = (reached: boolean): void => {
          socket.destroy()
          resolve(reached)
        }
        socket
          .once('connect', () => end(true))
          .once('error', () => end(false))
          .once('timeout', () => end(false))
      })
    assert.deepEqual([await isReached('127.0.0.1'), await isReached('127.0.0.2')], [true, false])
  })

  test('a second up on the same home is refused with 4 and told which process has it', async () => {
    const second = await home.run('up', '--json')
    assert.equal(second.code, 4)
    assert.equal(second.json<Failed>().error.code, 'ERR_HOME_OWNED')
    assert.match(second.json<Failed>().error.message, new RegExp(`process ${up.pid}`))
  })

  test('a created tenant answers API clients under its name at once, with the password from the file', async () => {
    const made = await home.run(
      'tenant',
      'create',
      'acme',
      '--apps',
      'sales',
      '--admin-login',
      'boss',
      '--admin-password-file',
      passwordFile,
      '--json',
    )
    assert.equal(made.code, 0, made.stderr)
    const { name, url, db, adminLogin, loginLink } = made.json<Record<string, string>>()
    assert.deepEqual(
      { name, db, adminLogin, loginLink },
      { name: 'acme', db: 'acme', adminLogin: 'boss', loginLink: null },
    )
    assert.equal(new URL(url ?? '').hostname, 'acme.localhost')
    assert.equal(await signIn(up, 'acme', 'boss', password), 2)
    assert.equal(await signIn(up, 'acme', 'boss', 'not this line'), false)
    assert.equal(await signIn(up, 'demo', 'boss', password), false, 'not in another tenant')
    const listed = (await home.run('tenant', 'list', '--json')).json<Listed[]>().find((one) => one.name === 'acme')
    assert.ok(listed?.apps.includes('sales'))
    const direct = await home.run('tenant', 'list')
    assert.match(direct.stdout, /^NAME +STATE/)
  })

  test('a short password in the file is taken, with a warning on stderr that does not spoil the JSON', async () => {
    const file = join(folder, 'short')
    writeFileSync(file, 'short\n')
    const made = await home.run('tenant', 'create', 'lax', '--admin-password-file', file, '--json')
    assert.equal(made.code, 0)
    assert.equal(made.json<{ name: string }>().name, 'lax')
    assert.match(made.stderr, /breaks a rule/)
    assert.doesNotMatch(made.stdout + made.stderr, /\bshort\b/, 'the password itself is nowhere')
  })

  test('further applications are installed after a safety backup, and doing it again changes nothing', async () => {
    const installed = (await home.run('app', 'install', 'lax', 'contacts', '--json')).json<Record<string, unknown>>()
    assert.ok((installed['apps'] as string[]).includes('contacts'))
    assert.equal(typeof installed['safetyBackup'], 'string')
    for (const words of [
      ['install', 'lax', 'contacts'],
      ['upgrade', 'lax'],
    ]) {
      const again = (await home.run('app', ...words, '--json')).json<Record<string, unknown>>()
      assert.deepEqual([again['changes'], again['safetyBackup']], [0, null], words.join(' '))
    }
  })

  test('the switches for programs are shown and thrown by name, dry first', async () => {
    const shown = async (...words: string[]) =>
      (await home.run('tenant', 'settings', 'lax', ...words, '--json')).json<Record<string, unknown>>()
    const open = { name: 'lax', xmlRpc: true, jsonRpc: true, passwords: true }
    assert.deepEqual(await shown(), open)
    const dry = await shown('--xml-rpc', 'off', '--dry-run')
    assert.deepEqual(dry['plan'], ['switch XML-RPC off for lax'])
    assert.deepEqual(await shown('--xml-rpc', 'off', '--passwords', 'off'), {
      ...open,
      xmlRpc: false,
      passwords: false,
    })
    assert.deepEqual(await shown(), { ...open, xmlRpc: false, passwords: false })
    assert.notEqual(await signIn(up, 'lax', 'admin', 'short'), 2, 'it holds for the serving process at once')
    assert.deepEqual(await shown('--xml-rpc', 'on', '--passwords', 'on'), open)
    assert.equal((await home.run('tenant', 'settings', 'lax', '--passwords', 'perhaps')).code, 2)
  })

  test('a typed client is written into a folder, and over nothing that is not such a client', async () => {
    const out = join(folder, 'typed')
    const write = () => home.run('client', '--tenant', 'lax', '--out', out, '--json')
    const made = (await write()).json<{ models: number; files: string[] }>()
    assert.ok(made.models > 20 && made.files.length === 3)
    assert.match(readFileSync(join(out, 'models.ts'), 'utf8'), /"res.partner": \{/)
    assert.equal((await write()).code, 0, 'again over its own')
    writeFileSync(join(out, 'index.ts'), 'export const mine = 1\n')
    assert.equal((await write()).code, 4)
    assert.equal(readFileSync(join(out, 'index.ts'), 'utf8'), 'export const mine = 1\n')
  })

  test('a host of no database is answered as any address where nothing is, and names none', async () => {
    const { status, body } = await getSecurely(
      `${up.ready.url.replace('localhost', 'nosuch.localhost')}/web/login`,
      readFileSync(up.ready.ca),
    )
    assert.equal(status, 404)
    assert.match(body, /There is nothing here/)
    assert.doesNotMatch(body, /demo|acme/)
  })

  test('each kind of error has its exit code, a stable code in JSON, and changes nothing', async () => {
    const before = await names()
    const cases: readonly (readonly [number, string, ...string[]])[] = [
      [2, 'ERR_USAGE', 'tennant', 'list'],
      [2, 'ERR_USAGE', 'tenant', 'create'],
      [2, 'ERR_USAGE', 'tenant', 'list', '--colour'],
      [2, 'ERR_TENANT_NAME', 'tenant', 'create', 'No_Such_Name'],
      [2, 'ERR_APP_UNKNOWN', 'tenant', 'create', 'fresh', '--apps', 'salse'],
      [3, 'ERR_TENANT_UNKNOWN', 'tenant', 'delete', 'nobody', '--yes'],
      [3, 'ERR_ENOENT', 'tenant', 'create', 'fresh', '--admin-password-file', join(folder, 'absent')],
      [3, 'ERR_BACKUP_UNKNOWN', 'backup', 'verify', '00000000-0000-0000-0000-000000000000'],
      [3, 'ERR_AUTH_USER', 'user', 'reset-password', 'nobody', '--tenant', 'acme'],
      [4, 'ERR_TENANT_NAME_TAKEN', 'tenant', 'create', 'acme'],
      [5, 'ERR_NOT_CONFIRMED', 'tenant', 'delete', 'acme'],
      [5, 'ERR_NOT_CONFIRMED', 'restore', 'some-id', '--over', 'acme'],
      [2, 'ERR_USAGE', 'restore', 'some-id', '--over', 'acme', '--yes', '--live'],
      [5, 'ERR_FILE_KIND', 'import-odoo', folder, '--tenant', 'fresh'],
      [5, 'ERR_FILE_KIND', 'backup', 'import', '/dev/zero', '--as', 'fresh'],
      [5, 'ERR_IMPORT_ZIP_DAMAGED', 'import-odoo', passwordFile, '--tenant', 'fresh'],
    ]
    for (const [code, name, ...words] of cases) {
      const ended = await home.run(...words, '--json')
      assert.deepEqual([ended.code, ended.json<Failed>().error.code], [code, name], words.join(' '))
      assert.doesNotMatch(ended.stdout + ended.stderr, /\bat .*:\d+:\d+/, 'no stack')
    }
    assert.deepEqual(await names(), before)
  })

  test('a dry run tells the steps and changes nothing', async () => {
    const before = (await home.run('tenant', 'list', '--json')).json<Listed[]>().map(({ name, state }) => [name, state])
    for (const words of [
      ['tenant', 'create', 'fresh', '--apps', 'sales'],
      ['tenant', 'delete', 'acme', '--yes', '--now'],
      ['tenant', 'rename', 'acme', 'other'],
      ['backup', 'create', 'acme'],
    ]) {
      const dry = await home.run(...words, '--dry-run', '--json')
      assert.equal(dry.code, 0, dry.stdout)
      assert.equal(dry.json<{ dryRun: boolean; plan: string[] }>().dryRun, true)
      assert.ok(dry.json<{ plan: string[] }>().plan.length > 0)
    }
    assert.deepEqual(
      (await home.run('tenant', 'list', '--json')).json<Listed[]>().map(({ name, state }) => [name, state]),
      before,
    )
    assert.equal((await home.run('backup', 'list', 'acme', '--json')).stdout, '[]\n')
  })

  test('a backup is taken, checked, exported and restored beside while the service runs', async () => {
    const made = await home.run('backup', 'create', 'acme', '--json')
    assert.equal(made.code, 0, made.stdout)
    const { id } = made.json<{ id: string }>()
    assert.deepEqual(
      (await home.run('backup', 'list', 'acme', '--json')).json<{ id: string }[]>().map((one) => one.id),
      [id],
    )
    assert.equal((await home.run('backup', 'verify', id, '--json')).json<{ state: string }>().state, 'verified')
    const file = join(folder, 'acme.tar.zst')
    assert.equal((await home.run('backup', 'export', id, file, '--json')).code, 0)
    assert.equal(readFileSync(file).readUInt32LE(0), 0xfd2fb528, 'a zstd frame, RFC 8878 §3.1.1')
    assert.equal(statSync(file).mode & 0o077, 0, 'nobody else may read it')
    assert.equal((await home.run('backup', 'export', id, file)).code, 4)
    assert.equal((await home.run('restore', id, '--over', 'acme')).code, 5, 'over the live one needs --yes')
    assert.equal((await home.run('restore', id, '--as', 'acme-copy', '--json')).json<{ db: string }>().db, 'acme-copy')
    assert.equal(await signIn(up, 'acme-copy', 'boss', password), 2)
  })

  test('a suspended or deleted tenant is out of service at once, and comes back whole', async () => {
    assert.equal(await signIn(up, 'lax', 'admin', 'short'), 2)
    assert.equal((await home.run('tenant', 'suspend', 'lax')).code, 0)
    assert.notEqual(await signIn(up, 'lax', 'admin', 'short'), 2)
    assert.equal((await home.run('tenant', 'resume', 'lax')).code, 0)
    assert.equal(await signIn(up, 'lax', 'admin', 'short'), 2)
    const deleted = (await home.run('tenant', 'delete', 'lax', '--yes', '--json')).json<{
      state: string
      deleteAfter: string
    }>()
    assert.equal(deleted.state, 'deleting')
    assert.ok(new Date(deleted.deleteAfter).getTime() > Date.now() + 29 * 86_400_000)
    assert.notEqual(await signIn(up, 'lax', 'admin', 'short'), 2)
    assert.equal((await home.run('tenant', 'undelete', 'lax')).code, 0)
    assert.equal(await signIn(up, 'lax', 'admin', 'short'), 2)
    assert.equal(
      (await home.run('tenant', 'delete', 'lax', '--yes', '--now', '--json')).json<{ state: string }>().state,
      'deleted',
    )
    assert.equal((await names()).includes('lax'), false)
    assert.equal((await home.run('tenant', 'create', 'lax')).code, 4, 'its name is held')
  })

  test('a password reset prints a link, never a password', async () => {
    const reset = await home.run('user', 'reset-password', 'boss', '--tenant', 'acme', '--json')
    const { link, validMinutes } = reset.json<{ link: string; validMinutes: number }>()
    assert.equal(validMinutes, 30)
    assert.match((await getSecurely(link, readFileSync(up.ready.ca))).body, /type="password"/)
    assert.equal(await signIn(up, 'acme', 'boss', password), 2, 'the old one counts until the link is used')
  })

  test('the control socket is closed to other users and takes nothing that is no verb', async () => {
    const run = join(home.path, 'run')
    assert.equal(statSync(run).mode & 0o777, 0o700)
    assert.equal(statSync(join(run, 'control.sock')).mode & 0o177, 0)
    const ask = (body: string): Promise<string> => post(join(run, 'control.sock'), body)
    const args = { arguments: {}, options: {} }
    for (const body of [
      '',
      '{',
      'null',
      '[]',
      JSON.stringify({ verb: '__proto__', args, isDryRun: false }),
      JSON.stringify({ verb: 'up', args, isDryRun: false }),
      JSON.stringify({ verb: 'tenant list', args: { arguments: { a: { b: 1 } }, options: {} }, isDryRun: false }),
      'x'.repeat(300_000),
    ]) {
      assert.match(await ask(body), /ERR_CONTROL_VERB/)
    }
    assert.match(
      await ask(JSON.stringify({ verb: 'tenant list', args, isDryRun: true })),
      /"failure"/,
      'a verb without a plan does not run when asked for a plan',
    )
    assert.equal((await home.run('tenant', 'list')).code, 0, 'it serves on')
  })

  test('doctor finds the running service in order and says so in JSON', async () => {
    const looked = await home.run('doctor', '--json')
    const { verdict, findings } = looked.json<{
      verdict: string
      findings: { check: string; verdict: string; found: string }[]
    }>()
    assert.notEqual(verdict, 'fail', JSON.stringify(findings))
    assert.equal(looked.code, 0)
    const of = (check: string) => findings.find((one) => one.check === check)
    assert.match(of('serving')?.found ?? '', new RegExp(`process ${up.pid}`))
    for (const check of [
      'node',
      'rights',
      'disk-space',
      'encryption',
      'certificate',
      'postgres',
      'instances',
      'backups',
    ])
      assert.ok(of(check), check)
  })

  test('SIGTERM ends it in order: exit code 0, no process, no socket; verbs then open the home themselves', async () => {
    assert.equal(await up.stop('SIGTERM'), 0)
    assert.deepEqual(home.postgresProcesses(), [])
    assert.equal(existsSync(join(home.path, 'run', 'control.sock')), false)
    assert.ok((await names()).includes('acme'))
    assert.deepEqual(home.postgresProcesses(), [])
  })
})

test('two homes work side by side, and one whose up was killed starts again as if nothing had been', async () => {
  const [one, other] = [new TestHome(), new TestHome()]
  try {
    assert.equal((await one.run('tenant', 'list')).code, 3, 'no home, and none is made by looking')
    const made = await one.run('tenant', 'create', 'solo', '--admin-password-file', writePassword(one), '--json')
    assert.equal(made.code, 0, made.stderr)
    assert.deepEqual(one.postgresProcesses(), [], 'the command took everything down again')
    const [first, second] = await Promise.all([one.up(), other.up()])
    assert.deepEqual(
      first.ready.tenants.map(({ name }) => name),
      ['solo'],
      'a home that is in use gets no demo',
    )
    assert.equal(first.ready.loginLink, null)
    assert.notEqual(first.ready.url, second.ready.url)
    assert.equal(await signIn(first, 'solo', 'admin', password), 2)
    assert.equal(await signIn(second, 'solo', 'admin', password), false)
    await first.stop('SIGKILL')
    const deadline = Date.now() + 10_000
    while (one.postgresProcesses().length > 0 && Date.now() < deadline) await delay(50)
    assert.deepEqual(one.postgresProcesses(), [], 'no database process outlives a killed up')
    const startedMs = performance.now()
    const again = await one.up()
    assert.ok(performance.now() - startedMs < 15_000) // under 5 s alone on the machine; tests run side by side
    assert.equal(await signIn(again, 'solo', 'admin', password), 2)
    assert.equal(await again.stop('SIGINT'), 0)
    assert.equal(await second.stop('SIGTERM'), 0)
    assert.deepEqual([...one.postgresProcesses(), ...other.postgresProcesses()], [])
  } finally {
    await one.remove()
    await other.remove()
  }
})

/** In the home's own folder, so that it goes with it. */
function writePassword(home: TestHome): string {
  const file = join(home.path, 'password')
  writeFileSync(file, `${password}\n`)
  return file
}

/** As an existing client does it: uid, or false. */
async function signIn(up: Up, db: string, login: string, secret: string): Promise<unknown> {
  const response = await fetch(`${up.ready.httpUrl}/jsonrpc`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'call',
      params: { service: 'common', method: 'login', args: [db, login, secret] },
    }),
  })
  const answer = (await response.json()) as { result?: unknown }
  return answer.result ?? false
}

function post(socketPath: string, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, method: 'POST', path: '/v1/run', agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part
      })
      response.once('end', () => resolve(text))
    })
    sent.once('error', reject)
    sent.end(body)
  })
}

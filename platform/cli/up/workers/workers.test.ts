import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { TestHome, type Up } from '../../testing/holdfast.ts'

const password = 'three unrelated words'
const processes = 3

interface Answer {
  readonly result?: unknown
  readonly error?: { readonly code: number; readonly data?: { readonly name?: string } }
}

/** One connection that is kept open, and so one of the processes. */
class Line {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 })
  readonly #url: string

  constructor(up: Up) {
    this.#url = `${up.ready.httpUrl}/jsonrpc`
  }

  send(service: string, method: string, args: readonly unknown[]): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const sent = request(
        this.#url,
        { method: 'POST', agent: this.#agent, headers: { 'Content-Type': 'application/json' } },
        (response) => {
          let text = ''
          response.setEncoding('utf8').on('data', (part) => (text += part))
          response.once('end', () => resolve(response.statusCode === 200 ? (JSON.parse(text) as Answer) : {}))
          response.once('error', reject)
        },
      )
      sent.once('error', reject)
      sent.end(JSON.stringify({ jsonrpc: '2.0', method: 'call', id: 1, params: { service, method, args } }))
    })
  }

  as(uid: number, secret: string) {
    return async (model: string, method: string, args: readonly unknown[], named: object = {}): Promise<unknown> => {
      const answer = await this.send('object', 'execute_kw', ['acme', uid, secret, model, method, args, named])
      if (answer.error !== undefined) throw new Error(answer.error.data?.name ?? `code ${answer.error.code}`)
      if (!('result' in answer)) throw new Error('not served')
      return answer.result
    }
  }

  close(): void {
    this.#agent.destroy()
  }
}

/** A person's browser, behind a proxy on this machine; each request is a connection of its own, to the next process. */
class Browser {
  readonly #up: Up
  #cookie = ''

  constructor(up: Up) {
    this.#up = up
  }

  get(path: string) {
    return this.#send('GET', path, '')
  }

  /** @param keep keeps the cookie that it had, as a thief would */
  async post(path: string, form: Readonly<Record<string, string>>, keep?: string) {
    const before = this.#cookie
    const reply = await this.#send('POST', path, new URLSearchParams(form).toString())
    if (keep !== undefined) this.#cookie = before
    return reply
  }

  #send(method: string, path: string, body: string): Promise<{ status: number; body: string }> {
    const { httpUrl, url } = this.#up.ready
    const host = `acme.${new URL(url).host}`
    const headers = {
      ...{ Host: host, 'X-Forwarded-Proto': 'https', Origin: `https://${host}` },
      ...(this.#cookie === '' ? {} : { Cookie: this.#cookie }),
      ...(body === '' ? {} : { 'Content-Type': 'application/x-www-form-urlencoded' }),
    }
    return new Promise((resolve, reject) => {
      const sent = request(`${httpUrl}${path}`, { method, headers, agent: false }, (response) => {
        const cookie = response.headers['set-cookie']?.[0]?.split(';')[0]
        if (cookie !== undefined) this.#cookie = cookie
        let text = ''
        response.setEncoding('utf8').on('data', (part) => (text += part))
        response.once('end', () => resolve({ status: response.statusCode ?? 0, body: text }))
      })
      sent.once('error', reject)
      sent.end(body)
    })
  }
}

function tokenOf(page: string): string {
  return /name="csrf_token" value="([^"]+)"/.exec(page)?.[1] ?? ''
}

function workersOf(up: Up): number[] {
  const lines = execFileSync('ps', ['-axww', '-o', 'pid=,ppid=,command='], { encoding: 'utf8' }).split('\n')
  return lines
    .map((line) => line.trim().split(/\s+/))
    .filter(([, parent, ...command]) => Number(parent) === up.pid && command.join(' ').includes('worker.ts'))
    .map(([pid]) => Number(pid))
}

async function until(isTrue: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (const end = Date.now() + 30_000; Date.now() < end; await delay(50)) if (await isTrue()) return
  assert.fail(`not in time: ${what}`)
}

describe('several processes that share the load', () => {
  const home = new TestHome({ HOLDFAST_PROCESSES: String(processes) })
  let up: Up
  let lines: Line[]
  const first = (): Line => lines[0] as Line

  before(async () => {
    // A home that was started once before gets no demo.
    writeFileSync(join(home.path, 'first-start-done'), '')
    up = await home.up()
    const file = join(home.path, 'password')
    writeFileSync(file, password)
    const made = await home.run('tenant', 'create', 'acme', '--apps', 'contacts', '--admin-password-file', file)
    assert.equal(made.code, 0, made.stderr)
    lines = await openLines()
  })
  after(async () => {
    for (const line of lines ?? []) line.close()
    await home.remove()
  })

  // Connections go to the processes in turn.
  const openLines = async (): Promise<Line[]> => {
    const opened: Line[] = []
    for (let i = 0; i < processes; i++) {
      const line = new Line(up)
      assert.deepEqual((await line.send('common', 'login', ['acme', 'admin', password])).result, 2)
      opened.push(line)
    }
    return opened
  }
  const admin = (line: Line = first()) => line.as(2, password)
  const everywhere = <T>(ask: (line: Line) => Promise<T>): Promise<T[]> => Promise.all(lines.map(ask))
  const refusal = (call: Promise<unknown>): Promise<string> =>
    call.then(
      () => 'served',
      (error: Error) => error.message,
    )
  let made = 0
  const newUser = async (groups: readonly string[]): Promise<{ uid: number; login: string }> => {
    const login = `person-${++made}@example.com`
    const ids = (await admin()('ir.model.data', 'search_read', [
      [
        ['model', '=', 'res.groups'],
        ['name', 'in', groups],
      ],
      ['res_id'],
    ])) as { res_id: number }[]
    const [uid] = (await admin()('res.users', 'create', [
      [{ name: login, login, password, group_ids: [[6, 0, ids.map(({ res_id }) => res_id)]] }],
    ])) as [number]
    return { uid, login }
  }

  test('each process serves, on one port, and what one writes all others read', async () => {
    assert.equal(workersOf(up).length, processes)
    const [id] = (await admin()('res.partner', 'create', [[{ name: 'Written once' }]])) as [number]
    const read = await everywhere((line) => admin(line)('res.partner', 'read', [[id], ['name']]))
    assert.deepEqual(
      read,
      Array.from({ length: processes }, () => [{ id, name: 'Written once' }]),
    )
  })

  const changes: readonly {
    readonly title: string
    readonly change: (uid: number) => Promise<unknown>
    readonly after: string
  }[] = [
    {
      title: 'an archived user',
      change: (uid) => admin()('res.users', 'write', [[uid], { active: false }]),
      after: 'odoo.exceptions.AccessDenied',
    },
    {
      title: 'a changed password',
      change: (uid) => admin()('res.users', 'write', [[uid], { password: 'four unrelated words now' }]),
      after: 'odoo.exceptions.AccessDenied',
    },
    {
      title: 'a group that was taken away',
      change: (uid) => admin()('res.users', 'write', [[uid], { group_ids: [[5, 0, 0]] }]),
      after: 'odoo.exceptions.AccessError',
    },
    {
      title: 'a new record rule',
      change: async () => {
        const [model] = (await admin()('ir.model', 'search', [[['model', '=', 'res.partner']]])) as [number]
        return admin()('ir.rule', 'create', [
          [{ name: 'None', model_id: model, domain_force: `[('name', '=', 'Nobody')]` }],
        ])
      },
      after: '0',
    },
  ]
  for (const { title, change, after: expected } of changes) {
    test(`${title} counts at the very next request in every process`, async () => {
      const { uid } = await newUser(['group_user', 'group_partner_manager'])
      const count = (line: Line) =>
        line
          .as(uid, password)('res.partner', 'search_count', [[]])
          .then(String)
          .catch((error: Error) => error.message)
      // Twice: what is remembered of somebody is remembered now.
      for (let i = 0; i < 2; i++) for (const seen of await everywhere(count)) assert.ok(Number(seen) > 0, seen)
      const undo = (await change(uid)) as number[]
      assert.deepEqual(
        await everywhere(count),
        Array.from({ length: processes }, () => expected),
      )
      if (expected === '0') await admin()('ir.rule', 'unlink', [undo])
    })
  }

  test('a revoked key, and a signed-out session, count at the very next request in every process', async () => {
    const browser = new Browser(up)
    await browser.post('/web/login', { login: 'admin', password })
    const page = await browser.get('/web/keys')
    const made = await browser.post('/web/keys', { name: 'Till', days: '30', password, csrf_token: tokenOf(page.body) })
    const key = /<code class="secret">([^<]+)</.exec(made.body)?.[1] ?? ''
    const count = (line: Line) => refusal(line.as(2, key)('res.users', 'search_count', [[]]))
    for (let i = 0; i < 2; i++)
      assert.deepEqual(await everywhere(count), ['served', 'served', 'served'], `round ${i}, key of ${key.length}`)
    const id = /name="id" value="(\d+)"/.exec(made.body)?.[1] ?? ''
    assert.equal((await browser.post('/web/keys/revoke', { id, csrf_token: tokenOf(made.body) })).status, 303)
    const denied = 'odoo.exceptions.AccessDenied'
    assert.deepEqual(await everywhere(count), [denied, denied, denied])
    const statuses = async () => (await everywhere(() => browser.get('/web/keys'))).map(({ status }) => status)
    assert.deepEqual(await statuses(), [200, 200, 200])
    await browser.post('/web/logout', { csrf_token: tokenOf(made.body) }, 'keep the old cookie')
    assert.deepEqual(await statuses(), [303, 303, 303])
  })

  test('a field that is made in one process is there in every process at the next request', async () => {
    const [model] = (await admin()('ir.model', 'search', [[['model', '=', 'res.partner']]])) as [number]
    await everywhere((line) => admin(line)('res.partner', 'search_count', [[]]))
    await admin()('ir.model.fields', 'create', [
      [{ name: 'x_floor', field_description: 'Floor', ttype: 'integer', model_id: model }],
    ])
    const read = await everywhere((line) => admin(line)('res.partner', 'search_read', [[], ['x_floor']], { limit: 1 }))
    for (const [row] of read as Record<string, unknown>[][]) assert.equal(row?.['x_floor'], 0)
  })

  test('failed sign-ins are counted by all processes together', async () => {
    const { login } = await newUser(['group_user'])
    const seen: string[] = []
    for (let i = 0; i < 7; i++) {
      const { result, error } = await (lines[i % processes] as Line).send('common', 'login', ['acme', login, `no ${i}`])
      seen.push(error === undefined ? String(result) : 'refused')
    }
    assert.deepEqual(seen, [...Array.from({ length: 5 }, () => 'false'), 'refused', 'refused'])
    assert.equal(await refusal(first().as(2, password)('res.users', 'search_count', [[]])), 'served')
  })

  test('a suspended tenant is served by no process any more, and by each again when it is resumed', async () => {
    const served = async (line: Line) => (await refusal(admin(line)('res.partner', 'search_count', [[]]))) === 'served'
    assert.deepEqual(await everywhere(served), [true, true, true])
    assert.equal((await home.run('tenant', 'suspend', 'acme')).code, 0)
    assert.deepEqual(await everywhere(served), [false, false, false])
    assert.equal((await home.run('tenant', 'resume', 'acme')).code, 0)
    assert.deepEqual(await everywhere(served), [true, true, true])
  })

  test('a process that is killed takes no committed work along; the others serve on and a new one takes its place', async () => {
    const before = workersOf(up)
    const kept: number[] = []
    let isOver = false
    let lost = 0
    const writer = async (line: Line): Promise<void> => {
      for (let n = 0; !isOver; n++) {
        const made = await admin(line)('res.partner', 'create', [[{ name: `Kept ${n}` }]]).catch(() => null)
        if (made === null) lost++
        else kept.push((made as [number])[0])
        if (made === null) return
      }
    }
    const writing = lines.map(writer)
    await until(() => kept.length > 10, 'some writes')
    process.kill(before[1] as number, 'SIGKILL')
    const killedAt = kept.length
    await until(() => kept.length > killedAt + 10, 'the others write on')
    await until(() => workersOf(up).length === processes, 'a new process')
    isOver = true
    await Promise.all(writing)
    assert.equal(lost, 1, 'the calls of one process only ended')
    assert.equal(workersOf(up).filter((pid) => before.includes(pid)).length, processes - 1)
    for (const line of lines) line.close()
    await until(async () => {
      const line = new Line(up)
      const isServed = (await refusal(admin(line)('res.partner', 'search_count', [[]]))) === 'served'
      line.close()
      return isServed
    }, 'served again')
    lines = await openLines()
    const found = (await admin()('res.partner', 'search_count', [[['id', 'in', kept]]])) as number
    assert.equal(found, kept.length)
  })

  test('when the owner is killed, no process stays behind', async () => {
    const workers = workersOf(up)
    assert.equal(await up.stop('SIGKILL'), null)
    const isAlive = (pid: number): boolean => {
      try {
        return process.kill(pid, 0)
      } catch {
        return false
      }
    }
    await until(() => !workers.some(isAlive), 'the serving processes end')
    await until(() => home.postgresProcesses().length === 0, 'the databases end')
    up = await home.up()
    lines = await openLines()
  })

  test('told to stop, it finishes what runs inside, in every process, and ends with 0', async () => {
    const writing = lines.map((line) => refusal(admin(line)('res.partner', 'create', [[{ name: 'Last' }]])))
    const [code, ...answers] = await Promise.all([up.stop('SIGTERM'), ...writing])
    assert.equal(code, 0)
    assert.ok(answers.some((answer) => answer === 'served'))
    assert.deepEqual(home.postgresProcesses(), [])
  })

  test('a port that somebody has is told with its number, as with one process', async () => {
    const holder = createServer()
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve))
    const { port } = holder.address() as AddressInfo
    const late = new TestHome({ HOLDFAST_PROCESSES: '2', HOLDFAST_PORT: String(port) })
    try {
      const ended = await late.run('up', '--json')
      assert.equal(ended.code, 4)
      assert.match(ended.json<{ error: { message: string } }>().error.message, new RegExp(`in use.*${port}`))
      assert.deepEqual(late.postgresProcesses(), [])
    } finally {
      holder.close()
      await late.remove()
    }
  })
})

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { AccessError } from '../../framework/errors.ts'
import { openSandbox, type SandboxOptions } from './index.ts'
import { parseCall, parseReport } from './protocol.ts'
import { tryScript } from './testing/script.ts'

async function using(options: SandboxOptions, fn: (sandbox: ReturnType<typeof openSandbox>) => Promise<void>) {
  const sandbox = openSandbox(options)
  try {
    await fn(sandbox)
  } finally {
    await sandbox.close()
  }
}

describe('the pool of script processes', () => {
  it('starts nothing before the first script, keeps to its bound, and ends what is idle', () =>
    using({ processes: 2, idleMs: 300 }, async (sandbox) => {
      assert.equal(sandbox.processes, 0)
      await Promise.all([1, 2, 3, 4].map((n) => tryScript(sandbox, `return ${n}`, { tenant: `t${n}` })))
      assert.ok(sandbox.processes >= 1 && sandbox.processes <= 2)
      await new Promise((resolve) => setTimeout(resolve, 1500))
      assert.equal(sandbox.processes, 0)
      assert.equal((await tryScript(sandbox, 'return 5')).value, 5)
    }))

  it('gives a script its input, the time, calls and a log, and takes its result and its promise', () =>
    using({}, async (sandbox) => {
      const script = `log('seen', input.ids); const found = call('res.partner', 'read', [input.ids], { fields: ['name'] })
        return Promise.resolve({ now, found, date: new Date(now).getUTCFullYear() })`
      const { value, text } = await tryScript(sandbox, script, {
        input: { ids: [7] },
        now: new Date('2026-01-02T03:04:05Z'),
        call: async (...call) => call,
      })
      const found = ['res.partner', 'read', [[7]], { fields: ['name'] }]
      assert.deepEqual(value, { now: '2026-01-02T03:04:05.000Z', found, date: 2026 })
      assert.match(text, /seen \[7\]/)
    }))

  it('names the line of an error in the script, and shows nothing of the program', () =>
    using({}, async (sandbox) => {
      const { code, text } = await tryScript(sandbox, 'const a = 1\n\nthrow new TypeError("wrong")')
      assert.deepEqual([code, text], ['ERR_SCRIPT_FAILED', 'The script failed, line 3: TypeError: wrong'])
      assert.match((await tryScript(sandbox, '\nconst = 1')).text, /^The script failed, line 2: SyntaxError/)
    }))

  it('fails with what a call failed with, though the script catches it, and carries out no further call', () =>
    using({}, async (sandbox) => {
      let calls = 0
      const refuse = async () => {
        calls++
        throw new AccessError('ERR_ACCESS_WRITE', 'You cannot change this.')
      }
      const source = 'for (let i = 0; i < 5; i++) try { call("a", "b") } catch (e) { log(e.code) } return "fine"'
      assert.deepEqual((await tryScript(sandbox, source, { call: refuse })).code, 'ERR_ACCESS_WRITE')
      assert.equal(calls, 1)
    }))

  it('carries out a hundred calls and not one more, and tells nothing of an error that nobody expected', () =>
    using({}, async (sandbox) => {
      let calls = 0
      const count = async () => ++calls
      const loop = 'for (let i = 0; i < 101; i++) call("a", "b")'
      assert.match((await tryScript(sandbox, loop, { call: count })).text, /may make 100 calls/)
      assert.equal(calls, 100)
      const source = 'try { call("a", "b") } catch (e) { throw new Error(e.message) }'
      const fail = async () => Promise.reject(new Error('SELECT secret FROM hidden'))
      await assert.rejects(tryScript(sandbox, source, { call: fail }), /hidden/)
    }))

  it('lets no tenant fill the queue or the processes of others', () =>
    using({ processes: 2, waiting: { each: 3, all: 100 } }, async (sandbox) => {
      const many = Array.from({ length: 12 }, () => tryScript(sandbox, 'for (;;);', { tenant: 'greedy' }))
      const other = await tryScript(sandbox, 'return 1', { tenant: 'modest' })
      assert.equal(other.value, 1)
      const codes = (await Promise.all(many)).map((one) => one.code)
      assert.ok(codes.filter((code) => code === 'ERR_SCRIPT_BUSY').length >= 8)
    }))

  it('takes nothing for a message that is not exactly one', () => {
    const wrong = [
      '',
      'null',
      '[]',
      '{"type":"done"}',
      '{"type":"ready","x":1}',
      '{"type":"done","text":1,"spent":false}',
      '{"type":"call","text":{"a":1}}',
      '{"type":"call","text":"a","__proto__":1}',
      '['.repeat(1e5),
    ]
    for (const line of wrong) assert.equal(parseReport(line), null)
    const limits = { dataBytes: 1000, depth: 5 }
    for (const text of [
      '[]',
      '["a","b",{},{}]',
      '["a","b",[],[]]',
      '[1,"b",[],{}]',
      '["a","b",[],{"__proto__":{}}]',
      '["a","b",[[[[[1]]]]],{}]',
    ])
      assert.equal(parseCall(text, limits), null)
  })

  it('ends with its parent, even one that is killed in the middle of a script', async () => {
    const parent = spawn(process.execPath, [join(import.meta.dirname, 'testing', 'parent.ts')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const pid = Number(await firstLine(parent))
    assert.ok(isThere(pid))
    parent.kill('SIGKILL')
    for (let i = 0; i < 100 && isThere(pid); i++) await new Promise((resolve) => setTimeout(resolve, 100))
    assert.ok(!isThere(pid))
  })
})

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => child.stdout?.once('data', (bytes: Buffer) => resolve(bytes.toString())))
}

function isThere(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

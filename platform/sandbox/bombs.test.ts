import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { openSandbox } from './index.ts'
import { defaultLimits } from './limits.ts'
import { tryScript } from './testing/script.ts'

const bombs: Record<string, string> = {
  'endless loop': 'for (;;);',
  'endless recursion': 'const f = () => f() + 1; return f()',
  'recursion that catches': 'const f = () => { try { f() } finally { f() } }; f()',
  'join of 2^28 items': 'return Array(2 ** 28).join("x").length',
  replaceAll: 'return "x".repeat(2 ** 20).replaceAll("x", "y".repeat(2 ** 10)).length',
  'replaceAll of nothing': 'let s = "a".repeat(1e6); for (;;) s = s.replaceAll("", "b").slice(0, 1e6)',
  'squares of big numbers': 'let b = 7n; for (;;) b = b * b',
  'power of big numbers': 'return (9n ** (9n ** 9n)).toString().length',
  backtracking: 'return /^(a+)+$/.test("a".repeat(40) + "b")',
  'deep JSON': 'let a = "["; for (let i = 0; i < 18; i++) a += a; return JSON.parse(a)',
  'deep text of code': 'let a = "("; for (let i = 0; i < 16; i++) a += a; return eval(a)',
  'deep lists': 'let a = []; for (let i = 0; i < 1e5; i++) a = [a]; return a',
  'deep prototypes': 'let a = {}; for (let i = 0; i < 1e5; i++) a = Object.create(a); return a.x',
  'memory in lists': 'const a = []; for (;;) a.push({})',
  'memory in buffers': 'const a = []; for (;;) a.push(new Uint8Array(1e6).fill(1))',
  'memory in text': 'let s = "x"; for (;;) s += s',
  'memory that catches': 'const a = []; for (;;) try { for (;;) a.push(new Uint8Array(1e6)) } catch {}',
  'a sort that never ends': 'return [3, 1, 2].sort(() => { for (;;); })',
  generator: 'function* g() { for (;;) yield 1 } return [...g()]',
  getter: 'return { get x() { for (;;); } }',
  proxy: 'return Object.keys(new Proxy({}, { ownKeys() { for (;;); } }))',
  'promise storm': 'const f = () => Promise.resolve().then(f); f(); return 1',
  'many promises': 'const f = () => { Promise.resolve().then(f); Promise.resolve().then(f) }; f(); return 1',
  'a thing that answers for ever': 'const f = (r) => r({ then: f }); return Promise.resolve({ then: f })',
  'a finally for ever': 'for (;;) try { for (;;); } finally { continue }',
  'flood of output': 'return "x".repeat(8e6)',
  'flood of the log': 'for (;;) log("x".repeat(1000))',
  'flood of calls': 'for (;;) try { call("res.partner", "search", [[]]) } catch {}',
  'large calls': 'for (;;) call("res.partner", "search", ["x".repeat(2e5)])',
  'an error without end': 'throw { get message() { for (;;); } }',
  'an error of text': 'throw new Error("x".repeat(8e6))',
}

describe('scripts that take more than they may', () => {
  const sandbox = openSandbox({ processes: 2 })
  before(() => tryScript(sandbox, 'return 1'))
  after(() => sandbox.close())

  for (const [name, source] of Object.entries(bombs))
    it(`${name}: ends within the limit, and the next script runs`, async () => {
      const { code, text, ms } = await tryScript(sandbox, source)
      // The clock of a run, the start of a process before it, and the noise of a busy machine.
      assert.ok(ms < defaultLimits.killMs + 8000, `${ms} ms`)
      if (!['flood of the log', 'deep prototypes'].includes(name))
        assert.ok(code?.startsWith('ERR_SCRIPT_'), text.slice(0, 200))
      assert.ok(text.length < 60_000)
      assert.equal((await tryScript(sandbox, 'return input.a + 1')).value, 2)
    })

  it('the same bombs are not ended by a twin that enforces no deadline', async () => {
    const twin = openSandbox({ processes: 2, limits: { killMs: 60_000 } })
    try {
      const bomb = 'return Array(2 ** 28).join("x").length'
      const ended = tryScript(twin, bomb).then(() => 'ended')
      const late = new Promise((resolve) => setTimeout(resolve, defaultLimits.killMs + 4000, 'still runs'))
      assert.equal(await Promise.race([ended, late]), 'still runs')
      await twin.close()
      await ended
    } finally {
      await twin.close()
    }
  })

  it('scripts of others go on while twenty hostile ones of one tenant wait for their end', async () => {
    const hostile = Array.from({ length: 20 }, () =>
      tryScript(sandbox, 'return Array(2 ** 28).join("x").length', { tenant: 'hostile' }),
    )
    for (let i = 0; i < 10; i++)
      assert.equal((await tryScript(sandbox, 'return input.a + 1', { tenant: 'honest' })).value, 2)
    for (const ended of await Promise.all(hostile)) assert.match(ended.code ?? '', /^ERR_SCRIPT_(LIMIT|BUSY)$/)
  })
})

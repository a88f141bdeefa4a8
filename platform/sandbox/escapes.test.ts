import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { openSandbox, type Sandbox } from './index.ts'
import { tryScript } from './testing/script.ts'

const corpus = JSON.parse(readFileSync(join(import.meta.dirname, 'testing', 'escapes.json'), 'utf8')) as Record<
  string,
  string[]
>

// What a script must never find on anything that it gets hold of.
const seen = `const seen = (o) => { const found = [];
  for (const n of ['process', 'require', 'module', 'Buffer', 'global', 'fetch', 'setTimeout', 'WebAssembly', 'console', 'std', 'os'])
    try { if (o != null && typeof o[n] !== 'undefined') found.push('HOST:' + n) } catch {};
  return found };`.replaceAll('\n', ' ')

const canary = 'canary-of-the-environment'
const traces = [
  canary,
  'HOST:',
  'node:internal',
  join(import.meta.dirname, '..', '..'),
  'node_modules',
  '/worker/',
  'root:x:',
  'wasm-function',
  process.version,
]
const refusals = new Set(['ERR_SCRIPT_FAILED', 'ERR_SCRIPT_LIMIT'])
/** Payloads of the form `typeof x + …`: all of them have to be undefined. */
const kinds = /^(undefined|object|function|string|number)+$/

/** What is wrong with the end of a payload; `null`: nothing. */
async function judge(sandbox: Sandbox, payload: string): Promise<string | null> {
  const { value, code, text } = await tryScript(sandbox, `${seen} ${payload}`)
  const trace = traces.find((one) => text.includes(one))
  if (trace !== undefined) return `${payload}\n  shows ${trace}: ${text.slice(0, 300)}`
  if (code !== undefined && !refusals.has(code)) return `${payload}\n  ended with ${code}`
  if (
    /typeof (process|require|module)/.test(payload) &&
    typeof value === 'string' &&
    kinds.test(value) &&
    /object|string/.test(value)
  )
    return `${payload}\n  is ${value}`
  return null
}

describe('escapes from the sandbox', () => {
  process.env['HOLDFAST_CANARY'] = canary
  const sandbox = openSandbox()
  after(() => sandbox.close())

  it('the corpus holds at least 150 payloads, and their probe finds what it looks for', async () => {
    assert.ok(Object.values(corpus).flat().length >= 150)
    assert.match((await tryScript(sandbox, `${seen} return seen({ require: 1 })`)).text, /HOST:require/)
  })

  const prototypes = [
    Object.prototype,
    Array.prototype,
    Function.prototype,
    Error.prototype,
    Promise.prototype,
    String.prototype,
  ]
  const untouched = () => prototypes.map((one) => Reflect.ownKeys(one).map(String).join()).join('\n')

  for (const [kind, payloads] of Object.entries(corpus))
    it(`${kind}: ends in data or a clear error, and nothing of the host appears`, async () => {
      const before = untouched()
      const faults = await Promise.all(payloads.map((payload) => judge(sandbox, payload)))
      assert.deepEqual(
        faults.filter((one) => one !== null),
        [],
      )
      assert.equal(untouched(), before)
      assert.equal((await tryScript(sandbox, 'return input.a + 1')).value, 2)
    })

  it('the corpus is red on a twin in whose world a thing of the host lies', async () => {
    const twin = openSandbox({
      twin: { program: join(import.meta.dirname, 'testing', 'leaky.ts'), env: { ...process.env } },
    })
    try {
      const payloads = Object.values(corpus).flat().slice(0, 60)
      const faults = await Promise.all(payloads.map((payload) => judge(twin, payload)))
      assert.ok(faults.filter((one) => one !== null).length >= 10)
    } finally {
      await twin.close()
    }
  })
})

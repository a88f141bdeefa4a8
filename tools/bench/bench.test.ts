import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { quantile } from './load/measure.ts'
import type { Result } from './report/result.ts'

const main = join(import.meta.dirname, 'main.ts')

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

function bench(...args: string[]): Promise<Ended> {
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'], timeout: 150_000 })
  let out = ''
  let err = ''
  child.stdout.on('data', (chunk) => (out += chunk))
  child.stderr.on('data', (chunk) => (err += chunk))
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, out, err })))
}

let result: Result

before(async () => {
  const { code, out, err } = await bench('--quick', '--json')
  assert.equal(code, 0, err)
  result = JSON.parse(out) as Result
})

test('the quick run reports every operation at each of its concurrencies', () => {
  const seen = result.rows.map(({ key, protocol, concurrency }) => `${key} ${protocol} ${concurrency}`).sort()
  const reads = ['a', 'b', 'f', 'k', 'l'].flatMap((key) =>
    ['JSON-2', 'JSON-RPC'].flatMap((protocol) => [1, 16].map((c) => `${key} ${protocol} ${c}`)),
  )
  const writes = ['c 1', 'c 16', 'd 1', 'd 4', 'e 1', 'e 16', 'i 1', 'i 16'].map((row) => row.replace(' ', ' JSON-2 '))
  assert.deepEqual(seen, [...reads, ...writes].sort())
})

test('both sides of each operation did something, and the server sent statements for it', () => {
  for (const { key, protocol, concurrency, server, rival } of result.rows) {
    const row = `${key} ${protocol} ${concurrency}`
    assert.ok(server.operations >= concurrency && rival.operations >= concurrency, row)
    assert.ok(server.statements >= 1, row)
    assert.ok(server.p50Ms <= server.p95Ms && server.p95Ms <= server.p99Ms, row)
  }
})

test('memory is told, and a short run compares itself with nobody', () => {
  assert.ok(result.memory.serverAtStartBytes > 0)
  assert.ok(result.memory.idleInstance.processes > 0)
  assert.ok(result.rows.every(({ timesOdoo }) => timesOdoo === null))
})

test('an unknown operation and an unknown option are refused with words', async () => {
  const [operation, option] = await Promise.all([bench('nope'), bench('--fast')])
  assert.equal(operation.code, 2)
  assert.match(operation.err, /no operation nope/)
  assert.equal(option.code, 2)
})

test('quantiles are of the nearest rank', () => {
  assert.equal(quantile([1, 2, 3, 4], 0.5), 2)
  assert.equal(quantile([1, 2, 3, 4], 0.95), 4)
  assert.equal(quantile([], 0.5), 0)
})

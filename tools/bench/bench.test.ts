import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { type Figures, quantile } from './load/measure.ts'
import type { GrowthFigures } from './parts/growth.ts'
import { graphs } from './report/graphs/graphs.ts'
import { page } from './report/page.ts'
import { highest } from './report/verdicts.ts'
import type { Result } from './report/result.ts'
import { mergeResults } from './report/store.ts'

const main = join(import.meta.dirname, 'main.ts')

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

function bench(...args: string[]): Promise<Ended> {
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'], timeout: 300_000 })
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
  const reads = ['a', 'b', 'f', 'g', 'k', 'l'].flatMap((key) =>
    ['JSON-2', 'JSON-RPC'].flatMap((protocol) => [1, 16].map((c) => `${key} ${protocol} ${c}`)),
  )
  const others = ['a XML-RPC 1', 'a XML-RPC 16', 'h JSON-RPC 1', 'j HTTP 1', 'j HTTP 16']
  const writes = ['c 1', 'c 16', 'd 1', 'd 4', 'e 1', 'e 16', 'i 1', 'i 16'].map((row) => row.replace(' ', ' JSON-2 '))
  assert.deepEqual(seen, [...reads, ...others, ...writes].sort())
})

test('both sides of each operation did something, and the server sent statements for it', () => {
  for (const { key, protocol, concurrency, server, rival } of result.rows) {
    const row = `${key} ${protocol} ${concurrency}`
    assert.ok(server.operations >= concurrency && rival.operations >= concurrency, row)
    assert.ok(server.statements >= (key === 'j' ? 0 : 1), row)
    assert.ok(server.p50Ms <= server.p95Ms && server.p95Ms <= server.p99Ms, row)
  }
})

test('memory is told, and a short run compares itself with nobody', () => {
  assert.ok(result.memory.serverAtStartBytes > 0)
  assert.ok(result.memory.idleInstance.processes > 0)
  assert.ok(result.rows.every(({ timesOdoo }) => timesOdoo === null))
})

const growth: GrowthFigures = {
  date: '2026-01-01',
  points: (['rows', 'rules', 'groups', 'tenants'] as const).flatMap((dimension) =>
    [1, 10].map((size) => ({ dimension, size, key: 'a', serverMs: size, rivalMs: size / 2, cpuMs: 0.1 })),
  ),
}

test('the page tells every part, and its graphs are drawn from numbers only', () => {
  const idle = {
    ...{ date: '2026-01-01', tenants: 7, createMs: 1, diskBytes: 1, untouchedHeapBytes: 1, asleepHeapBytes: 200_000 },
    ...{ firstRequest: { p50Ms: 1, p95Ms: 2, count: 7 }, wakeAllMs: 1, serverRssBytes: 1 },
    instances: { pssBytes: 7_000_000, processes: 42, count: 7 },
  }
  const counts = [
    {
      processes: 1,
      operations: [{ key: 'a', figures: result.rows[0]?.server as Figures }],
      ownerBytes: 1,
      workerBytes: null,
    },
  ]
  const processes = { date: '2026-01-01', clients: 16, counts }
  const audit = {
    ...{ date: '2026-01-01', records: 20, rounds: 1 },
    rows: [{ work: 'a call for each', offMs: 1, onMs: 1.1, ratio: 1.1, from: 1, to: 1.2 }],
  }
  const load = result.rows[0]?.server as Figures
  const sandbox = {
    ...{ date: '2026-01-01', scripts: 20, clients: 4, rounds: 1, without: load, with: load },
    ...{ p99Ratio: 1.25, ended: 8, warmMs: 3, firstMs: 150 },
  }
  const parts = { operations: result, rows: result, growth, processes, idle, audit, sandbox }
  const text = page(parts)
  for (const { title } of result.rows) assert.ok(text.includes(title), title)
  for (const said of [
    '--rows 300',
    '--growth',
    '--idle 7',
    '--audit',
    '1.25 times',
    '| 1.10 |',
    '195.3 KiB of the server',
    'not reached',
  ])
    assert.ok(text.includes(said), said)
  assert.doesNotMatch(text, /NaN|undefined|Infinity/)
  const drawn = graphs(parts)
  assert.deepEqual([...drawn.keys()], ['handler.svg', 'odoo.svg', 'rows.svg', 'growth.svg'])
  for (const [name, drawing] of drawn) assert.doesNotMatch(drawing, /NaN|undefined|Infinity/, name)
})

test('a run of some operations renews their rows and keeps the others with their day', () => {
  const older = { ...result, rows: result.rows.map((row) => ({ ...row, date: '2026-01-01' })) }
  const newer = { ...result, rows: result.rows.filter(({ key }) => key === 'b') }
  const merged = mergeResults(older, newer)
  assert.equal(merged.rows.length, result.rows.length)
  assert.ok(merged.rows.every(({ key, date }) => (key === 'b') === (date !== '2026-01-01')))
  assert.ok(highest(merged.rows).every(({ key, concurrency }) => key === 'd' || key === 'h' || concurrency === 16))
})

test('growth and idle tenants are measured through the same server', async () => {
  const [grown, slept] = [await bench('--growth', '--quick', '--json'), await bench('--idle', '2', '--quick', '--json')]
  assert.equal(grown.code, 0, grown.err)
  assert.equal(slept.code, 0, slept.err)
  const { points } = JSON.parse(grown.out) as GrowthFigures
  assert.deepEqual([...new Set(points.map(({ dimension }) => dimension))], ['rows', 'rules', 'groups', 'tenants'])
  assert.ok(points.every(({ serverMs, rivalMs }) => serverMs > 0 && rivalMs > 0))
  const { instances, firstRequest } = JSON.parse(slept.out) as {
    instances: { count: number }
    firstRequest: { count: number }
  }
  assert.deepEqual([instances.count, firstRequest.count], [2, 2])
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

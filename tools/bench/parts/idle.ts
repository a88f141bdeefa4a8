/** What tenants cost that nobody uses: awake with their instance, and asleep; and how soon one answers that slept. */

import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { fill, type Filled } from '../data/fill.ts'
import { prepareTemplate, withNewHome } from '../data/prepare.ts'
import { openHome } from '../../../platform/tenants/index.ts'
import { Connection } from '../load/connection.ts'
import { quantile } from '../load/measure.ts'
import { type Child, startChild } from '../processes/child.ts'
import type { InstanceMemory } from '../report/memory.ts'
import { today } from '../report/result.ts'
import type { Progress } from '../run.ts'

export interface IdleFigures {
  readonly date: string
  readonly tenants: number
  /** Making one: instance, keys, credentials; median. */
  readonly createMs: number
  /** Disk of one tenant's instance. */
  readonly diskBytes: number
  /** The server's heap per tenant that has not been used since the start, and per one that was used and fell asleep. */
  readonly untouchedHeapBytes: number
  readonly asleepHeapBytes: number
  /** First request to a tenant that sleeps, at one client. */
  readonly firstRequest: { readonly p50Ms: number; readonly p95Ms: number; readonly count: number }
  /** All of them awake after one request each: time at four clients, memory of their instances when their connections are closed. */
  readonly wakeAllMs: number
  readonly instances: { readonly pssBytes: number | null; readonly processes: number; readonly count: number }
  readonly serverRssBytes: number
}

const template = 'idle'
const atOnce = 4
const mostFirstRequests = 100

/** @param isQuick does not wait until connections are closed: does it work, not how much */
export async function measureIdle(count: number, isQuick: boolean, progress: Progress): Promise<IdleFigures> {
  let filled: Filled | undefined
  const { homePath, remove } = await withNewHome(async (home) => {
    progress('installing the applications')
    await prepareTemplate(home, template, async (tenant) => {
      filled = await fill(tenant, { partners: 100, orders: 0 }, progress)
    })
    await home.tenants.create({ name: nameOf(0), template })
    return {}
  })
  try {
    const { key } = (filled as Filled).seller
    const { fresh, warm } = await withServer(homePath, (server) => heapOfOne(server, key))
    progress(`making ${count} tenants`)
    const createMs = await createTenants(homePath, count, progress)
    const diskBytes = (await diskOf(join(homePath, 'instances'))) / (count + 2)
    const figures = await withServer(homePath, async (server) => {
      const untouched = await heap(server)
      progress('asking tenants that sleep')
      const names = Array.from({ length: count }, (_, i) => nameOf(i + 1))
      const firstRequest = await askInTurn(server, names.slice(0, mostFirstRequests), key)
      progress('waking all')
      const wakeAllMs = await askAll(server, names.slice(mostFirstRequests), key)
      progress('waiting until their connections are closed')
      await new Promise((resolve) => setTimeout(resolve, isQuick ? 0 : 12_000))
      const instances = await memoryOf(server, names)
      const { rssBytes: serverRssBytes } = await server.usage()
      progress('putting all to sleep')
      await server.ask({ ask: 'sleep', tenants: names })
      const asleep = await heap(server)
      return {
        firstRequest,
        wakeAllMs,
        instances,
        serverRssBytes,
        untouchedHeapBytes: (untouched - fresh) / count,
        asleepHeapBytes: (asleep - warm) / count,
      }
    })
    return { date: today(), tenants: count, createMs, diskBytes, ...figures }
  } finally {
    progress('removing them')
    await remove()
  }
}

function nameOf(n: number): string {
  return `idle-${n}`
}

async function createTenants(homePath: string, count: number, progress: Progress): Promise<number> {
  const home = await openHome({ path: homePath, idleTimeoutMs: 0 })
  const times: number[] = []
  try {
    for (let n = 1; n <= count; n++) {
      const started = performance.now()
      await home.tenants.create({ name: nameOf(n), template })
      times.push(performance.now() - started)
      await home.tenants.sleep(nameOf(n))
      if (n % 50 === 0) progress(`${n} made`)
    }
  } finally {
    await home.close()
  }
  return quantile(times.sort(ascending), 0.5)
}

async function withServer<T>(homePath: string, work: (server: Child) => Promise<T>): Promise<T> {
  const server = await startChild('server.ts', { BENCH_HOME: homePath }, ['--expose-gc'])
  try {
    return await work(server)
  } finally {
    await server.close(600_000)
  }
}

// What all tenants share (models, compiled code) is there once one of them was used; it is no cost of each.
async function heapOfOne(server: Child, key: string): Promise<{ readonly fresh: number; readonly warm: number }> {
  const fresh = await heap(server)
  await askAll(server, [nameOf(0)], key)
  await server.ask({ ask: 'sleep', tenants: [nameOf(0)] })
  return { fresh, warm: await heap(server) }
}

async function heap(server: Child): Promise<number> {
  return (await server.ask({ ask: 'heap' })) as number
}

function request(connection: Connection, tenant: string, key: string): Promise<Buffer> {
  return connection.send({
    path: '/json/2/res.partner/search_count',
    headers: `Content-Type: application/json\r\nAuthorization: Bearer ${key}\r\nX-Odoo-Database: ${tenant}\r\n`,
    body: '{"domain":[]}',
  })
}

async function askInTurn(server: Child, names: readonly string[], key: string): Promise<IdleFigures['firstRequest']> {
  const connection = await Connection.open(server.ready.port)
  const times: number[] = []
  try {
    for (const name of names) {
      const started = performance.now()
      await request(connection, name, key)
      times.push(performance.now() - started)
    }
  } finally {
    connection.close()
  }
  times.sort(ascending)
  return { p50Ms: quantile(times, 0.5), p95Ms: quantile(times, 0.95), count: times.length }
}

async function askAll(server: Child, names: readonly string[], key: string): Promise<number> {
  const waiting = [...names]
  const started = performance.now()
  const client = async (): Promise<void> => {
    const connection = await Connection.open(server.ready.port)
    try {
      for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) await request(connection, name, key)
    } finally {
      connection.close()
    }
  }
  await Promise.all(Array.from({ length: atOnce }, client))
  return performance.now() - started
}

async function memoryOf(server: Child, names: readonly string[]): Promise<IdleFigures['instances']> {
  let pss: number | null = 0
  let processes = 0
  for (const tenant of names) {
    const one = (await server.ask({ ask: 'instance', tenant })) as InstanceMemory
    processes += one.processes
    pss = pss === null || one.pssBytes === null ? null : pss + one.pssBytes
  }
  return { pssBytes: pss, processes, count: names.length }
}

function diskOf(folder: string): Promise<number> {
  const child = spawn('du', ['-sk', folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  let out = ''
  child.stdout.on('data', (chunk) => (out += chunk))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', () => resolve(Number.parseInt(out, 10) * 1024))
  })
}

function ascending(a: number, b: number): number {
  return a - b
}

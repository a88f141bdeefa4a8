/** The server under test, in a process of its own: home, instances, HTTP over loopback, exactly as a running Holdfast has them. */

import { createHttpServer, pageRoutes } from '../../../framework/http/index.ts'
import { sql } from '../../../framework/sql/index.ts'
import { openHosting } from '../../../platform/cli/hosting/hosting.ts'
import { readSettings } from '../../../platform/cli/hosting/settings.ts'
import { idleName } from '../data/prepare.ts'
import { instanceMemory } from '../report/memory.ts'
import { answerParent } from './child.ts'
import type { DatabaseFacts, Question } from './protocol.ts'
import { beginCapture, endCapture, statementCount, watchStatements } from './statements.ts'

watchStatements()
const settings = { ...readSettings({ HOLDFAST_HOME: process.env['BENCH_HOME'] }), idleTimeoutMs: 0 }
const hosting = await openHosting(settings, new AbortController().signal)
const { home } = hosting
const server = await createHttpServer({
  directory: hosting.directory,
  httpsPort: 0,
  httpsHost: '127.0.0.1',
  httpPort: 0,
  certificateFolder: hosting.certificateFolder,
  log: (entry) => {
    if (entry.level === 'error') console.error(entry.event, entry.cause ?? entry.detail)
  },
  routes: pageRoutes({ backups: async () => [] }),
})

async function idleInstance(): Promise<unknown> {
  const { pool } = await hosting.tenants.open(idleName)
  await pool.query(sql`SELECT count(*) FROM res_partner`)
  const { address } = await home.tenants.wake(idleName)
  // A tenant that has served once and then waits, its connections closed by the server as after its idle time.
  await pool.close()
  await new Promise((resolve) => setTimeout(resolve, 1_000))
  return instanceMemory(address.host)
}

async function databaseOf(tenant: string): Promise<DatabaseFacts> {
  const { host, port, database, user, password } = (await home.tenants.wake(tenant)).address
  return { host, port, database, user, password: typeof password === 'function' ? await password() : password }
}

async function usedHeap(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.()
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return process.memoryUsage().heapUsed
}

async function answer(question: Question): Promise<unknown> {
  switch (question.ask) {
    case 'usage': {
      const { user, system } = process.cpuUsage()
      return { cpuUs: user + system, rssBytes: process.memoryUsage.rss(), statements: statementCount() }
    }
    case 'capture':
      return beginCapture()
    case 'captured':
      return endCapture()
    case 'idle-instance':
      return idleInstance()
    case 'instance':
      return instanceMemory((await home.tenants.wake(question.tenant)).address.host)
    case 'heap':
      return usedHeap()
    case 'sleep':
      for (const tenant of question.tenants) await home.tenants.sleep(tenant)
      return null
    case 'database':
      return databaseOf(question.tenant)
    default:
      throw new TypeError(`The server does not know ${question.ask}.`)
  }
}

answerParent(
  { port: Number(new URL(server.httpUrl ?? '').port), postgresVersion: home.postgresVersion },
  answer,
  async () => {
    await server.close(1_000)
    await hosting.close()
  },
)

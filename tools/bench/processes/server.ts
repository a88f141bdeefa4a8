/** The server under test, in a process of its own: home, instance, HTTP over loopback, exactly as a running Holdfast has them. */

import { join } from 'node:path'
import { createHttpServer, type TenantDirectory } from '../../../framework/http/index.ts'
import { openTenant } from '../../../framework/modules/index.ts'
import { openPool, sql } from '../../../framework/sql/index.ts'
import { openHome } from '../../../platform/tenants/index.ts'
import { idleName, tenantName } from '../data/prepare.ts'
import { instanceMemory } from '../report/memory.ts'
import { answerParent } from './child.ts'
import type { DatabaseFacts, Question } from './protocol.ts'
import { beginCapture, endCapture, statementCount, watchStatements } from './statements.ts'

watchStatements()
const home = await openHome({ path: process.env['BENCH_HOME'] ?? '', idleTimeoutMs: 0 })
const { address, files } = await home.tenants.wake(tenantName)
const pool = openPool({ ...address, beforeConnect: async () => void (await home.tenants.wake(tenantName)) })
const tenant = await openTenant({ name: tenantName, pool, files })
const byName = async (name: string) => {
  if (name !== tenantName) return null
  await home.tenants.wake(name)
  return tenant
}
const directory: TenantDirectory = { byName, byHost: async () => null, namesFor: async () => [] }
const server = await createHttpServer({
  directory,
  httpsPort: 0,
  httpsHost: '127.0.0.1',
  httpPort: 0,
  certificateFolder: join(home.path, 'certificates'),
  log: (entry) => {
    if (entry.level === 'error') console.error(entry.event, entry.cause ?? entry.detail)
  },
})

async function idleInstance(): Promise<unknown> {
  const { address: idle } = await home.tenants.wake(idleName)
  const idlePool = openPool({ ...idle, idleTimeoutMs: 100 })
  // A tenant that has served once and then waits, its connections closed.
  await idlePool.query(sql`SELECT count(*) FROM res_partner`)
  await idlePool.close()
  await new Promise((resolve) => setTimeout(resolve, 1_000))
  return instanceMemory(idle.host)
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
    default:
      throw new TypeError(`The server does not know ${question.ask}.`)
  }
}

async function databaseFacts(): Promise<DatabaseFacts> {
  const { host, port, database, user, password } = address
  return { host, port, database, user, password: typeof password === 'function' ? await password() : password }
}

answerParent(
  {
    port: Number(new URL(server.httpUrl ?? '').port),
    database: await databaseFacts(),
    postgresVersion: home.postgresVersion,
  },
  answer,
  async () => {
    await server.close(1_000)
    await pool.close()
    await home.close()
  },
)

/** One running server with two companies on it, as clients meet it: real sockets, real PostgreSQL, real certificates. */

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Tenant } from '#framework/access/index.ts'
import { createHttpServer, type LogEntry, pageRoutes, type Route } from '#framework/http/index.ts'
import { openTenant } from '#framework/modules/index.ts'
import { liveGate } from '#framework/rpc/index.ts'
import type { Pool } from '#framework/sql/index.ts'
import { atEnd, testHome, testTenant } from '#framework/testing/index.ts'
import { type CanaryWatch, failFor, watchCanaries } from './canaries.ts'
import { invitePeople, type People } from './people.ts'
import { type Received, send, type Sent } from './wire.ts'

export interface Company {
  readonly tenant: Tenant
  /** The `db` argument of the protocols. */
  readonly name: string
  readonly people: People
}

export interface TestServer {
  readonly acme: Company
  readonly globex: Company
  /** `http://127.0.0.1:PORT` */
  readonly httpUrl: string
  readonly httpPort: number
  readonly httpsPort: number
  /** Path of the local authority's certificate. */
  readonly caPath: string
  /** Requests that failed by our own fault. */
  readonly failures: Readonly<Record<string, unknown>>[]
  /** Writes what the server has counted of calling programs. */
  flushLedger(): Promise<void>
  /** Looks for secrets where they must not be; there with `canaries`. */
  readonly watch: CanaryWatch | undefined
  /** Over plain HTTP on loopback. */
  send(sent: Sent): Promise<Received>
  /** Over HTTPS with the certificate checked. */
  sendSecurely(sent: Sent): Promise<Received>
}

export interface TestServerOptions {
  readonly apps?: readonly string[]
  readonly demo?: boolean
  /** Pages beside the product's own; a broken twin has its hole there. */
  readonly routes?: readonly Route[]
  /** Paths of pages that are left out: a tool that follows every form would sign itself out. */
  readonly without?: readonly string[]
  /** Looks at the end of the file for secrets where they must not be, and fails the file for them. */
  readonly canaries?: boolean
  /** What stands between the tenants and their databases; a broken twin splices values there. */
  readonly through?: (pool: Pool) => Pool
}

/** Starts it; it ends with the test file. Both companies are clones of one template, so that ids mean records in both. */
export async function startServer(options: TestServerOptions = {}): Promise<TestServer> {
  const { apps = ['sales'], demo = false, routes = [], without = [], through, canaries = false } = options
  const home = await testHome()
  const [acme, globex] = [
    await openCompany(await testTenant({ apps, demo, name: 'acme' }), through),
    await openCompany(await testTenant({ apps, demo, name: 'globex' }), through),
  ]
  const all = [acme, globex]
  const byName = async (name: string): Promise<Tenant | null> => all.find((one) => one.name === name)?.tenant ?? null
  const certificateFolder = await mkdtemp(join(tmpdir(), 'holdfast-clients-'))
  const failures: Record<string, unknown>[] = []
  const watch = canaries ? await watchCanaries(home, acme, globex) : undefined
  const log = (entry: LogEntry) => {
    watch?.logged(entry)
    if (entry.level === 'error') failures.push({ ...entry, cause: String(entry.cause) })
  }
  const gate = liveGate(log)
  const server = await createHttpServer({
    directory: {
      byName,
      byHost: async (host) => byName(host.replace(/\.localhost$/, '')),
      namesFor: async (host) =>
        all.map(({ name }) => name).filter((name) => !host.endsWith('.localhost') || host === `${name}.localhost`),
    },
    httpsPort: 0,
    httpsHost: '127.0.0.1',
    httpPort: 0,
    certificateFolder,
    routes: [...pageRoutes().filter(({ path }) => !without.includes(path)), ...routes],
    gate,
    log,
  })
  atEnd(async () => {
    await server.close(500)
    await rm(certificateFolder, { recursive: true, force: true })
  })
  const ca = await readFile(server.caPath, 'utf8')
  const httpUrl = server.httpUrl ?? ''
  const httpPort = Number(new URL(httpUrl).port)
  const heard = (sent: Sent, received: Received) => watch?.answered(sent, received) ?? received
  // Before the server closes: the databases are asked once more.
  if (watch !== undefined) atEnd(async () => failFor(await watch.leaks()))
  return {
    acme,
    globex,
    httpUrl: `http://127.0.0.1:${httpPort}`,
    httpPort,
    httpsPort: server.httpsPort,
    caPath: server.caPath,
    failures,
    flushLedger: () => gate.ledger.flush(),
    send: async (sent) => heard(sent, await send(httpPort, sent)),
    sendSecurely: async (sent) => heard(sent, await send(server.httpsPort, sent, ca)),
    watch,
  }
}

async function openCompany(whole: Tenant, through?: (pool: Pool) => Pool): Promise<Company> {
  const people = await invitePeople(whole)
  const { name, files } = whole
  const tenant = through === undefined ? whole : await openTenant({ name, files, pool: through(whole.pool) })
  return { tenant, name, people }
}

/** One running server with two companies on it, as clients meet it: real sockets, real PostgreSQL, real certificates. */

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Tenant } from '#framework/access/index.ts'
import { createHttpServer, type LogEntry, pageRoutes } from '#framework/http/index.ts'
import { liveGate } from '#framework/rpc/index.ts'
import { atEnd, testHome, testTenant } from '#framework/testing/index.ts'
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
  /** Over plain HTTP on loopback. */
  send(sent: Sent): Promise<Received>
  /** Over HTTPS with the certificate checked. */
  sendSecurely(sent: Sent): Promise<Received>
}

export interface TestServerOptions {
  readonly apps?: readonly string[]
  readonly demo?: boolean
}

/** Starts it; it ends with the test file. Both companies are clones of one template, so that ids mean records in both. */
export async function startServer({ apps = ['sales'], demo = false }: TestServerOptions = {}): Promise<TestServer> {
  await testHome()
  const [acme, globex] = [
    await openCompany(await testTenant({ apps, demo, name: 'acme' })),
    await openCompany(await testTenant({ apps, demo, name: 'globex' })),
  ]
  const all = [acme, globex]
  const byName = async (name: string): Promise<Tenant | null> => all.find((one) => one.name === name)?.tenant ?? null
  const certificateFolder = await mkdtemp(join(tmpdir(), 'holdfast-clients-'))
  const failures: Record<string, unknown>[] = []
  const log = (entry: LogEntry) => {
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
    routes: pageRoutes(),
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
  return {
    acme,
    globex,
    httpUrl: `http://127.0.0.1:${httpPort}`,
    httpPort,
    httpsPort: server.httpsPort,
    caPath: server.caPath,
    failures,
    flushLedger: () => gate.ledger.flush(),
    send: (sent) => send(httpPort, sent),
    sendSecurely: (sent) => send(server.httpsPort, sent, ca),
  }
}

async function openCompany(tenant: Tenant): Promise<Company> {
  return { tenant, name: tenant.name, people: await invitePeople(tenant) }
}

/**
 * A process that serves requests beside others: HTTPS, the framework, connections to the tenants that it is asked for.
 * It owns nothing. Whatever it keeps in memory of rights, credentials and models counts while the epoch in the tenant's
 * database stands still, which the statement of each request tells.
 */

import cluster from 'node:cluster'
import type { Alarms } from '../../../../framework/jobs/index.ts'
import { loadEveryApp } from '../../../../framework/modules/index.ts'
import { tenantDirectory } from '../../hosting/directory.ts'
import { keepOpenTenants, onlyCurrent } from '../../hosting/open-tenants.ts'
import { readSettings } from '../../hosting/settings.ts'
import { terminalOf } from '../../output/terminal.ts'
import { listen } from '../listen.ts'
import { openLog } from '../log.ts'
import { openChannel } from './channel.ts'
import type { OwnerAsks, WorkerAsks } from './messages.ts'
import { ownersTenants } from './owners-tenants.ts'

/** Connections of all processes together to one tenant's instance, which takes 24: the owner and its tools need some. */
const CONNECTIONS = 14
const USUAL_CONNECTIONS = 7
const DRAIN_MS = 10_000

const settings = readSettings()
const log = openLog(settings.homePath, settings.isDebug, process.stderr, terminalOf(process.stderr), false)
const channel = openChannel<WorkerAsks, OwnerAsks>(
  {
    send: (message) => void process.send?.(message, undefined, undefined, () => {}),
    onMessage: (listener) => process.on('message', listener),
  },
  (question) => (question.ask === 'stop' ? stop(question.graceMs) : tenants.happened(question)),
)

// Ctrl-C and a closed terminal reach the whole group; the owner says when it is time.
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {})
// Somebody ends this one process: those inside are served, the owner starts another.
process.once('SIGTERM', () => void stop(DRAIN_MS).finally(() => process.exit(0)))
// The owner is gone, and with it the databases.
process.once('disconnect', () => process.exit(0))
process.on('unhandledRejection', (cause) =>
  log.write({ level: 'error', event: 'something failed that nobody waited for', cause }),
)
process.on('uncaughtException', (cause) => {
  log.write({ level: 'error', event: 'a serving process came to its end', cause })
  void log.close().finally(() => process.exit(1))
})

for (const { name, cause } of await loadEveryApp())
  log.write({ level: 'error', event: `the application ${name} cannot be loaded`, cause })
const beginning = await channel.ask({ ask: 'begin' })
const tenants = ownersTenants(channel, beginning.tenants)
const alarms: Pick<Alarms, 'refresh' | 'settled'> = {
  refresh: async (tenantId, read) => void (await channel.ask({ ask: 'alarm', tenantId, at: await read() })),
  settled: async () => {},
}
const opened = keepOpenTenants(tenants, alarms, log.write, {
  connections: Math.max(2, Math.min(USUAL_CONNECTIONS, Math.floor(CONNECTIONS / beginning.processes))),
})
const http = await listen({
  settings,
  directory: tenantDirectory({ tenants }, onlyCurrent(opened), settings.domains),
  log: log.write,
  backups: (tenant) => channel.ask({ ask: 'backups', tenant }),
  ticketKeys: beginning.ticketKeys,
  processes: beginning.processes,
}).catch(async (error: NodeJS.ErrnoException) => {
  // The owner tells why in its own words; here there is nothing left to do.
  process.send?.({ failed: { code: error.code, message: error.message, port: (error as { port?: number }).port } })
  await new Promise<never>(() => {})
  throw error
})
const { url, httpUrl, httpsPort, caPath } = http
await channel.ask({ ask: 'listening', at: { url, httpUrl, httpsPort, caPath } })

let stopping: Promise<true> | null = null

function stop(graceMs: number): Promise<true> {
  stopping ??= (async () => {
    await http.close(graceMs)
    tenants.close()
    await opened.close()
    await log.close()
    cluster.worker?.removeAllListeners()
    return true as const
  })()
  return stopping
}

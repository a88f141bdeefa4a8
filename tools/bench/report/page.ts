/** `docs/benchmarks.md`, written by the bench itself from the last figures of every part. */

import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { AuditFigures } from '../parts/audit.ts'
import type { GrowthFigures } from '../parts/growth.ts'
import type { IdleFigures } from '../parts/idle.ts'
import type { ProcessFigures } from '../parts/processes.ts'
import type { SandboxFigures } from '../parts/sandbox.ts'
import { graphs } from './graphs/graphs.ts'
import type { Result } from './result.ts'
import { figuresFolder, type Parts, readPart } from './store.ts'
import { markdownTable, mebibytes, memoryLines } from './table.ts'
import { verdicts } from './verdicts.ts'

const pagePath = resolve(figuresFolder, '../benchmarks.md')

/** Writes the page and its graphs. */
export async function writePage(): Promise<void> {
  const parts = {
    operations: await readPart('operations'),
    rows: await readPart('rows'),
    growth: await readPart('growth'),
    processes: await readPart('processes'),
    idle: await readPart('idle'),
    audit: await readPart('audit'),
    sandbox: await readPart('sandbox'),
  }
  await mkdir(figuresFolder, { recursive: true })
  for (const [name, drawing] of graphs(parts)) await writeFile(join(figuresFolder, name), drawing)
  await writeFile(pagePath, page(parts))
}

/** The whole page. */
export function page(parts: { readonly [P in keyof Parts]: Parts[P] | null }): string {
  const { operations, rows, growth, processes, idle, audit, sandbox } = parts
  return [
    `# Benchmarks

Written by \`npm run bench\`; each part says when it was measured and which command renews it. Figures of one machine are
no promise for another: trust the ratios. The numbers behind this page lie in \`docs/benchmarks/\` as JSON;
\`npm run bench -- --profile\` writes beside them in which functions the server spends its time.
`,
    ...(operations === null ? [] : [operationsSection(operations)]),
    ...(rows === null ? [] : [rowsSection(rows)]),
    ...(growth === null ? [] : [growthSection(growth)]),
    ...(processes === null ? [] : [processesSection(processes)]),
    ...(idle === null ? [] : [idleSection(idle)]),
    ...(audit === null ? [] : [auditSection(audit)]),
    ...(sandbox === null ? [] : [sandboxSection(sandbox)]),
  ].join('\n')
}

function operationsSection(result: Result): string {
  const { facts, rows } = result
  return `## The operations

\`npm run bench\`, last on ${facts.date}${olderRows(result)}.${otherWork(facts)}

- Machine: ${facts.machine}. Load generator, server, hand-written handler and PostgreSQL ${facts.postgres} share it. Node ${facts.node}.
- Data: ${facts.partners.toLocaleString('en')} partners, ${facts.orders.toLocaleString('en')} sale orders of three lines, the sales application. fsync is on.
- Server: one process, plain HTTP over loopback, 4 connections to PostgreSQL, access rules on, an API key (JSON-2) or user id and
  password (JSON-RPC, XML-RPC) in each call.
- Handler: a bare Node \`http\` server with \`pg\` and named statements, one process, 4 connections, no credential and no check
  of arguments. For reads it sends the very statement that the server compiled; for writes one statement by hand, a
  transaction of its own, that leaves the same rows (the bench compares both answers and both sets of rows before it measures).
  For (h) it computes the same hash, as many at once as are asked for; for (j) it sends the same bytes from memory.
- In (h) all clients sign in as one person, as in Odoo's run. The server hashes a program's password once and remembers, for this
  source, that it was right, until the stored hash changes.
- Closed loop, c clients with a kept-alive connection each; ${facts.rounds} rounds of ${facts.roundMs / 1_000} s for each side in turn, medians of the rounds;
  latencies over all rounds. CPU is that of the process itself per operation, without PostgreSQL's. Round trips are
  all that the server makes to PostgreSQL for one operation, the look-up of the credential, \`BEGIN\` and \`COMMIT\` included;
  statements that leave together (\`BEGIN\` with the first, a change with its \`COMMIT\`) are one.
- Odoo: the better of Odoo 18 and 19 with two workers, and of JSON-RPC and JSON-2, measured earlier on a machine of the same class.
  × Odoo is scaled by what a hand-written handler that reads one row by its id did beside Odoo and does here, measured again
  with each operation, because other work on the machine comes and goes.

${markdownTable(rows)}

![Throughput by the handler's](benchmarks/handler.svg)

![Times Odoo's throughput](benchmarks/odoo.svg)

### Against the aims

The aims at the highest concurrency: reads at least 0.8 and writes at least 0.5 of the handler, 20 000 records/s created in one
call, ten times Odoo (where the handler with the same SQL does not get there: 0.8 of the handler), p99 at most five times p50.

${list(verdicts(rows))}

### Memory of the server

${list(memoryLines(result))}
`
}

// Beside other work latencies tell little, and ratios less than on a quiet machine.
function otherWork({ loadBefore }: Result['facts']): string {
  if (loadBefore === undefined || loadBefore < 1) return ''
  return ` The machine was at other work (load ${loadBefore.toFixed(1)}): only ratios, statements and CPU count.`
}

function olderRows({ facts, rows }: Result): string {
  const older = rows.filter(({ date }) => date !== facts.date)
  return older.length === 0 ? '' : `; ${[...new Set(older.map(({ key, date }) => `(${key}) on ${date}`))].join(', ')}`
}

function rowsSection({ facts, rows }: Result): string {
  return `## The reads on ${facts.partners.toLocaleString('en')} partners

\`npm run bench -- --rows ${facts.partners}\`, last on ${facts.date}.${otherWork(facts)} The partners are copies that PostgreSQL made of 10 000 that came through
the models, indexes in place. Odoo was not measured with so many.

${markdownTable(rows)}

![Throughput by the handler's](benchmarks/rows.svg)

${list(verdicts(rows))}
`
}

function growthSection({ date, points }: GrowthFigures): string {
  const shown = points.map(
    ({ dimension, size, key, serverMs, rivalMs, cpuMs }) =>
      `| ${dimension} | ${size.toLocaleString('en')} | ${key} | ${serverMs.toFixed(2)} | ${rivalMs.toFixed(2)} | ${cpuMs.toFixed(2)} |`,
  )
  return `## How cost grows

\`npm run bench -- --growth\`, last on ${date}. One client, JSON-2, medians in milliseconds; what does not grow is at its smallest: 1 000
partners, no rules or groups but those of the application, one tenant. Each rule holds for everybody, so all of them stand in
every statement; each group has a right of its own. Several tenants are asked in turn, each with connections of its own.

![How cost grows](benchmarks/growth.svg)

| what grows | to | operation | ms | handler ms | CPU ms |
| --- | ---: | --- | ---: | ---: | ---: |
${shown.join('\n')}
`
}

function processesSection({ date, clients, counts }: ProcessFigures): string {
  const lines = counts.map(({ processes, operations, ownerBytes, workerBytes }) => {
    const cells = operations.map(({ figures: { perSecond, p50Ms, p99Ms, cpuMs } }) =>
      [Math.round(perSecond), p50Ms.toFixed(1), p99Ms.toFixed(1), cpuMs.toFixed(2)].join(' / '),
    )
    const memory = [mebibytes(ownerBytes), workerBytes === null ? '–' : mebibytes(workerBytes)]
    return `| ${[processes, ...cells, ...memory].join(' | ')} |`
  })
  const keys = (counts[0]?.operations ?? []).map(({ key }) => `(${key}) per s / p50 / p99 / CPU ms`)
  return `## Several serving processes

\`npm run bench -- --processes\`, last on ${date}: a whole \`holdfast up\`, ${clients} clients, JSON-2. CPU is that of all of its processes without
PostgreSQL. On a machine whose cores the load generator and PostgreSQL fill already, more processes cannot bring more; with one
process the owner serves by itself.

| processes | ${keys.join(' | ')} | owner MiB | each serving process MiB |
| ---: | ${keys.map(() => '---:').join(' | ')} | ---: | ---: |
${lines.join('\n')}
`
}

function sandboxSection(found: SandboxFigures): string {
  const rows = [['without', found.without] as const, ['with', found.with] as const].map(
    ([name, { perSecond, p50Ms, p99Ms }]) =>
      `| ${[name, Math.round(perSecond), p50Ms.toFixed(2), p99Ms.toFixed(2)].join(' | ')} |`,
  )
  return `## Hostile scripts beside other tenants

\`npm run bench -- --sandbox\`, last on ${found.date}: operation (a) at ${found.clients} clients on one tenant, without and with ${found.scripts} scripts of another
that never end, always under way; ${found.rounds} rounds of each in turn, ${found.ended.toLocaleString('en')} scripts ended. The p99 with them is ${found.p99Ratio.toFixed(2)} times that
without, median of the rounds. Their processes are few and run at a lower priority, so what they take is what nobody else asks for.
A script that adds two numbers takes ${found.warmMs.toFixed(1)} ms in a warm process; the first, which starts it, ${found.firstMs.toFixed(0)} ms.

| hostile scripts | per s | p50 ms | p99 ms |
| --- | ---: | ---: | ---: |
${rows.join('\n')}
`
}

function auditSection({ date, records, rounds, rows }: AuditFigures): string {
  const lines = rows.map(({ work, offMs, onMs, ratio, from, to }) => {
    const times = [offMs, onMs].map((ms) => ms.toFixed(1))
    return `| ${[work, ...times, ratio.toFixed(2), `${from.toFixed(2)} – ${to.toFixed(2)}`].join(' | ')} |`
  })
  return `## What the audit log costs a writer

\`npm run bench -- --audit\`, last on ${date}: ${records.toLocaleString('en')} contacts, written in this process with the changes of the model recorded
(who, when, from where, old and new values) and not recorded, in turn on one database; ${rounds} rounds of each. The ratio is the
median of the rounds' own. Aim for a batch: 1.15. Sealing runs afterwards, in the background.

| work | not recorded, ms | recorded, ms | ratio | middle half of the rounds |
| --- | ---: | ---: | ---: | ---: |
${lines.join('\n')}
`
}

function idleSection(figures: IdleFigures): string {
  const { tenants, instances, firstRequest } = figures
  const each = instances.pssBytes === null ? null : instances.pssBytes / instances.count
  const kibibytes = (bytes: number) => `${(bytes / 1024).toFixed(1)} KiB`
  return `## Tenants that nobody uses

\`npm run bench -- --idle ${tenants}\`, last on ${figures.date}: ${tenants.toLocaleString('en')} tenants with the sales application in one home.

${list([
  each === null
    ? 'memory of an idle tenant with its instance: not told by this system'
    : `an idle tenant, awake: ${mebibytes(each)} MiB with its instance (aim 10, ${each <= 10 * 2 ** 20 ? 'reached' : 'not reached'}; PSS of ${instances.processes.toLocaleString('en')} processes of ${instances.count.toLocaleString('en')} instances), the server's process ${mebibytes(figures.serverRssBytes)} MiB for all`,
  `a tenant asleep: ${kibibytes(figures.asleepHeapBytes)} of the server's memory after it was used, ${kibibytes(figures.untouchedHeapBytes)} when it was not since the start (aim 100, ${figures.asleepHeapBytes <= 100 * 1024 ? 'reached' : 'not reached'}); no process, no connection`,
  `first request to a tenant that sleeps: p50 ${firstRequest.p50Ms.toFixed(0)} ms, p95 ${firstRequest.p95Ms.toFixed(0)} ms of ${firstRequest.count} (aim 1 000, ${firstRequest.p95Ms <= 1_000 ? 'reached' : 'not reached'})`,
  `all the others awake, four at a time: ${(figures.wakeAllMs / 1000).toFixed(0)} s`,
  `making one: ${figures.createMs.toFixed(0)} ms (median); on disk ${mebibytes(figures.diskBytes)} MiB each`,
])}
`
}

function list(lines: readonly string[]): string {
  return lines.map((line) => `- ${line}`).join('\n')
}

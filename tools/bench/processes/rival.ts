/**
 * The hand-written handler: Node's `http` and `pg` with named statements and nothing between them. It checks no
 * credential and no argument; whoever calls says which operation and which values by path and body.
 */

import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import pg from 'pg'
import { answerParent } from './child.ts'
import type { Question, RivalPlan } from './protocol.ts'

const pool = new pg.Pool({
  ...(JSON.parse(process.env['BENCH_DATABASE'] ?? '{}') as pg.PoolConfig),
  max: 4,
  options: '-c TimeZone=UTC -c DateStyle=ISO',
})
const plans = new Map<string, RivalPlan>()

const server = createServer({ noDelay: true }, async (request, response) => {
  try {
    const body = JSON.parse(await text(request)) as { readonly id?: unknown; readonly arguments: readonly unknown[] }
    const result = await run(plans.get(request.url ?? '') as RivalPlan, body.arguments)
    const out = body.id === undefined ? result : `{"jsonrpc":"2.0","id":${body.id},"result":${result}}`
    response.writeHead(200, {
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Length': Buffer.byteLength(out),
    })
    response.end(out)
  } catch (error) {
    console.error(request.url, error)
    response.writeHead(500, { 'Content-Length': 0 }).end()
  }
})

function text(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => resolve((chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)).toString()))
    request.on('error', reject)
  })
}

async function run(plan: RivalPlan, given: readonly unknown[]): Promise<string> {
  let values = plan.values as unknown[]
  if (plan.slots.length > 0) {
    values = [...values]
    plan.slots.forEach((place, i) => {
      const value = given[i]
      values[place] = value !== null && typeof value === 'object' ? JSON.stringify(value) : value
    })
  }
  const { rows } = await pool.query<{ id: number; json: string; n: number }>({
    // A statement with a pattern is planned for its value, as ours is: its kept plan is ten times slower.
    ...(/LIKE \$\d/.test(plan.text) ? {} : { name: plan.path }),
    text: plan.text,
    values,
  })
  if (plan.answer === 'json') return rows[0]?.json ?? '[]'
  if (plan.answer === 'count') return String(rows[0]?.n)
  if (rows.length === 0) throw new Error('nothing was changed')
  return plan.answer === 'true' ? 'true' : JSON.stringify(rows.map((row) => row.id))
}

function answer(question: Question): unknown {
  if (question.ask === 'usage') {
    const { user, system } = process.cpuUsage()
    return { cpuUs: user + system, rssBytes: process.memoryUsage.rss(), statements: 0 }
  }
  if (question.ask !== 'load-plans') throw new TypeError(`The rival does not know ${question.ask}.`)
  for (const plan of question.plans) plans.set(plan.path, plan)
  return null
}

await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
answerParent({ port: (server.address() as AddressInfo).port }, answer, async () => {
  server.closeAllConnections()
  await pool.end()
})

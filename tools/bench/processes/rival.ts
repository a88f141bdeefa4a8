/**
 * The hand-written handler: Node's `http` and `pg` with named statements and nothing between them. It checks no
 * credential and no argument; whoever calls says which operation and which values by path and body.
 */

import { pbkdf2, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import pg from 'pg'
import { methodResponse } from '../load/xml-rpc.ts'
import { answerParent } from './child.ts'
import type { DatabaseFacts, Question, RivalPlan } from './protocol.ts'

interface Call {
  readonly protocol: string
  readonly id: number
  readonly database: number
  readonly arguments: readonly unknown[]
}

interface Row {
  readonly id: number
  readonly json: string
  readonly n: number
  readonly password: string
}

const derive = promisify(pbkdf2)
const plans = new Map<string, RivalPlan>()
let pools: pg.Pool[] = []

const server = createServer({ noDelay: true }, async (request, response) => {
  try {
    const plan = plans.get(request.url ?? '') as RivalPlan
    if (plan.answer === 'page') return send(response, 'text/html', plan.text)
    const call = JSON.parse(await text(request)) as Call
    const result = await run(plan, call)
    if (call.protocol === 'XML-RPC') return send(response, 'text/xml', methodResponse(JSON.parse(result)))
    send(
      response,
      'application/json',
      call.protocol === 'JSON-RPC' ? `{"jsonrpc":"2.0","id":${call.id},"result":${result}}` : result,
    )
  } catch (error) {
    console.error(request.url, error)
    response.writeHead(500, { 'Content-Length': 0 }).end()
  }
})

function send(response: import('node:http').ServerResponse, type: string, body: string): void {
  response.writeHead(200, { 'Content-Type': `${type}; charset=utf-8`, 'Content-Length': Buffer.byteLength(body) })
  response.end(body)
}

function text(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => resolve((chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)).toString()))
    request.on('error', reject)
  })
}

async function run(plan: RivalPlan, call: Call): Promise<string> {
  let values = plan.values as unknown[]
  if (plan.slots.length > 0) {
    values = [...values]
    plan.slots.forEach((place, i) => {
      const value = call.arguments[i]
      values[place] = value !== null && typeof value === 'object' ? JSON.stringify(value) : value
    })
  }
  const { rows } = await (pools[call.database] as pg.Pool).query<Row>({
    // A statement with a pattern is planned for its value, as ours is: its kept plan is ten times slower.
    ...(/LIKE \$\d/.test(plan.text) ? {} : { name: plan.path }),
    text: plan.text,
    values,
  })
  if (plan.answer === 'json') return rows[0]?.json ?? '[]'
  if (plan.answer === 'count') return String(rows[0]?.n)
  if (plan.answer === 'password') return await checkPassword(rows[0], call.arguments[1])
  if (rows.length === 0) throw new Error('nothing was changed')
  return plan.answer === 'true' ? 'true' : JSON.stringify(rows.map((row) => row.id))
}

// The same function with the same number of rounds as in the stored hash; no throttle, and no bound to how many run at once.
async function checkPassword(row: Row | undefined, password: unknown): Promise<string> {
  const [, , rounds, salt, key] = (row?.password ?? '').split('$')
  const bytes = (part = '') => Buffer.from(part.replaceAll('.', '+'), 'base64')
  const made = await derive(String(password), bytes(salt), Number(rounds), 64, 'sha512')
  return timingSafeEqual(made, bytes(key)) ? String(row?.id) : 'false'
}

async function useDatabases(databases: readonly DatabaseFacts[]): Promise<void> {
  await Promise.all(pools.map((pool) => pool.end()))
  const options = '-c TimeZone=UTC -c DateStyle=ISO'
  pools = databases.map((database) => new pg.Pool({ ...database, max: 4, options }))
}

async function answer(question: Question): Promise<unknown> {
  switch (question.ask) {
    case 'usage': {
      const { user, system } = process.cpuUsage()
      return { cpuUs: user + system, rssBytes: process.memoryUsage.rss(), statements: 0 }
    }
    case 'load-plans':
      for (const plan of question.plans) plans.set(plan.path, plan)
      return null
    case 'use-databases':
      return useDatabases(question.databases)
    default:
      throw new TypeError(`The rival does not know ${question.ask}.`)
  }
}

await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
answerParent({ port: (server.address() as AddressInfo).port }, answer, async () => {
  server.closeAllConnections()
  await useDatabases([])
})

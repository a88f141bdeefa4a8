/** Makes the handler's plans and checks that both sides give and leave the same, before anything is measured. */

import { isDeepStrictEqual } from 'node:util'
import pg from 'pg'
import type { Prepared } from '../data/prepare.ts'
import { Connection } from '../load/connection.ts'
import { resultOf, rivalPath, rivalSide, serverSide } from '../load/sides.ts'
import type { Child } from '../processes/child.ts'
import type { DatabaseFacts } from '../processes/protocol.ts'
import type { SentStatement } from '../processes/statements.ts'
import type { Comparison, Operation, Protocol } from './operation.ts'

/** The data and the two processes that are compared on it. */
export interface Contest {
  readonly data: Prepared
  readonly server: Child
  readonly rival: Child
}

/** Lets the handler into the databases of the tenants. */
export async function admitRival({ data, server, rival }: Contest): Promise<void> {
  const databases: DatabaseFacts[] = []
  for (const tenant of data.tenants) databases.push((await server.ask({ ask: 'database', tenant })) as DatabaseFacts)
  await rival.ask({ ask: 'use-databases', databases })
}

/** @throws Error when the two sides differ, with what differs: the comparison would be worth nothing */
export async function prepareRival(operation: Operation, { data, server, rival }: Contest): Promise<void> {
  const toServer = await Connection.open(server.ready.port)
  const toRival = await Connection.open(rival.ready.port)
  const first = operation.protocols[0] as Protocol
  try {
    // The first call may read rights and models; the second sends what every later one does.
    await serverSide(operation, first, data)(toServer, 0)
    await server.ask({ ask: 'capture' })
    const served = resultOf(await serverSide(operation, first, data)(toServer, 0))
    const sent = (await server.ask({ ask: 'captured' })) as SentStatement[]
    const plan = { ...operation.rivalPlan(data, sent, served), path: rivalPath(operation) }
    await rival.ask({ ask: 'load-plans', plans: [plan] })
    const rivals = resultOf(await rivalSide(operation, first, data)(toRival, 0))
    const { compare } = operation
    if (compare !== undefined) {
      // The last call of an operation may say only that it worked; the newest row but the handler's is then the server's.
      const database = (await server.ask({ ask: 'database', tenant: data.tenants[0] as string })) as DatabaseFacts
      await query(database, async (client) => {
        const own = Array.isArray(served) ? idOf(served) : await newestBefore(client, compare, idOf(rivals))
        assertSame(operation, await readRows(client, compare, own), await readRows(client, compare, idOf(rivals)))
      })
      return
    }
    if (operation.recordsPerCall > 1) return
    assertSame(operation, served, rivals)
    for (const protocol of operation.protocols.slice(1)) {
      const [ours, theirs] = await Promise.all([
        serverSide(operation, protocol, data)(toServer, 0),
        rivalSide(operation, protocol, data)(toRival, 0),
      ])
      assertSame(operation, resultOf(ours), resultOf(theirs))
    }
  } finally {
    toServer.close()
    toRival.close()
  }
}

function idOf(ids: unknown): number {
  return (ids as readonly number[])[0] as number
}

function assertSame(operation: Operation, served: unknown, rivals: unknown): void {
  if (isDeepStrictEqual(served, rivals)) return
  throw new Error(
    `(${operation.key}) the hand-written handler does something else than the server:\n  server  ${JSON.stringify(served).slice(0, 3_000)}\n  handler ${JSON.stringify(rivals).slice(0, 3_000)}`,
  )
}

async function readRows(client: pg.Client, compare: Comparison, id: number): Promise<unknown> {
  const dropped = ['id', 'create_date', 'write_date']
  const head = await client.query(
    `SELECT to_jsonb(t) - $2::text[] AS row, ARRAY(SELECT (to_jsonb(t)->>c)::int = t.id FROM unnest($3::text[]) c) AS own FROM ${pg.escapeIdentifier(compare.table)} t WHERE id = $1`,
    [id, [...dropped, ...compare.ignore, ...compare.ownId], compare.ownId],
  )
  const { lines } = compare
  if (lines === undefined) return head.rows
  const rest = await client.query(
    `SELECT to_jsonb(t) - $2::text[] AS row FROM ${pg.escapeIdentifier(lines.table)} t WHERE ${pg.escapeIdentifier(lines.link)} = $1 ORDER BY id`,
    [id, [...dropped, ...lines.ignore]],
  )
  return [...head.rows, ...rest.rows]
}

async function newestBefore(client: pg.Client, compare: Comparison, id: number): Promise<number> {
  const { rows } = await client.query<{ id: number }>(
    `SELECT max(id) AS id FROM ${pg.escapeIdentifier(compare.table)} WHERE id < $1`,
    [id],
  )
  return rows[0]?.id ?? 0
}

async function query<T>(database: DatabaseFacts, run: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ ...database })
  await client.connect()
  try {
    return await run(client)
  } finally {
    await client.end()
  }
}

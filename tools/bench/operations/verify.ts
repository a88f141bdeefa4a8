/** Makes the handler's plans and checks that both sides give and leave the same, before anything is measured. */

import { isDeepStrictEqual } from 'node:util'
import pg from 'pg'
import type { Prepared } from '../data/prepare.ts'
import { Connection } from '../load/connection.ts'
import { resultOf, rivalPath, rivalSide, serverSide } from '../load/sides.ts'
import type { Child } from '../processes/child.ts'
import type { SentStatement } from '../processes/statements.ts'
import type { Comparison, Operation } from './operation.ts'

/** @throws Error when the two sides differ, with what differs: the comparison would be worth nothing */
export async function prepareRival(
  operation: Operation,
  { data, server, rival }: { readonly data: Prepared; readonly server: Child; readonly rival: Child },
): Promise<void> {
  const toServer = await Connection.open(server.ready.port)
  const toRival = await Connection.open(rival.ready.port)
  try {
    const ours = serverSide(operation, 'JSON-2', data)
    await ours(toServer, 0)
    await server.ask({ ask: 'capture' })
    const served = resultOf(await ours(toServer, 0))
    const sent = (await server.ask({ ask: 'captured' })) as SentStatement[]
    const plan = { ...operation.rivalPlan(data, sent), path: rivalPath(operation) }
    await rival.ask({ ask: 'load-plans', plans: [plan] })
    const rivals = resultOf(await rivalSide(operation, 'JSON-2', data)(toRival, 0))
    const { compare } = operation
    if (compare === undefined) {
      if (operation.recordsPerCall === 1) assertSame(operation, served, rivals)
      return
    }
    // The last call of an operation may say only that it worked; the newest row is then the server's.
    const rows = await readRows(server, compare, idOf(rivals))
    const own = await readRows(
      server,
      compare,
      Array.isArray(served) ? idOf(served) : await newestBefore(server, compare, idOf(rivals)),
    )
    assertSame(operation, own, rows)
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

async function readRows(server: Child, compare: Comparison, id: number): Promise<unknown> {
  return query(server, async (client) => {
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
  })
}

function newestBefore(server: Child, compare: Comparison, id: number): Promise<number> {
  return query(server, async (client) => {
    const { rows } = await client.query<{ id: number }>(
      `SELECT max(id) AS id FROM ${pg.escapeIdentifier(compare.table)} WHERE id < $1`,
      [id],
    )
    return rows[0]?.id ?? 0
  })
}

async function query<T>(server: Child, run: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ ...server.ready.database })
  await client.connect()
  try {
    return await run(client)
  } finally {
    await client.end()
  }
}

/** Roots and proofs from the hashes that a database keeps: a handful of rows each, however large the log is. */

import { ServerError } from '../../errors.ts'
import { type Queryable, sql } from '../../sql/index.ts'
import { consistencyRanges, type Frontier, fold, inclusionRanges, type NodeId, nodesOf, type Range } from './ranges.ts'

/** What appending to the tree of that size needs. */
export async function frontierOf(db: Queryable, size: number): Promise<Frontier> {
  const nodes = nodesOf({ from: 0, to: size })
  const read = await readNodes(db, nodes)
  return { size, hashes: nodes.map(read) }
}

/** The root of the tree of that size. @throws ServerError ERR_AUDIT_DAMAGED when hashes are missing */
export async function rootOf(db: Queryable, size: number): Promise<Buffer> {
  return fold((await frontierOf(db, size)).hashes)
}

/** The audit path of an entry. @param size of the tree in which it is proven, above `index` */
export function inclusionProof(db: Queryable, index: number, size: number): Promise<Buffer[]> {
  return hashesOf(db, inclusionRanges(index, size))
}

/** The proof that the tree of `size` continues that of `older`. */
export function consistencyProof(db: Queryable, older: number, size: number): Promise<Buffer[]> {
  return hashesOf(db, older === 0 ? [] : consistencyRanges(older, size))
}

/** The hashes of the entries from `from` to before `to`. @throws ServerError ERR_AUDIT_DAMAGED when one is missing */
export async function leafHashes(db: Queryable, from: number, to: number): Promise<Buffer[]> {
  const rows = await db.query<{ hash: Buffer }>(
    sql`SELECT hash FROM hf_audit_leaf WHERE id > ${from} AND id <= ${to} ORDER BY id`,
  )
  if (rows.length !== to - from) throw damaged({ from, to })
  return rows.map(({ hash }) => hash)
}

async function hashesOf(db: Queryable, ranges: readonly Range[]): Promise<Buffer[]> {
  const parts = ranges.map(nodesOf)
  const read = await readNodes(db, parts.flat())
  return parts.map((nodes) => fold(nodes.map(read)))
}

async function readNodes(db: Queryable, nodes: readonly NodeId[]): Promise<(node: NodeId) => Buffer> {
  const leaves = nodes.filter(({ level }) => level === 0)
  const inner = nodes.filter(({ level }) => level > 0)
  const rows = await db.query<{ level: number; index: number; hash: Buffer }>(sql`
    SELECT 0 AS level, id - 1 AS index, hash FROM hf_audit_leaf WHERE id = ANY(${leaves.map(({ index }) => index + 1)}::int4[])
    UNION ALL SELECT n.level, n.index, n.hash FROM unnest(${inner.map(({ level }) => level)}::int2[], ${inner.map(({ index }) => index)}::int4[]) AS w (level, index)
    JOIN hf_audit_node n ON n.level = w.level AND n.index = w.index`)
  const known = new Map(rows.map(({ level, index, hash }) => [`${level} ${index}`, hash]))
  return ({ level, index }) => {
    const hash = known.get(`${level} ${index}`)
    if (hash === undefined) throw damaged({ level, index })
    return hash
  }
}

function damaged(detail: Readonly<Record<string, unknown>>): ServerError {
  return new ServerError(
    'ERR_AUDIT_DAMAGED',
    `The audit log lacks hashes that its proofs need; 'holdfast audit verify' says where.`,
    { detail },
  )
}

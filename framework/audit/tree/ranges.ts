/** Which stored hashes a root or proof is made of. Level 0 are the entries; a node is stored once its subtree is whole. */

import { EMPTY_ROOT, nodeHash } from './hash.ts'

export interface NodeId {
  readonly level: number
  readonly index: number
}

/** The entries from `from` to before `to`, a subtree as RFC 6962 splits them: `from` is a multiple of a power of two ≥ its size. */
export interface Range {
  readonly from: number
  readonly to: number
}

/** A tree that grows, as the hashes of its whole subtrees from the left, largest first: all that appending needs. */
export interface Frontier {
  readonly size: number
  readonly hashes: readonly Buffer[]
}

export const EMPTY_FRONTIER: Frontier = { size: 0, hashes: [] }

/** Largest power of two below n. @param n at least 2 */
function split(n: number): number {
  return 2 ** (31 - Math.clz32(n - 1))
}

/** The whole subtrees that a range consists of, from the left. */
export function nodesOf({ from, to }: Range): NodeId[] {
  const nodes: NodeId[] = []
  for (let at = from; at < to; ) {
    const level = 31 - Math.clz32(to - at)
    nodes.push({ level, index: at / 2 ** level })
    at += 2 ** level
  }
  return nodes
}

/** The hash of a range from those of its whole subtrees, from the left. */
export function fold(hashes: readonly Buffer[]): Buffer {
  return hashes.length === 0 ? EMPTY_ROOT : hashes.reduceRight((right, left) => nodeHash(left, right))
}

/** RFC 6962 §2.1.1: the audit path of entry `index` in the tree of `size`. */
export function inclusionRanges(index: number, size: number): Range[] {
  const path = (from: number, to: number): Range[] => {
    if (to - from <= 1) return []
    const middle = from + split(to - from)
    return index < middle ? [...path(from, middle), { from: middle, to }] : [...path(middle, to), { from, to: middle }]
  }
  return path(0, size)
}

/** RFC 6962 §2.1.2: the proof that the tree of `size` continues the one of `older`. @param older at least 1, at most `size` */
export function consistencyRanges(older: number, size: number): Range[] {
  const proof = (from: number, to: number, isWhole: boolean): Range[] => {
    if (older === to) return isWhole ? [] : [{ from, to }]
    const middle = from + split(to - from)
    return older <= middle
      ? [...proof(from, middle, isWhole), { from: middle, to }]
      : [...proof(middle, to, false), { from, to: middle }]
  }
  return proof(0, size, true)
}

/** Appends entries' hashes. @returns the grown tree and every subtree that became whole, entries themselves left out */
export function append(
  tree: Frontier,
  leaves: readonly Buffer[],
): { readonly tree: Frontier; readonly nodes: readonly (NodeId & { readonly hash: Buffer })[] } {
  const hashes = [...tree.hashes]
  const nodes: (NodeId & { readonly hash: Buffer })[] = []
  let size = tree.size
  for (const leaf of leaves) {
    let hash = leaf
    // As many trailing ones as the old size has in binary, so many subtrees become whole.
    for (let level = 1, rest = size; rest % 2 === 1; level++, rest = (rest - 1) / 2) {
      hash = nodeHash(hashes.pop() as Buffer, hash)
      nodes.push({ level, index: Math.floor(size / 2 ** level), hash })
    }
    hashes.push(hash)
    size++
  }
  return { tree: { size, hashes }, nodes }
}

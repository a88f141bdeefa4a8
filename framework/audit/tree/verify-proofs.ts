/** Checks of proofs, written after RFC 9162 §2.1.3.2 and §2.1.4.2 and apart from the code that makes them. */

import { HASH_BYTES, nodeHash } from './hash.ts'

/** Whether `proof` shows that the entry with that hash is number `index` of the tree with that size and root. */
export function isIncluded(
  leaf: Uint8Array,
  index: number,
  size: number,
  root: Uint8Array,
  proof: readonly Uint8Array[],
): boolean {
  if (!isCount(index) || !isCount(size) || index >= size || !proof.every(isHash)) return false
  let [fn, sn] = [index, size - 1]
  let hash = leaf
  for (const part of proof) {
    if (sn === 0) return false
    if (fn % 2 === 1 || fn === sn) {
      hash = nodeHash(part, hash)
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [fn / 2, Math.floor(sn / 2)]
    } else hash = nodeHash(hash, part)
    ;[fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)]
  }
  return sn === 0 && Buffer.compare(hash, root) === 0
}

/** Whether `proof` shows that the tree of the second size and root only adds to the first. A tree without entries is in every one. */
export function isConsistent(
  older: number,
  olderRoot: Uint8Array,
  size: number,
  root: Uint8Array,
  proof: readonly Uint8Array[],
): boolean {
  if (!isCount(older) || !isCount(size) || older > size || !proof.every(isHash)) return false
  if (older === 0) return proof.length === 0
  if (older === size) return proof.length === 0 && Buffer.compare(olderRoot, root) === 0
  const path = isPowerOfTwo(older) ? [olderRoot, ...proof] : [...proof]
  const first = path.shift()
  if (first === undefined) return false
  let [fn, sn] = [older - 1, size - 1]
  while (fn % 2 === 1) [fn, sn] = [(fn - 1) / 2, Math.floor(sn / 2)]
  let [fr, sr] = [first, first]
  for (const part of path) {
    if (sn === 0) return false
    if (fn % 2 === 1 || fn === sn) {
      fr = nodeHash(part, fr)
      sr = nodeHash(part, sr)
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [fn / 2, Math.floor(sn / 2)]
    } else sr = nodeHash(sr, part)
    ;[fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)]
  }
  return sn === 0 && Buffer.compare(fr, olderRoot) === 0 && Buffer.compare(sr, root) === 0
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}

function isHash(part: Uint8Array): boolean {
  return part.length === HASH_BYTES
}

function isPowerOfTwo(n: number): boolean {
  return Number.isInteger(Math.log2(n))
}

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import { EMPTY_ROOT, leafHash, nodeHash } from './hash.ts'
import { append, consistencyRanges, EMPTY_FRONTIER, fold, inclusionRanges, nodesOf, type Range } from './ranges.ts'
import { isConsistent, isIncluded } from './verify-proofs.ts'

// RFC 6962 §2.1, word by word and without anything of ours: the oracle.
function naiveRoot(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return EMPTY_ROOT
  if (leaves.length === 1) return leaves[0] as Buffer
  let k = 1
  while (k * 2 < leaves.length) k *= 2
  return nodeHash(naiveRoot(leaves.slice(0, k)), naiveRoot(leaves.slice(k)))
}

const leaves = Array.from({ length: 70 }, (_, i) => leafHash(`entry ${i}`))
const stored = new Map<string, Buffer>(leaves.map((leaf, i) => [`0 ${i}`, leaf]))
for (const { level, index, hash } of append(EMPTY_FRONTIER, leaves).nodes) stored.set(`${level} ${index}`, hash)
const hashOf = (range: Range) =>
  fold(nodesOf(range).map(({ level, index }) => stored.get(`${level} ${index}`) as Buffer))
const root = (size: number) => hashOf({ from: 0, to: size })

describe('the tree of RFC 6962', () => {
  it('has the roots of the published test vectors of Certificate Transparency', () => {
    const inputs = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f']
    const { tree } = append(
      EMPTY_FRONTIER,
      inputs.map((hex) => leafHash(Buffer.from(hex, 'hex'))),
    )
    assert.equal(fold(tree.hashes).toString('hex'), '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328')
    assert.equal(EMPTY_ROOT.toString('hex'), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
  })

  it('gives the same root however it has grown', () => {
    for (let size = 0; size <= leaves.length; size++) {
      const expected = naiveRoot(leaves.slice(0, size))
      assert.deepEqual(root(size), expected)
      const half = append(EMPTY_FRONTIER, leaves.slice(0, size >> 1)).tree
      assert.deepEqual(fold(append(half, leaves.slice(size >> 1, size)).tree.hashes), expected)
    }
  })

  it('proves every entry in every tree, and no other entry, place, size or root', () => {
    for (let size = 1; size <= 40; size++) {
      for (let index = 0; index < size; index++) {
        const proof = inclusionRanges(index, size).map(hashOf)
        const leaf = leaves[index] as Buffer
        assert.ok(isIncluded(leaf, index, size, root(size), proof))
        assert.ok(!isIncluded(leafHash('other'), index, size, root(size), proof))
        if (size > 1) assert.ok(!isIncluded(leaf, (index + 1) % size, size, root(size), proof))
        assert.ok(!isIncluded(leaf, index, size, root(size + 1), proof))
        assert.ok(!isIncluded(leaf, index, size, root(size), [...proof, randomBytes(32)]))
        if (proof.length > 0) assert.ok(!isIncluded(leaf, index, size, root(size), proof.slice(1)))
      }
    }
  })

  it('proves that every tree continues every earlier one, and no other one', () => {
    for (let size = 1; size <= 40; size++) {
      for (let older = 1; older <= size; older++) {
        const proof = consistencyRanges(older, size).map(hashOf)
        assert.ok(isConsistent(older, root(older), size, root(size), proof))
        assert.ok(!isConsistent(older, randomBytes(32), size, root(size), proof))
        assert.ok(!isConsistent(older, root(older), size, randomBytes(32), proof))
        if (older < size) {
          assert.ok(!isConsistent(size, root(size), older, root(older), proof), 'a tree does not shrink')
          assert.ok(!isConsistent(older, root(older), size, root(size), proof.slice(0, -1)))
        }
      }
    }
  })
})

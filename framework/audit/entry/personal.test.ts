import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { it } from 'node:test'
import { openPart, sealPart } from './personal.ts'

it('a personal part opens with its key at its place, and nowhere else', () => {
  const key = { id: 'k', key: randomBytes(32) }
  const place = { log: 'a', index: 7, part: 0 }
  const sealed = sealPart({ name: 'Käthe' }, key, place)
  assert.deepEqual(openPart(sealed, key, place), { value: { name: 'Käthe' } })
  assert.notEqual(sealPart({ name: 'Käthe' }, key, place), sealed)
  for (const other of [
    { ...place, log: 'b' },
    { ...place, index: 8 },
    { ...place, part: 1 },
  ])
    assert.equal(openPart(sealed, key, other), null)
  assert.equal(openPart(sealed, { id: 'k', key: randomBytes(32) }, place), null)
  const bytes = Buffer.from(sealed, 'base64')
  bytes[20] = (bytes[20] ?? 0) ^ 1
  assert.equal(openPart(bytes.toString('base64'), key, place), null)
  assert.equal(openPart('AAAA', key, place), null)
})

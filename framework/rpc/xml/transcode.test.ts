import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { transcode } from './transcode.ts'
import { writeResult } from './write.ts'

const doubles = new Set(['amount', 'a"b'])
const whole = (json: string) => [...transcode(json, doubles)].join('')

test('JSON text becomes what its values are written as', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('<&>', '\\', '"', '\u0000', '\r\n\t', '", "x": ['),
  )
  const names = fc.oneof(fc.constantFrom('amount', 'a"b', 'name', ''), fc.string({ unit: 'grapheme' }))
  const values = fc.letrec((tie) => ({
    any: fc.oneof(
      { depthSize: 'small' },
      texts,
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      tie('list'),
      tie('object'),
    ),
    list: fc.array(tie('any'), { maxLength: 5 }),
    object: fc.dictionary(names, tie('any'), { maxKeys: 5 }),
  })).any
  fc.assert(
    fc.property(values, fc.constantFrom(undefined, 2), (value, indent) => {
      fc.pre(value !== null)
      const json = JSON.stringify(value, null, indent)
      assert.equal(whole(json), writeResult(JSON.parse(json), doubles))
    }),
    { numRuns: 2_000 },
  )
})

test('the spacing of PostgreSQL’s own JSON is read, and numbers in every form', () => {
  const json = '[{"id":1,"amount":10, "n" : [1, "a"], "x":-1.5e-7},\n {"id":2,"amount":0,"n":[],"x":12345678901}]'
  assert.equal(whole(json), writeResult(JSON.parse(json), doubles))
})

test('a large answer comes in many pieces, none of them much larger than the others', () => {
  const rows = Array.from({ length: 20_000 }, (_, id) => ({ id, name: `Partner ${id}`, amount: id / 4, tags: [1, 2] }))
  const pieces = [...transcode(JSON.stringify(rows), doubles)]
  assert.ok(pieces.length > 20)
  assert.ok(pieces.every(({ length }) => length < 100_000))
})

test('a text that is cut off is refused instead of sent', () => {
  assert.throws(() => whole('["abc'), SyntaxError)
})

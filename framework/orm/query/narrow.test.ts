import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { narrower } from './narrow.ts'

describe('a record that several computed fields share', () => {
  const row = { id: 1, parent_id: { id: 7, name: 'Top' }, lines: [{ id: 3, tax: { id: 9, rate: 1 } }], name: 'x' }

  it('shows a relation as its id to the field that asked for the relation only', () => {
    const shape = narrower(['parent_id', 'name'], ['parent_id', 'name', 'parent_id.name'])
    assert.deepEqual(shape(row), { ...row, parent_id: 7 })
  })

  it('does so below other relations, too', () => {
    const shape = narrower(['lines.tax'], ['lines.tax', 'lines.tax.rate'])
    assert.deepEqual(shape(row), { ...row, lines: [{ id: 3, tax: 9 }] })
  })

  it('stays as it is for a field that goes through the relation itself', () => {
    assert.equal(narrower(['parent_id', 'parent_id.name'], ['parent_id', 'parent_id.name'])(row), row)
  })
})

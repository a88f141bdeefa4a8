import assert from 'node:assert/strict'
import { test } from 'node:test'
import { empty, type Sql, sql } from './fragment.ts'
import { hole, Template } from './template.ts'

test('a filled template is the statement that would have been written at once', () => {
  const template = new Template(sql`SELECT ${1} WHERE ${hole()} ORDER BY ${hole()}${hole()} OFFSET ${2}`)
  const once = (where: Sql, order: Sql, limit: Sql) =>
    sql`SELECT ${1} WHERE ${where} ORDER BY ${order}${limit} OFFSET ${2}`
  const cases: [Sql, Sql, Sql][] = [
    [sql`a = ${3} AND b = ${4}`, sql`c`, empty],
    [sql`TRUE`, sql`f(${5})`, sql` LIMIT ${6}`],
    [sql`a = ${'x'} AND b = ${null}`, sql`c`, empty],
  ]
  for (const fillings of [...cases, ...cases])
    assert.deepEqual(template.fill(...fillings).compile(), once(...fillings).compile())
})

test('fillings whose values stand in different places never share a text', () => {
  const template = new Template(sql`${hole()}|${hole()}`)
  const first = template.fill(sql`a${1}`, sql`x`).compile().text
  assert.notEqual(template.fill(sql`a`, sql`${1}x`).compile().text, first)
  assert.notEqual(template.fill(sql`a`, sql`x`).compile().text, first)
  assert.equal(template.fill(sql`a${2}`, sql`x`).compile().text, first)
})

test('a template refuses another number of fillings, and a hole that nobody filled never reaches the server', () => {
  const template = new Template(sql`SELECT ${hole()}`)
  assert.throws(() => template.fill(), TypeError)
  assert.throws(() => template.fill(empty, empty), TypeError)
  const [value] = sql`SELECT ${hole()}`.values
  assert.throws(() => (value as unknown as { toPostgres(): unknown }).toPostgres(), TypeError)
})

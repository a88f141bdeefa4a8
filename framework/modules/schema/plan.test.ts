import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ActualSchema } from './catalog.ts'
import type { WantedSchema } from './desired.ts'
import { planSchema } from './plan.ts'

const table = (
  columns: Readonly<Record<string, { type: string; required?: boolean; was?: string }>>,
): WantedSchema => ({
  tables: [
    {
      name: 'toy',
      model: 'toy',
      link: undefined,
      columns: Object.entries(columns).map(([name, c]) => ({
        name,
        type: c.type,
        required: c.required === true,
        was: c.was,
        field: `toy.${name}`,
      })),
    },
  ],
  foreignKeys: [],
  constraints: [],
  indexes: [],
})
const actual = (columns: Readonly<Record<string, string>>): ActualSchema => ({
  tables: new Map([['toy', new Map(Object.entries(columns).map(([name, type]) => [name, { type, required: false }]))]]),
  constraints: new Map(),
  indexes: new Set(),
})
const texts = (wanted: WantedSchema, there: ActualSchema) =>
  planSchema(wanted, there).tables.map((statement) => statement.compile().text)

describe('the plan of a schema change', () => {
  it('is empty when the database is up to date', () => {
    const plan = planSchema(table({ name: { type: 'varchar' } }), actual({ id: 'int4', name: 'varchar' }))
    assert.deepEqual([plan.tables, plan.keys, plan.required, plan.refusals], [[], [], [], []])
  })

  it('renames the column of a renamed field and never drops one', () => {
    assert.deepEqual(
      texts(table({ title: { type: 'varchar', was: 'name' } }), actual({ id: 'int4', name: 'varchar', other: 'text' })),
      ['ALTER TABLE "toy" RENAME COLUMN "name" TO "title"'],
    )
  })

  it('widens a column where no value is lost', () => {
    assert.deepEqual(texts(table({ n: { type: 'numeric' } }), actual({ n: 'int4' })), [
      'ALTER TABLE "toy" ALTER COLUMN "n" TYPE numeric',
    ])
  })

  for (const [from, to] of [
    ['text', 'int4'],
    ['numeric', 'int4'],
    ['timestamp', 'date'],
    ['jsonb', 'varchar'],
    ['float8', 'int4'],
    ['bytea', 'text'],
  ] as const) {
    it(`refuses to turn ${from} into ${to}`, () => {
      const plan = planSchema(table({ n: { type: to } }), actual({ n: from }))
      assert.equal(plan.refusals.length, 1)
      assert.deepEqual(plan.tables, [])
    })
  }

  it('refuses a type that no field has', () => {
    assert.throws(() => planSchema(table({ n: { type: 'int4; DROP TABLE toy' } }), actual({})), TypeError)
  })
})

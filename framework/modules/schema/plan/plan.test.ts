import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ActualSchema } from '../catalog.ts'
import type { WantedSchema } from '../desired.ts'
import type { PreviousModels } from '../previous.ts'
import { planSchema } from './plan.ts'

type Column = { type: string; required?: boolean; was?: readonly string[] }
const table = (columns: Readonly<Record<string, Column>>, was: readonly string[] = []): WantedSchema => ({
  tables: [
    {
      name: 'toy',
      model: 'toy',
      was,
      link: undefined,
      columns: Object.entries(columns).map(([name, c]) => ({
        name,
        type: c.type,
        required: c.required === true,
        was: c.was ?? [],
        field: `toy.${name}`,
        of: undefined,
      })),
    },
  ],
  foreignKeys: [],
  constraints: [],
  indexes: [],
  renamed: [],
  fields: [],
})
const actual = (columns: Readonly<Record<string, string>>, name = 'toy'): ActualSchema => ({
  tables: new Map([[name, new Map(Object.entries(columns).map(([key, type]) => [key, { type, required: false }]))]]),
  constraints: new Map(),
  indexes: new Map(),
  aside: new Set(),
})
const texts = (wanted: WantedSchema, there: ActualSchema) => {
  const { early, tables } = planSchema(wanted, there)
  return [...early, ...tables].map((statement) => statement.compile().text)
}
const toy: PreviousModels = { models: new Set(['toy']), fields: new Map() }

describe('the plan of a schema change', () => {
  it('is empty when the database is up to date', () => {
    const plan = planSchema(table({ name: { type: 'varchar' } }), actual({ id: 'int4', name: 'varchar' }), toy)
    assert.deepEqual(Object.values(plan).flat(), [])
  })

  it('renames the column of a renamed field, whichever of its earlier names is there', () => {
    assert.deepEqual(
      texts(table({ title: { type: 'varchar', was: ['label', 'name'] } }), actual({ id: 'int4', name: 'varchar' })),
      ['ALTER TABLE "toy" RENAME COLUMN "name" TO "title"'],
    )
  })

  it('renames the table of a renamed model with its key and its counter', () => {
    assert.deepEqual(texts(table({}, ['game']), actual({ id: 'int4' }, 'game')), [
      'ALTER TABLE "game" RENAME TO "toy"',
      'ALTER INDEX IF EXISTS "game_pkey" RENAME TO "toy_pkey"',
      'ALTER SEQUENCE IF EXISTS "game_id_seq" RENAME TO "toy_id_seq"',
    ])
  })

  it('names a column that no field asks for, and lets go of none where it knows only the models of people', () => {
    const there = actual({ id: 'int4', other: 'text' })
    assert.deepEqual(
      planSchema(table({}), there, toy).orphans.map(({ what }) => what),
      ['toy.other'],
    )
    assert.deepEqual(planSchema(table({}), there).orphans, [])
  })

  it('widens a column where no value is lost, without counting anything', () => {
    const plan = planSchema(table({ n: { type: 'numeric' } }), actual({ n: 'int4' }))
    assert.deepEqual(
      plan.tables.map((s) => s.compile().text),
      ['ALTER TABLE "toy" ALTER COLUMN "n" TYPE numeric'],
    )
    assert.deepEqual(plan.checks, [])
  })

  for (const [from, to] of [
    ['text', 'int4'],
    ['numeric', 'int4'],
    ['timestamp', 'date'],
    ['jsonb', 'varchar'],
    ['bytea', 'text'],
    ['bool', 'date'],
  ] as const) {
    it(`counts the values that do not fit before it turns ${from} into ${to}`, () => {
      assert.equal(planSchema(table({ n: { type: to } }), actual({ n: from })).checks.length, 1)
    })
  }

  it('refuses a type that no field has', () => {
    assert.throws(() => planSchema(table({ n: { type: 'int4; DROP TABLE toy' } }), actual({})), TypeError)
  })
})

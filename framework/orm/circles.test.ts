import assert from 'node:assert/strict'
import { test } from 'node:test'
import { buildRegistry, computed, declaring, f, fields, model } from './index.ts'

// The names of these models are no part of the type registry: they exist in this test only.
const loosely = computed as unknown as (
  model: string,
  field: string,
  paths: readonly string[],
  fn: () => number,
) => void

async function declare(
  app: string,
  paths: { readonly of: 'first' | 'second'; readonly on: readonly string[] }[],
): Promise<void> {
  await declaring(app, async () => {
    model(
      `${app}.knot`,
      fields({
        base: f.int({ label: 'Base' }),
        parent_id: f.m2o(`${app}.knot`, { label: 'Parent' }),
        first: f.int({ label: 'First', compute: true, store: true }),
        second: f.int({ label: 'Second', compute: true, store: true }),
      }) as never,
      { description: 'Knot' },
    )
    for (const { of, on } of paths) loosely(`${app}.knot`, of, on, () => 1)
  })
}

// Each record points to who made it.
await declaring('people', async () =>
  model('res.users', fields({ name: f.char({ label: 'Name' }) }) as never, { description: 'User' }),
)

test('stored fields that are computed of each other, on one record or along a relation, are refused at start by name', async () => {
  await declare('circle_here', [
    { of: 'first', on: ['second'] },
    { of: 'second', on: ['first'] },
  ])
  assert.throws(() => buildRegistry(['people', 'circle_here']), /circle_here\.knot\.(first|second) depends on itself/)
  await declare('circle_along', [
    { of: 'first', on: ['parent_id.second'] },
    { of: 'second', on: ['parent_id.first'] },
  ])
  assert.throws(() => buildRegistry(['people', 'circle_along']), /circle_along\.knot\.(first|second) depends on itself/)
})

test('a chain, and a field that depends on itself through a parent, are no circle', async () => {
  await declare('no_circle', [
    { of: 'first', on: ['base', 'parent_id.first'] },
    { of: 'second', on: ['first'] },
  ])
  assert.ok(buildRegistry(['people', 'no_circle']).models.has('no_circle.knot'))
})

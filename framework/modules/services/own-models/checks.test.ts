import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { ModelRegistry } from '../../../orm/index.ts'
import { checkNumbers, ownLimits } from './checks.ts'

const registry = (models: number, fieldsEach: number): ModelRegistry =>
  ({
    models: new Map(
      Array.from({ length: models }, (_, i) => {
        const fields = new Map(Array.from({ length: fieldsEach }, (_field, k) => [`x_${k}`, { manual: true }]))
        return [`x_${i}`, { name: `x_${i}`, fields }]
      }),
    ),
  }) as never

it('a tenant has a bounded number of own models and fields; what it has already may stay', () => {
  const none = registry(0, 0)
  checkNumbers(registry(ownLimits.models, 1), none)
  checkNumbers(registry(1, ownLimits.fieldsPerModel), none)
  for (const [models, fields] of [
    [ownLimits.models + 1, 0],
    [1, ownLimits.fieldsPerModel + 1],
    [10, ownLimits.fields / 10 + 1],
  ] as const) {
    const many = registry(models, fields)
    assert.throws(() => checkNumbers(many, none), { code: 'ERR_MODEL_QUOTA' })
    checkNumbers(many, many)
  }
})

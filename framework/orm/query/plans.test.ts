import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Env } from '../env.ts'
import { newState } from '../state.ts'
import { forgetPlans, planCount, planOf } from './plans.ts'

const state = newState()
const whose = (planKey: string | null) => ({ planKey, state }) as Env

test('a plan is made once for the same kind, shape and rights, and apart for any other', () => {
  forgetPlans()
  let made = 0
  const ask = (owner: string | null, kind: string, shape: string | null) =>
    planOf(whose(owner), kind, shape, () => ++made)
  const asked = [ask('a', 'read', 'x'), ask('b', 'read', 'x'), ask('a', 'search', 'x'), ask('a', 'read', 'y')]
  assert.deepEqual(asked, [1, 2, 3, 4])
  assert.equal(ask('a', 'read', 'x'), 1)
  assert.deepEqual([ask('a', 'read', null), ask('a', 'read', null), ask(null, 'read', 'x')], [5, 6, 7])
})

test('what fails is not kept', () => {
  forgetPlans()
  const fail = () => {
    throw new RangeError('refused')
  }
  assert.throws(() => planOf(whose('a'), 'read', 'x', fail), RangeError)
  assert.equal(
    planOf(whose('a'), 'read', 'x', () => 1),
    1,
  )
})

test('what was compiled by the time of day is not kept', () => {
  forgetPlans()
  const ask = () => planOf(whose('a'), 'read', 'x', () => ++state.clockReads)
  assert.notEqual(ask(), ask())
})

test('callers who make up a new shape with each call do not fill the memory, nor drive out what is in use', () => {
  forgetPlans()
  for (let i = 0; i < 10_000; i++) {
    planOf(whose('a'), 'read', `${i}`, () => i)
    planOf(whose('a'), 'read', 'used', () => 'once')
  }
  planOf(whose('a'), 'read', 'x'.repeat(100_000), () => 'long')
  assert.equal(planCount(), 4_000)
  assert.equal(
    planOf(whose('a'), 'read', 'used', () => 'again'),
    'once',
  )
})

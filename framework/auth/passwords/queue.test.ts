import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RateLimitError } from '../../errors.ts'
import { LaneQueue } from './queue.ts'

function held(): { promise: Promise<void>; release: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { promise, release: resolve }
}

test('work beyond the bound is refused at once and leaves the waiting work alone', async () => {
  const queue = new LaneQueue({ atOnce: 1, perLane: 2, altogether: 3 })
  const gate = held()
  const done = [queue.run('a', () => gate.promise), queue.run('a', async () => {}), queue.run('a', async () => {})]
  await assert.rejects(
    queue.run('a', async () => {}),
    (error) => error instanceof RateLimitError && error.code === 'ERR_AUTH_BUSY',
  )
  done.push(queue.run('b', async () => {}))
  await assert.rejects(
    queue.run('c', async () => {}),
    RateLimitError,
  )
  gate.release()
  await Promise.all(done)
  assert.equal(queue.waiting, 0)
})

test('never more pieces run at once than allowed, also when one throws', async () => {
  const queue = new LaneQueue({ atOnce: 2, perLane: 50, altogether: 50 })
  let running = 0
  let most = 0
  const work = async (i: number) => {
    most = Math.max(most, ++running)
    await new Promise((resolve) => setImmediate(resolve))
    running--
    if (i % 3 === 0) throw new Error('one of many')
  }
  const results = await Promise.allSettled(Array.from({ length: 20 }, (_, i) => queue.run('a', () => work(i))))
  assert.equal(results.filter((result) => result.status === 'rejected').length, 7)
  assert.equal(most, 2)
})

test('a tenant with one sign-in does not wait behind another tenant’s flood', async () => {
  const queue = new LaneQueue({ atOnce: 1, perLane: 50, altogether: 100 })
  const order: string[] = []
  const gate = held()
  const all = [queue.run('flood', () => gate.promise)]
  for (let i = 0; i < 10; i++) all.push(queue.run('flood', async () => void order.push(`flood ${i}`)))
  all.push(queue.run('quiet', async () => void order.push('quiet')))
  gate.release()
  await Promise.all(all)
  assert.ok(order.indexOf('quiet') <= 1, order.join(', '))
})

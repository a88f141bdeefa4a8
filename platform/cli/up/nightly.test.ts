import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { sql, withTransaction } from '../../../framework/sql/index.ts'
import { testHome, testTenant } from '../../../framework/testing/index.ts'
import { listBackups } from '../../backups/index.ts'
import { dueTenants, startNightly } from './nightly.ts'

const hours = (n: number): number => n * 3_600_000
const at = (hour: number): Date => new Date(2026, 4, 14, hour, 30)
const tenant = (id: string, createdAt: Date, state: 'active' | 'suspended' | 'deleting' = 'active') => ({
  id,
  name: id,
  state,
  createdAt,
})
const backup = (tenantId: string, takenAt: Date, state: 'stored' | 'damaged' = 'stored') => ({
  tenantId,
  takenAt: takenAt.toISOString(),
  state,
})
const before = (now: Date, h: number): Date => new Date(now.getTime() - hours(h))

test('a tenant is backed up each night, and by day only when a night was missed', () => {
  const [night, day] = [at(3), at(14)]
  const due = (now: Date, ageHours: number): boolean =>
    dueTenants([tenant('a', before(now, 1_000))], [backup('a', before(now, ageHours))], now).length === 1
  assert.equal(due(night, 24), true)
  assert.equal(due(night, 19), false, 'twice in one night would be once too often')
  assert.equal(due(day, 24), false, 'people are at work')
  assert.equal(due(day, 27), true, 'the machine was off at night')
})

test('only the newest sound backup of the tenant itself counts', () => {
  const now = at(14)
  const old = tenant('a', before(now, 1_000))
  const names = (...backups: ReturnType<typeof backup>[]): string[] =>
    dueTenants([old], backups, now).map(({ name }) => name)
  assert.deepEqual(names(backup('a', before(now, 100)), backup('a', before(now, 1))), [])
  assert.deepEqual(names(backup('a', before(now, 1), 'damaged')), ['a'])
  assert.deepEqual(names(backup('b', before(now, 1))), ['a'])
})

test('a new tenant gets its first backup after an hour; one that is suspended or deleted gets none', () => {
  const now = at(14)
  const tenants = [
    tenant('new', before(now, 0.5)),
    tenant('older', before(now, 2)),
    tenant('off', before(now, 500), 'suspended'),
    tenant('gone', before(now, 500), 'deleting'),
  ]
  assert.deepEqual(
    dueTenants(tenants, [], now).map(({ name }) => name),
    ['older'],
  )
})

test('a stop waits for a running backup only so long; one that is given up leaves neither file nor entry', async () => {
  const home = await testHome()
  const tenant = await testTenant({ apps: ['base'], name: 'slow' })
  const logged: string[] = []
  const staged = (): string[] => {
    const folder = join(home.path, 'backups')
    return (readdirSync(folder, { recursive: true }) as string[]).filter((name) => /\.(sealed|json|tmp)$/.test(name))
  }
  await withTransaction(tenant.pool, async (tx) => {
    // The backup waits for this table for as long as the lock is held.
    await tx.query(sql`LOCK TABLE res_partner IN ACCESS EXCLUSIVE MODE`)
    const nightly = startNightly(
      { home },
      ({ event }) => void logged.push(event),
      () => new Date(Date.now() + hours(2)),
    )
    await delay(500)
    const startedMs = performance.now()
    await nightly.stop(300)
    const tookMs = performance.now() - startedMs
    assert.ok(tookMs >= 300 && tookMs < 8_000, `${tookMs} ms`)
    assert.ok(logged.some((event) => event.includes('given up')))
  })
  // The lock is gone: the next step of the work is its last.
  const deadline = Date.now() + 10_000
  while (staged().length > 0) {
    assert.ok(Date.now() < deadline, staged().join())
    await delay(50)
  }
  assert.deepEqual(await listBackups(home), [])
})

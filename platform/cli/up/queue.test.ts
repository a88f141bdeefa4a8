import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { type Tenant, withSystemEnv } from '../../../framework/access/index.ts'
import { type Alarms, type Jobs, openAlarms } from '../../../framework/jobs/index.ts'
import { sql } from '../../../framework/sql/index.ts'
import { atEnd, testHome, testTenant } from '../../../framework/testing/index.ts'
import type { Home } from '../../tenants/index.ts'
import { followTenants } from '../hosting/hosting.ts'
import { keepOpenTenants, type OpenTenants, tenantsOfHome } from '../hosting/open-tenants.ts'
import { openQueue } from './queue.ts'

describe('the clock of a home', () => {
  let home: Home
  let tenants: OpenTenants
  let alarms: Alarms
  let jobs: Jobs
  let id: string

  before(async () => {
    home = await testHome()
    alarms = openAlarms(home.control)
    tenants = keepOpenTenants(tenantsOfHome(home), alarms, () => {})
    followTenants(home, alarms)
    await testTenant({ apps: ['base'], name: 'acme' })
    id = home.tenants.get('acme')?.id ?? ''
    jobs = await openQueue({ home, tenants, alarms }, () => {})
    atEnd(() => tenants.close())
    atEnd(() => jobs.close(2_000))
  })

  const open = (): Promise<Tenant> => tenants.open(home.tenants.list().find((one) => one.id === id)?.name ?? '')
  const isAwake = (): boolean => home.tenants.list().some((one) => one.id === id && one.instance === 'running')
  /** An entry that searches contacts, due in so many seconds. */
  const schedule = async (seconds: number): Promise<void> =>
    withSystemEnv(await open(), 'test.cron', {}, async (env) => {
      const model = await env.model('ir.model').search([['model', '=', 'res.partner']])
      const nextcall = new Date(Date.now() + seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')
      await env
        .model('ir.cron')
        .search([])
        .then((all) => all.unlink())
      await env.model('ir.cron').create({ name: 'x', model_id: model.id, method: 'search_read', user_id: 2, nextcall })
    })
  const hasRun = async (): Promise<boolean> =>
    (await (await open()).pool.query(sql`SELECT 1 FROM ir_cron WHERE lastcall IS NOT NULL`)).length === 1
  const beat = async (): Promise<void> => {
    await alarms.settled()
    await jobs.beat()
  }
  const quiet = async (): Promise<void> => {
    await beat()
    await until(async () => (await alarms.due(5)).length === 0 && (await alarms.untended([id])).length === 0)
  }

  test('wakes a sleeping tenant when an entry is due, and not before', async () => {
    await quiet()
    await schedule(3600)
    await alarms.settled()
    await home.tenants.sleep('acme')
    await beat()
    await delay(2_500)
    assert.equal(isAwake(), false)
    await schedule(0)
    await alarms.settled()
    await home.tenants.sleep('acme')
    await beat()
    await until(async () => isAwake())
    await until(hasRun)
  })

  test('goes on after a rename, waits while the tenant is suspended, and runs what is overdue when it is back', async () => {
    await quiet()
    await home.tenants.rename('acme', 'bolt')
    await schedule(0)
    await beat()
    await until(hasRun)
    await schedule(1)
    await alarms.settled()
    await home.tenants.suspend('bolt')
    await delay(1_100)
    await quiet()
    assert.equal(isAwake(), false, 'it was not woken')
    await home.tenants.resume('bolt')
    await beat()
    await until(hasRun)
  })

  test('forgets a tenant that is deleted for good', async () => {
    await jobs.enqueue(
      { tenant: id, uid: 2, model: 'res.partner', method: 'search_read', args: [] },
      { startAfter: new Date(Date.now() + 3_600_000) },
    )
    const left = () =>
      home.control.query(sql`SELECT tenant FROM tenant_alarm WHERE tenant = ${id}
        UNION ALL SELECT name FROM jobs.job WHERE data ->> 'tenant' = ${id} AND state < 'active'`)
    assert.equal((await left()).length, 2)
    await home.tenants.delete('bolt', { graceDays: 0 })
    assert.deepEqual(await left(), [])
  })
})

async function until(what: () => Promise<boolean>, timeoutMs = 15_000): Promise<void> {
  const end = Date.now() + timeoutMs
  while (!(await what())) {
    assert.ok(Date.now() < end, `not within ${timeoutMs} ms: ${what}`)
    await delay(100)
  }
}

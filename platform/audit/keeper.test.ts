import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { newestCheckpoint, originOf, readLog } from '../../framework/audit/index.ts'
import { openPool, sql } from '../../framework/sql/index.ts'
import { testHome } from '../../framework/testing/index.ts'
import { type AuditNote, keepAudit } from './keeper.ts'
import { pauseLog } from './pause.ts'
import { bringBack, save } from './testing/attacker.ts'
import { auditWorkshop } from './testing/workshop.ts'

const home = await testHome()
const notes: AuditNote[] = []
const keeper = keepAudit(home, () => {}, { signEveryMs: 1_000 })
keeper.start((note) => notes.push(note))
after(() => keeper.close())

const makeTenant = async (name: string) => {
  const connection = await home.tenants.create({ name })
  const pool = openPool({ ...connection.address, max: 2 })
  after(() => pool.close())
  return { id: connection.id, pool, shop: await auditWorkshop({ pool }) }
}
const until = async (isSo: () => Promise<boolean>, ms: number): Promise<number> => {
  const started = performance.now()
  while (!(await isSo())) {
    assert.ok(performance.now() - started < ms, `not within ${ms} ms`)
    await delay(50)
  }
  return performance.now() - started
}

describe('the keeper of the logs', () => {
  it('seals what was committed within a few seconds, and has it signed and witnessed', async () => {
    const { id, pool, shop } = await makeTenant('busy')
    await shop.record(25)
    home.tenants.touch('busy')
    await until(async () => (await readLog(pool)).size === 25, 4_000)
    await until(async () => (await newestCheckpoint(pool))?.size === 25, 4_000)
    assert.equal((await keeper.witness.held(originOf(id)))?.size, 25)
  })

  it('seals and signs to the last entry before a database falls asleep, and wakes none', async () => {
    const { id, shop } = await makeTenant('sleepy')
    await shop.record(3)
    await home.tenants.sleep('sleepy')
    assert.equal((await keeper.witness.held(originOf(id)))?.size, 3)
    await delay(2_500)
    assert.equal(home.tenants.get('sleepy')?.instance, 'asleep')
  })

  it('leaves a log alone that is being carried over', async () => {
    const { id, pool, shop } = await makeTenant('moving')
    const release = await pauseLog(home, id)
    await shop.record(3)
    home.tenants.touch('moving')
    await assert.rejects(keeper.checkpoint('moving'), { code: 'ERR_AUDIT_PAUSED' })
    await delay(1_500)
    assert.equal((await readLog(pool)).size, 0)
    release()
    await until(async () => (await readLog(pool)).size === 3, 4_000)
  })

  it('is loud about a log that the witness refuses, once', async () => {
    const { pool, shop } = await makeTenant('rewritten')
    await shop.record(5)
    await keeper.checkpoint('rewritten')
    await save(pool, 'five')
    await shop.record(5)
    await keeper.checkpoint('rewritten')
    await bringBack(pool, 'five')
    assert.equal((await keeper.checkpoint('rewritten')).witness.state, 'refused')
    await keeper.checkpoint('rewritten')
    const loud = notes.filter(({ event }) => event.includes('THE AUDIT LOG OF rewritten IS NOT WHAT IT WAS'))
    assert.deepEqual(
      loud.map(({ level, detail }) => [level, detail?.['reason'], detail?.['size']]),
      [['error', 'rollback', 5]],
    )
  })

  it('goes on without a witness, says so, and has it sign what it missed', async () => {
    const { pool, shop } = await makeTenant('lonely')
    await shop.record(5)
    const { pid } = await keeper.witness.who()
    const stopped = keeper.witness.held('x').catch(() => null)
    process.kill(pid, 'SIGKILL')
    await stopped
    await pool.query(sql`SELECT 1`)
    assert.equal((await keeper.checkpoint('lonely')).witness.state, 'cosigned')
  })
})

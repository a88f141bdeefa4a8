import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { before, describe, it } from 'node:test'
import type { Tenant } from '../../access/index.ts'
import { actAs, addressOf, type TestUser, testTenant } from '../../testing/index.ts'
import { nextByCode, nextById } from './sequences.ts'

type Callable = Record<string, (...args: unknown[]) => Promise<unknown>>

describe('sequences', () => {
  let tenant: Tenant
  let admin: TestUser

  before(async () => {
    tenant = await testTenant({ apps: ['base'] })
    admin = actAs(tenant, 2)
  })

  const make = (values: Readonly<Record<string, unknown>>) =>
    admin.write(async (env) => (await env.model('ir.sequence').create({ name: 'Test', ...values })).id)
  const call = (id: number, method: string, ...args: unknown[]) =>
    admin.write((env) => (env.model('ir.sequence', [id]) as unknown as Callable)[method]!(...args))

  it('have no twin under sixteen writers of several processes, and the gapless one has no gap either, though some give up', async () => {
    await make({ code: 'many.quick' })
    await make({ code: 'many.gapless', implementation: 'no_gap' })
    await make({ code: 'many.ranges', implementation: 'no_gap', use_date_range: true })
    const codes = ['many.quick', 'many.gapless', 'many.ranges']
    const given = JSON.stringify({ address: await addressOf(tenant.pool), codes, tries: 9, writers: 4 })
    const kept = await Promise.all([1, 2, 3, 4].map(() => writer(given)))
    for (const code of codes) {
      const numbers = kept
        .flatMap((one) => one[code] ?? [])
        .map(Number)
        .toSorted((a, b) => a - b)
      assert.equal(new Set(numbers).size, numbers.length, `${code} gives no number twice`)
      assert.ok(numbers.length >= 20, `${code} gave ${numbers.length} numbers`)
      if (code !== 'many.quick')
        assert.deepEqual(
          numbers,
          numbers.map((_, i) => i + 1),
          `${code} has no gap`,
        )
    }
    const ranges = await admin.read((env) =>
      env.model('ir.sequence.date_range').search_count([['sequence_id.code', '=', 'many.ranges']]),
    )
    assert.equal(ranges, 1, 'the year’s range was made once')
  })

  it('count anew in each period, which is made when it is needed and keeps out of those that are there', async () => {
    const id = await make({
      code: 'yearly',
      prefix: '%(range_year)s/%(range_month)s/',
      padding: 3,
      use_date_range: true,
      date_range_ids: [[0, 0, { date_from: '2024-03-01', date_to: '2024-03-31', number_next: 50 }]],
    })
    const on = (date: string) => call(id, 'next_by_id', date)
    assert.equal(await on('2024-03-15'), '2024/03/050')
    assert.equal(await on('2024-03-31'), '2024/03/051')
    assert.equal(await on('2024-05-01'), '2024/04/001')
    assert.equal(await on('2024-12-31'), '2024/04/002')
    assert.equal(await on('2024-02-29'), '2024/01/001')
    assert.equal(await on('2025-01-01'), '2025/01/001')
    assert.equal(
      await admin.write((env) => nextByCode(env, 'yearly'), { ir_sequence_date: '2024-05-05' }),
      '2024/04/003',
    )
    const ranges = await admin.read(async (env) =>
      (
        await env
          .model('ir.sequence.date_range')
          .search_read([['sequence_id', '=', id]], ['date_from', 'date_to', 'number_next_actual'])
      ).parse(),
    )
    assert.deepEqual(
      ranges.map(({ date_from, date_to, number_next_actual }) => [date_from, date_to, number_next_actual]),
      [
        ['2024-01-01', '2024-02-29', 2],
        ['2024-03-01', '2024-03-31', 52],
        ['2024-04-01', '2024-12-31', 4],
        ['2025-01-01', '2025-12-31', 2],
      ],
    )
    await assert.rejects(on('someday'), { code: 'ERR_DATE' })
  })

  it('write the parts of the day in the caller’s time zone, and refuse what is none', async () => {
    const all = [
      'year',
      'y',
      'month',
      'day',
      'doy',
      'woy',
      'weekday',
      'h24',
      'h12',
      'min',
      'sec',
      'isoyear',
      'isoy',
      'isoweek',
    ]
    const id = await make({
      prefix: `${all.map((part) => `%(${part})s`).join('|')}|100%%|`,
      suffix: '/%(current_year)s',
      padding: 2,
    })
    const written = await admin.read(
      (env) => (env.model('ir.sequence', [id]) as unknown as Callable).get_next_char!(7),
      {
        ir_sequence_date: '2024-12-30',
      },
    )
    const year = new Date().getUTCFullYear()
    assert.equal(written, `2024|24|12|30|365|53|1|00|12|00|00|2025|25|01|100%|07/${year}`)
    const hour = await make({ prefix: '%(h24)s-' })
    const [here, there] = await Promise.all(
      ['UTC', 'Asia/Kathmandu'].map((tz) => admin.write((env) => nextById(env, hour), { tz })),
    )
    assert.notEqual(here?.slice(0, 2), there?.slice(0, 2))
    for (const prefix of ['%(nope)s', '%d', '50%', '%(constructor)s', '%(year)d'])
      await assert.rejects(call(await make({ prefix }), 'next_by_id'), { code: 'ERR_SEQUENCE_FORMAT' }, prefix)
  })

  it('go back to where they were when the change that set them is undone', async () => {
    const id = await make({ code: 'undone' })
    for (const number of ['1', '2', '3']) assert.equal(await call(id, 'next_by_id'), number)
    await assert.rejects(
      admin.write(async (env) => {
        await env.model('ir.sequence', [id]).write({ number_next: 1 })
        throw new Error('undone')
      }),
    )
    assert.equal(await call(id, 'next_by_id'), '4')
    await admin.write((env) => env.model('ir.sequence', [id]).write({ number_increment: 10 }))
    assert.equal(await call(id, 'next_by_id'), '5')
    assert.equal(await call(id, 'next_by_id'), '15')
    await admin.write((env) => env.model('ir.sequence', [id]).write({ implementation: 'no_gap' }))
    assert.equal(await call(id, 'next_by_id'), '25')
    await admin.write((env) =>
      env.model('ir.sequence', [id]).write({ implementation: 'standard', number_increment: -1 }),
    )
    assert.deepEqual([await call(id, 'next_by_id'), await call(id, 'next_by_id')], ['35', '34'])
  })

  it('give nobody an old number while an administrator sets them', async () => {
    const id = await make({ code: 'reset' })
    const taken: string[] = []
    const takers = Array.from({ length: 6 }, async () => {
      for (let i = 0; i < 6; i++) taken.push(String(await call(id, 'next_by_id')))
    })
    for (const next of [1000, 2000])
      await admin.write((env) => env.model('ir.sequence', [id]).write({ number_next: next }))
    await Promise.all(takers)
    assert.equal(new Set(taken).size, 36)
  })

  it('are a company’s own before a shared one', async () => {
    const other = await admin.write(async (env) => (await env.model('res.company').create({ name: 'Other' })).id)
    await admin.write((env) => env.model('res.users', [2]).write({ company_ids: [[4, other]] }))
    await make({ code: 'by.company', prefix: 'shared', company_id: false })
    await make({ code: 'by.company', prefix: 'other', company_id: other })
    const next = (company: number) =>
      admin.write((env) => nextByCode(env, 'by.company'), { allowed_company_ids: [company] })
    assert.deepEqual([await next(1), await next(other), await next(1)], ['shared1', 'other1', 'shared2'])
    await admin.write(async (env) => (await env.model('ir.sequence').search([['code', '=', 'by.company']])).unlink())
    assert.equal(await next(1), null)
  })
})

function writer(given: string): Promise<Record<string, string[]>> {
  const child = spawn(process.execPath, [join(import.meta.dirname, '..', '..', 'testing', 'sequence-writer.ts')], {
    env: { ...process.env, HOLDFAST_WRITER: given },
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 120_000,
  })
  let text = ''
  child.stdout.on('data', (chunk) => (text += String(chunk)))
  return new Promise((resolve, reject) =>
    child.on('close', (code) =>
      code === 0 ? resolve(JSON.parse(text)) : reject(new Error(`writer ended with ${code}`)),
    ),
  )
}

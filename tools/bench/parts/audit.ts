/** What the audit log costs a writer: the same work with the changes of the model recorded and not, in turn on one database. */

import { type Tenant, withEnv } from '../../../framework/access/index.ts'
import type { Env } from '../../../framework/orm/index.ts'
import { sql } from '../../../framework/sql/index.ts'
import { fill } from '../data/fill.ts'
import { prepareTemplate, withNewHome, withTenant } from '../data/prepare.ts'
import { quantile } from '../load/measure.ts'
import { today } from '../report/result.ts'
import type { Progress } from '../run.ts'

export interface AuditRow {
  readonly work: string
  /** Medians of the rounds, in milliseconds. */
  readonly offMs: number
  readonly onMs: number
  /** Median of the rounds' own ratios, and where the middle half of them lies. */
  readonly ratio: number
  readonly from: number
  readonly to: number
}

export interface AuditFigures {
  readonly date: string
  readonly records: number
  readonly rounds: number
  readonly rows: readonly AuditRow[]
}

interface Work {
  readonly name: string
  run(tenant: Tenant, ids: readonly number[], round: number): Promise<unknown>
}

const administrator = 2
const write = <T>(tenant: Tenant, fn: (env: Env) => Promise<T>) => withEnv(tenant, administrator, { mode: 'write' }, fn)

const works: readonly Work[] = [
  {
    name: 'create of all in one call',
    run: (tenant, ids, round) =>
      write(tenant, (env) =>
        env
          .model('res.partner')
          .create(
            ids.map((_, i) => ({ name: `Made ${round} ${i}`, phone: String(i), street: 'Korte Gasse' })) as never,
          ),
      ),
  },
  {
    name: 'write of all ids in one call',
    run: (tenant, ids, round) =>
      write(tenant, (env) => env.model('res.partner', ids).write({ phone: `0${round}` } as never)),
  },
  {
    name: 'a write for each in one transaction',
    run: (tenant, ids, round) =>
      write(tenant, async (env) => {
        for (const id of ids) await env.model('res.partner', [id]).write({ phone: `${round}${id}` } as never)
      }),
  },
  {
    name: 'a call for each',
    run: async (tenant, ids, round) => {
      for (const id of ids)
        await write(tenant, (env) => env.model('res.partner', [id]).write({ phone: `${id}${round}` } as never))
    },
  },
]

/** @param isQuick one short round: does it work, not how fast */
export async function measureAudit(isQuick: boolean, progress: Progress): Promise<AuditFigures> {
  const records = isQuick ? 20 : 1_000
  const rounds = isQuick ? 1 : 15
  const { rows, remove } = await withNewHome(async (home) => {
    progress('installing the applications')
    await prepareTemplate(home, 'audit')
    const connection = await home.tenants.create({ name: 'audit', template: 'audit' })
    return withTenant(connection, 'audit', async (tenant) => {
      const { partnerIds } = await fill(tenant, { partners: records, orders: 0 }, progress)
      const rows: AuditRow[] = []
      for (const work of works) {
        progress(work.name)
        rows.push(await compare(tenant, work, partnerIds.slice(0, records), rounds))
      }
      return { rows }
    })
  })
  await remove()
  return { date: today(), records, rounds, rows }
}

async function compare(tenant: Tenant, work: Work, ids: readonly number[], rounds: number): Promise<AuditRow> {
  const times = { on: [] as number[], off: [] as number[] }
  let n = Date.now() % 1_000_000
  for (let round = -1; round < rounds; round++) {
    // Who begins changes with each round, so that what grows meanwhile weighs on both.
    for (const side of round % 2 === 0 ? (['on', 'off'] as const) : (['off', 'on'] as const)) {
      await tenant.pool.query(sql`UPDATE ir_model SET audit_changes = ${side === 'on'} WHERE model = 'res.partner'`)
      await tenant.pool.query(sql`UPDATE hf_epoch SET n = n + 1`)
      // As the sealer would by now; and rights are read again before the clock runs.
      await tenant.pool.query(sql`DELETE FROM hf_audit_pending`)
      await withEnv(tenant, administrator, { mode: 'read' }, (env) => env.model('res.partner').search_count([]))
      const started = performance.now()
      await work.run(tenant, ids, ++n)
      if (round >= 0) times[side].push(performance.now() - started)
    }
  }
  const ratios = times.on.map((on, i) => on / (times.off[i] ?? on)).sort(ascending)
  const median = (values: number[]) => quantile(values.toSorted(ascending), 0.5)
  return {
    work: work.name,
    offMs: median(times.off),
    onMs: median(times.on),
    ratio: quantile(ratios, 0.5),
    from: quantile(ratios, 0.25),
    to: quantile(ratios, 0.75),
  }
}

function ascending(a: number, b: number): number {
  return a - b
}

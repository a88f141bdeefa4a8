/** Automations that wait for a date: the clock asks every half hour which records have come to it. */

import { api, behaviour, type Env, expose, t, type Values } from '#framework'
import { rulesFor, setOff } from './react.ts'

/** Records that the actions get at once. */
const atOnce = 1_000

expose('base.automation', {
  run_by_date: api({
    on: 'model',
    params: {},
    returns: t.int,
    access: 'write',
    doc: 'Run what waits for a date that has come, as the caller; the number of records',
  }),
})

behaviour(
  'base.automation',
  (Base) =>
    class extends Base {
      async run_by_date(): Promise<number> {
        const waiting = await this.env
          .model('base.automation')
          .loadFound(
            [['trigger', '=', 'on_time']],
            'model_id.model',
            'trg_date_id.name',
            'trg_date_id.ttype',
            'trg_date_range',
            'trg_date_range_type',
            'last_run',
            'create_date',
          )
        const now = sqlTime(this.env.now())
        let count = 0
        for (const one of waiting) {
          const model = one.model_id?.model ?? ''
          const rule = (await rulesFor(this.env, model, 'time')).find(({ id }) => id === one.id)
          const field = one.trg_date_id?.name
          if (!rule || !field) continue
          const delay = { by: one.trg_date_range ?? 0, unit: one.trg_date_range_type ?? 'hour' }
          const isDate = one.trg_date_id?.ttype === 'date'
          const [from, to] = [one.last_run ?? one.create_date, now].map((at) => shifted(String(at), delay, isDate))
          const due = await this.env.model(model).search(
            [
              [field, '>', from],
              [field, '<=', to],
            ],
            0,
            null,
            `${field}, id`,
          )
          for (let at = 0; at < due.length; at += atOnce)
            count += await setOff(this.env, model, rule, due.ids.slice(at, at + atOnce))
          await this.browse([one.id]).write({ last_run: now } as Values<string>)
        }
        return count
      }

      override async create(values: Values<string> | readonly Values<string>[]): Promise<this> {
        const made = await super.create(values)
        await wakeClock(this.env, made.ids)
        return made
      }

      override async write(values: Values<string>): Promise<boolean> {
        const done = await super.write(values)
        if ('trigger' in values || 'active' in values) await wakeClock(this.env, this.ids)
        return done
      }
    },
)

// The clock runs for nobody as long as no automation waits for a date.
async function wakeClock(env: Env, ids: readonly number[]): Promise<void> {
  const waiting = await env.model('base.automation').search_count([
    ['id', 'in', ids],
    ['trigger', '=', 'on_time'],
  ])
  if (waiting === 0) return
  const entries = await env
    .withContext({ active_test: false })
    .model('ir.cron')
    .search([
      ['model_id.model', '=', 'base.automation'],
      ['method', '=', 'run_by_date'],
    ])
  if (entries.length > 0) await env.model('ir.cron', entries.ids).write({ active: true })
}

const sqlTime = (at: Date): string => at.toISOString().slice(0, 19).replace('T', ' ')

/** The date that a record must have so that it is due at `at`. */
function shifted(at: string, { by, unit }: { by: number; unit: string }, isDate: boolean): string {
  const time = new Date(`${at.replace(' ', 'T').slice(0, 19)}Z`)
  if (unit === 'minutes') time.setUTCMinutes(time.getUTCMinutes() - by)
  else if (unit === 'hour') time.setUTCHours(time.getUTCHours() - by)
  else if (unit === 'day') time.setUTCDate(time.getUTCDate() - by)
  else time.setUTCMonth(time.getUTCMonth() - by)
  return isDate ? sqlTime(time).slice(0, 10) : sqlTime(time)
}

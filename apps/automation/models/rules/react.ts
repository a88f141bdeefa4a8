/** Sets automations off: the kernel calls it around each change of a model on which one waits. */

import { behaviour, domainOfText, type Env, fulfilling } from '#framework'
import { linked, idle } from './chain.ts'
import { conditionOf } from '../actions/check.ts'
import { actionsNamed, runAction } from '../actions/run-action.ts'

type Change = 'create' | 'write' | 'unlink'

interface Rule {
  readonly id: number
  readonly name: string
  readonly fields: readonly string[]
  readonly before: string | null
  readonly after: string | null
  readonly condition: string | null
  readonly actions: readonly number[]
}

const triggers: Readonly<Record<Change, readonly string[]>> = {
  create: ['on_create', 'on_create_or_write'],
  write: ['on_write', 'on_create_or_write'],
  unlink: ['on_unlink'],
}
const definitions = {
  models: ['base.automation', 'ir.actions.server', 'ir.model', 'ir.model.fields'],
  ops: ['read'],
} as const

behaviour(
  'base.automation',
  (Base) =>
    class extends Base {
      /** By automation: the records for which its condition on the state before holds. */
      async beforeChange(
        model: string,
        ids: readonly number[],
        change: Change,
      ): Promise<Map<number, readonly number[]>> {
        const before = new Map<number, readonly number[]>()
        for (const rule of await rulesFor(this.env, model, change))
          if (rule.before) before.set(rule.id, await within(this.env, model, ids, rule.before))
        return before
      }

      async afterChange(
        model: string,
        ids: readonly number[],
        change: Change,
        changed: readonly string[],
        before: unknown,
      ): Promise<void> {
        const known = before as Map<number, readonly number[]> | null
        for (const rule of await rulesFor(this.env, model, change)) {
          const isAboutOthers = rule.fields.length > 0 && !rule.fields.some((name) => changed.includes(name))
          if (change !== 'unlink' && isAboutOthers) continue
          await setOff(this.env, model, rule, known?.get(rule.id) ?? ids)
        }
      }
    },
)

/** Runs an automation on those of the records that it is about. */
export async function setOff(env: Env, model: string, rule: Rule, candidates: readonly number[]): Promise<number> {
  let ids = idle(env, rule.id, candidates)
  if (ids.length > 0 && rule.after) ids = await within(env, model, ids, rule.after)
  if (ids.length > 0 && rule.condition?.trim())
    ids = await fulfilling(env.model(model, ids), conditionOf(env, model, rule.condition))
  if (ids.length === 0) return 0
  await linked(env, rule.id, rule.name, ids, async () => {
    for (const action of await actionsNamed(env, rule.actions)) await runAction(env, action, ids)
  })
  return ids.length
}

/** Active automations on a model; read for somebody who need not know them. */
export async function rulesFor(env: Env, model: string, change: Change | 'time'): Promise<readonly Rule[]> {
  const wanted = change === 'time' ? ['on_time'] : triggers[change]
  const rows = await env.elevate('automation.rules', definitions, (more) =>
    more
      .withContext({ active_test: true })
      .model('base.automation')
      .loadFound(
        [
          ['model_id.model', '=', model],
          ['trigger', 'in', wanted],
          ['active', '=', true],
        ],
        'name',
        'trigger_field_ids.name',
        'filter_pre_domain',
        'filter_domain',
        'condition',
        'action_server_ids',
      ),
  )
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    fields: row.trigger_field_ids.map(({ name }) => name),
    before: row.filter_pre_domain,
    after: row.filter_domain,
    condition: row.condition,
    actions: row.action_server_ids,
  }))
}

async function within(env: Env, model: string, ids: readonly number[], text: string): Promise<readonly number[]> {
  const domain = domainOfText(env, text)
  const all = env.withContext({ active_test: false }).model(model)
  const found = await all.search([
    '&',
    ['id', 'in', ids],
    ...(domain.length > 0 ? grouped(domain) : [['id', '!=', false]]),
  ] as never)
  return ids.filter((id) => found.ids.includes(id))
}

// A list of conditions is joined by an implied AND; as an operand it needs the signs.
function grouped(domain: readonly unknown[]): unknown[] {
  let operands = 0
  for (const item of domain) operands += item === '&' || item === '|' ? -1 : item === '!' ? 0 : 1
  return [...Array.from({ length: Math.max(0, operands - 1) }, () => '&'), ...domain]
}

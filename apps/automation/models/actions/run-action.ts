/** Carries out actions on records: as the caller, in her transaction, with her rights. */

import {
  AccessError,
  behaviour,
  callWithin,
  checkExpression,
  type Env,
  InvalidRequestError,
  type RecordSet,
  UserError,
  valuesFor,
} from '#framework'
import { fixedValue } from './fixed-value.ts'

/** An action as it stands in the database; whoever sets it off need not be able to read it. */
export interface Action {
  readonly id: number
  readonly name: string
  readonly model: string
  readonly state: string
  readonly made: string | null
  readonly link: string | null
  readonly lines: readonly { readonly field: string; readonly value: string | null; readonly isFormula: boolean }[]
  readonly message: string | null
  readonly code: string | null
  readonly groups: readonly number[]
  readonly children: readonly Action[]
}

const definitions = {
  models: ['ir.actions.server', 'ir.server.object.lines', 'ir.model', 'ir.model.fields', 'res.groups'],
  ops: ['read'],
} as const

/** Reads actions for somebody who sets them off. */
export async function actionsNamed(env: Env, ids: readonly number[]): Promise<readonly Action[]> {
  const rows = await env.elevate('automation.actions', definitions, (more) =>
    more
      .model('ir.actions.server', ids)
      .load(
        'name',
        'model_id.model',
        'state',
        'crud_model_id.model',
        'link_field_id.name',
        'fields_lines.col1.name',
        'fields_lines.value',
        'fields_lines.evaluation_type',
        'message',
        'code',
        'group_ids',
        'child_ids',
      ),
  )
  const children = await Promise.all(
    rows.map((row) => (row.child_ids.length > 0 ? actionsNamed(env, row.child_ids) : [])),
  )
  return rows.map((row, i) => ({
    id: row.id,
    name: row.name,
    model: row.model_id?.model ?? '',
    state: row.state,
    made: row.crud_model_id?.model ?? null,
    link: row.link_field_id?.name ?? null,
    lines: row.fields_lines.map(({ col1, value, evaluation_type }) => ({
      field: col1?.name ?? '',
      value,
      isFormula: evaluation_type === 'equation',
    })),
    message: row.message,
    code: row.code,
    groups: row.group_ids,
    children: children[i] ?? [],
  }))
}

/** @throws what the caller may not do, as she would get it for doing it by hand; UserError of a script */
export async function runAction(env: Env, action: Action, ids: readonly number[]): Promise<unknown> {
  const records = env.model(action.model, ids)
  switch (action.state) {
    case 'object_write':
      for (const [id, values] of await lineValues(records, action, action.model))
        await records.browse([id]).write(values)
      return null
    case 'object_create': {
      const made = action.made ?? ''
      const rows = await lineValues(records, action, made)
      const values = [...rows].map(([id, row]) => (action.link ? { ...row, [action.link]: id } : row))
      if (values.length > 0) await env.model(made).create(values)
      return null
    }
    case 'mail_post': {
      const message = checkExpression(env.registry, action.model, action.message ?? '')
      for (const [id, text] of await valuesFor(records, message))
        if (typeof text === 'string' && text !== '')
          await callWithin(env, action.model, 'message_post', [[id]], { body: text })
      return null
    }
    case 'code':
      return runScript(env, action, ids)
    default: {
      let last: unknown = null
      for (const child of action.children) last = await runAction(env, child, ids)
      return last
    }
  }
}

async function lineValues(records: RecordSet, action: Action, target: string) {
  const rows = new Map<number, Record<string, unknown>>(records.ids.map((id) => [id, {}]))
  for (const { field, value, isFormula } of action.lines) {
    const info = records.env.registry.models.get(target)?.fields.get(field)
    if (!info) continue
    const found = isFormula
      ? await valuesFor(records, checkExpression(records.env.registry, action.model, value ?? ''))
      : new Map(records.ids.map((id) => [id, fixedValue(info, value)]))
    for (const [id, row] of rows) row[field] = found.get(id) ?? false
  }
  return rows
}

async function runScript(env: Env, action: Action, ids: readonly number[]): Promise<unknown> {
  if (!env.scripts)
    throw new UserError(
      'ERR_SCRIPT_NONE',
      `The script “${action.name}” cannot run: this server has no sandbox for scripts.`,
    )
  const outcome = await env.scripts.run({
    tenant: env.tenant,
    source: action.code ?? '',
    input: { model: action.model, ids, user: { id: env.uid, name: env.user.name }, company: env.companyId },
    now: env.now(),
    call: (model, method, args, kwargs) => callWithin(env, model, method, args, kwargs),
  })
  return outcome.value
}

behaviour(
  'ir.actions.server',
  (Base) =>
    class extends Base {
      async run(): Promise<unknown> {
        const { active_model: model, active_ids: given, active_id: one } = this.env.context
        const ids = Array.isArray(given) ? given : one === undefined ? [] : [one]
        if (ids.length > 1_000 || !ids.every((id) => Number.isSafeInteger(id) && id > 0))
          throw new InvalidRequestError(
            'ERR_ACTION_RECORDS',
            'The context names the records in active_ids, at most 1000.',
          )
        const actions = await actionsNamed(this.env, (await this.knownToAll()).ids)
        let last: unknown = null
        for (const action of actions) {
          if (ids.length > 0 && action.model !== model)
            throw new InvalidRequestError(
              'ERR_ACTION_RECORDS',
              'The records of active_ids are of another model than the action.',
            )
          await requireAllowed(this.env, action, ids)
          last = await runAction(this.env, action, ids)
        }
        return last ?? false
      }

      /** @throws AccessError in the same words for an action that is not there and one that is not for the caller */
      async knownToAll(): Promise<this> {
        const found = await this.env.elevate('automation.actions', definitions, (more) =>
          more.model('ir.actions.server', this.ids).exists(),
        )
        if (found.length !== this.ids.length) throw notAllowed()
        return this
      }
    },
)

async function requireAllowed(env: Env, action: Action, ids: readonly number[]): Promise<void> {
  if (action.groups.length > 0) {
    if (!action.groups.some((group) => env.user.groupIds.includes(group))) throw notAllowed()
    return
  }
  if (env.grant.records(action.model, 'write') === false) throw notAllowed()
  await env.model(action.model, ids).check_access('write')
}

function notAllowed(): AccessError {
  return new AccessError('ERR_ACTION_ACCESS', 'You may not run this action, or it does not exist.')
}

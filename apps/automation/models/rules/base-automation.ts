/** When something happens by itself, and for which records. */

import {
  checkDomainText,
  checkExpression,
  constrain,
  type Def,
  f,
  fields,
  model,
  readableBy,
  ValidationError,
} from '#framework'

export const automation = fields({
  name: f.char({ label: 'Automation Rule Name', required: true, translate: true }),
  description: f.html({ label: 'Description' }),
  active: f.bool({ label: 'Active', default: true }),
  model_id: f.m2o('ir.model', { label: 'Model', required: true, index: true, ondelete: 'cascade' }),
  model_name: f.char({ label: 'Model Name', related: 'model_id.model' }),
  trigger: f.sel(
    {
      on_create: 'On create',
      on_write: 'On update',
      on_create_or_write: 'On create and edit',
      on_unlink: 'On deletion',
      on_time: 'Based on date field',
    },
    { label: 'Trigger', required: true, default: 'on_create_or_write' },
  ),
  trigger_field_ids: f.m2m('ir.model.fields', {
    label: 'Trigger Fields',
    table: 'base_automation_ir_model_fields_rel',
    column1: 'base_automation_id',
    column2: 'ir_model_fields_id',
    help: 'Only a change of one of these sets it off; empty: any change.',
  }),
  filter_pre_domain: f.char({ label: 'Before Update Domain', help: 'Must hold before the change.' }),
  filter_domain: f.char({ label: 'Apply on', help: 'Must hold after the change.' }),
  condition: f.text({ label: 'Condition', help: 'An expression that must hold as well.' }),
  trg_date_id: f.m2o('ir.model.fields', { label: 'Trigger Date', ondelete: 'cascade' }),
  trg_date_range: f.int({ label: 'Delay', default: 0, help: 'So long after the date; before it when negative.' }),
  trg_date_range_type: f.sel(
    { minutes: 'Minutes', hour: 'Hours', day: 'Days', month: 'Months' },
    { label: 'Delay Type', default: 'hour' },
  ),
  last_run: f.datetime({ label: 'Last Run', readonly: true, copy: false }),
  action_server_ids: f.m2m('ir.actions.server', {
    label: 'Actions',
    table: 'base_automation_server_rel',
    column1: 'automation_id',
    column2: 'action_id',
  }),
})

declare module '#framework' {
  interface Registry {
    'base.automation': AutomationData
  }
  interface AutomationData extends Def<typeof automation> {}
}

// A change of automations counts at the next request of every process, as a change of rights does.
model('base.automation', automation, {
  description: 'Automation Rule',
  order: 'id',
  affectsRights: true,
  audit: { as: 'settings' },
})

/** Models whose changes may not depend on what an administrator wrote: those that decide who may do what. */
const closed = /^(res\.groups|ir\.rule|ir\.model($|\.)|base\.automation|ir\.actions|ir\.server|audit\.|res\.users\.)/

constrain('base.automation', ['model_id.model', 'filter_domain', 'filter_pre_domain', 'condition'], (rule, env) => {
  const name = rule.model_id?.model ?? ''
  if (closed.test(name) || env.registry.models.get(name)?.options.transient)
    throw new ValidationError('ERR_AUTOMATION', 'Automations cannot be about records of this model.')
  for (const text of [rule.filter_domain, rule.filter_pre_domain]) if (text) checkDomainText(env, name, text)
  if (rule.condition?.trim())
    checkExpression(env.registry, name, rule.condition, { type: { is: 'bool' }, mayRead: readableBy(env) })
})

constrain('base.automation', ['trigger', 'trg_date_id.ttype', 'trg_date_id.model', 'model_id.model'], (rule) => {
  if (rule.trigger !== 'on_time') return
  const { trg_date_id: date } = rule
  if (!date || date.model !== rule.model_id?.model || !['date', 'datetime'].includes(date.ttype))
    throw new ValidationError('ERR_AUTOMATION', 'Choose the date field of the model that the automation waits for.')
})

constrain('base.automation', ['action_server_ids.model_id', 'model_id'], (rule) => {
  if (rule.action_server_ids.some(({ model_id }) => model_id !== rule.model_id))
    throw new ValidationError('ERR_AUTOMATION', 'The actions of an automation are about its own model.')
})

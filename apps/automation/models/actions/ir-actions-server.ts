/** What an automation does. */

import { api, constrain, type Def, expose, f, fields, model, t, ValidationError } from '#framework'
import { checkLine, checkMessage } from './check.ts'

export const serverAction = fields({
  name: f.char({ label: 'Action Name', required: true, translate: true }),
  type: f.char({ label: 'Action Type', required: true, readonly: true, default: 'ir.actions.server' }),
  model_id: f.m2o('ir.model', { label: 'Model', required: true, index: true, ondelete: 'cascade' }),
  model_name: f.char({ label: 'Model Name', related: 'model_id.model' }),
  state: f.sel(
    {
      object_write: 'Update Record',
      object_create: 'Create Record',
      mail_post: 'Post a Message',
      code: 'Run a Script',
      multi: 'Several Actions',
    },
    { label: 'Type', required: true, default: 'object_write' },
  ),
  sequence: f.int({ label: 'Sequence', default: 5 }),
  crud_model_id: f.m2o('ir.model', { label: 'Record to Create', ondelete: 'set null' }),
  link_field_id: f.m2o('ir.model.fields', {
    label: 'Link Field',
    ondelete: 'set null',
    help: 'Field of the new record that points back at the one which set it off.',
  }),
  fields_lines: f.o2m('ir.server.object.lines', 'server_id', { label: 'Values' }),
  message: f.text({ label: 'Message', help: 'An expression that gives the text of the message.' }),
  code: f.text({ label: 'Script', help: 'JavaScript; see the guide to automations.' }),
  child_ids: f.m2m('ir.actions.server', {
    label: 'Actions',
    table: 'rel_server_actions',
    column1: 'server_id',
    column2: 'action_id',
  }),
  group_ids: f.m2m('res.groups', {
    label: 'Allowed Groups',
    table: 'ir_act_server_group_rel',
    column1: 'act_id',
    column2: 'gid',
    help: 'Who may run it by hand; empty: who may change records of its model.',
  }),
})

declare module '#framework' {
  interface Registry {
    'ir.actions.server': ServerActionData
  }
  interface ServerActionData extends Def<typeof serverAction> {}
}

model('ir.actions.server', serverAction, {
  description: 'Server Action',
  order: 'sequence, name, id',
  audit: { as: 'settings' },
})

expose('ir.actions.server', {
  run: api({
    params: {},
    returns: t.json,
    // Whether one may is asked for each action; its text is its author's alone.
    access: 'none',
    doc: 'Run the actions on the records that the context names (active_model, active_ids), as the caller',
  }),
})

constrain(
  'ir.actions.server',
  ['state', 'model_id.model', 'crud_model_id.model', 'link_field_id.name', 'link_field_id.model', 'message', 'code'],
  (action, env) => {
    const { state, crud_model_id: made, link_field_id: link } = action
    if (state === 'object_create' && !made)
      throw new ValidationError('ERR_ACTION', 'Say which kind of record the action creates.')
    if (state === 'object_create' && link && link.model !== made?.model)
      throw new ValidationError('ERR_ACTION', 'The link field belongs to another model than the new record.')
    if (state === 'code' && !action.code?.trim()) throw new ValidationError('ERR_ACTION', 'The script is empty.')
    if (state === 'mail_post') checkMessage(env, action.model_id?.model ?? '', action.message)
  },
)

constrain(
  'ir.actions.server',
  [
    'model_id.model',
    'crud_model_id.model',
    'state',
    'fields_lines.col1.name',
    'fields_lines.col1.model',
    'fields_lines.value',
    'fields_lines.evaluation_type',
  ],
  (action, env) => {
    const model = action.model_id?.model ?? ''
    const target = action.state === 'object_create' ? (action.crud_model_id?.model ?? '') : model
    for (const line of action.fields_lines)
      checkLine(env, {
        model,
        target,
        field: line.col1,
        value: line.value,
        isFormula: line.evaluation_type === 'equation',
      })
  },
)

constrain('ir.actions.server', ['child_ids.child_ids', 'child_ids.model_id', 'model_id'], (action) => {
  if (action.child_ids.some(({ child_ids }) => child_ids.length > 0))
    throw new ValidationError('ERR_ACTION', 'Several actions in one may not hold several again.')
  if (action.child_ids.some(({ model_id }) => model_id !== action.model_id))
    throw new ValidationError('ERR_ACTION', 'Actions that run together are about one model.')
})

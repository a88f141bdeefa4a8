/** One field that an action fills in: with a fixed value, or with what an expression gives. */

import { type Def, f, fields, model } from '#framework'

export const objectLine = fields({
  server_id: f.m2o('ir.actions.server', { label: 'Action', required: true, index: true, ondelete: 'cascade' }),
  col1: f.m2o('ir.model.fields', { label: 'Field', required: true, ondelete: 'cascade' }),
  evaluation_type: f.sel(
    { value: 'Value', equation: 'Expression' },
    { label: 'Value Type', required: true, default: 'value' },
  ),
  value: f.text({ label: 'Value', help: 'The value itself, or an expression about the record that set it off.' }),
})

declare module '#framework' {
  interface Registry {
    'ir.server.object.lines': ObjectLineData
  }
  interface ObjectLineData extends Def<typeof objectLine> {}
}

model('ir.server.object.lines', objectLine, {
  description: 'Server Action Value Mapping',
  order: 'id',
  audit: { as: 'settings' },
})

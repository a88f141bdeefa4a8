/** Reports that applications offer for records of a model. */

import { type Def, f, fields, model } from '#framework'

export const irActionsReport = fields({
  name: f.char({ label: 'Action Name', required: true, translate: true }),
  type: f.char({ label: 'Action Type', required: true, readonly: true, default: 'ir.actions.report' }),
  model: f.char({ label: 'Model Name', required: true }),
  report_type: f.sel(
    { 'qweb-html': 'HTML', 'qweb-pdf': 'PDF', 'qweb-text': 'Text' },
    { label: 'Report Type', required: true, default: 'qweb-pdf' },
  ),
  report_name: f.char({ label: 'Template Name', required: true }),
  report_file: f.char({ label: 'Report File' }),
  group_ids: f.m2m('res.groups', { label: 'Groups', table: 'res_groups_report_rel', column1: 'uid', column2: 'gid' }),
  multi: f.bool({ label: 'On Multiple Doc.' }),
  binding_type: f.sel(
    { action: 'Action', report: 'Report' },
    { label: 'Binding Type', required: true, default: 'report' },
  ),
})

declare module '#framework' {
  interface Registry {
    'ir.actions.report': IrActionsReportData
  }
  interface IrActionsReportData extends Def<typeof irActionsReport> {}
}

model('ir.actions.report', irActionsReport, { description: 'Report Action', order: 'name, id' })

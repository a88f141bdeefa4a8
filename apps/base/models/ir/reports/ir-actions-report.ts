/** Reports that applications and administrators offer for records of a model, with their templates. */

import { api, behaviour, type Def, expose, f, fields, model, t, type Values } from '#framework'
import { checkReports, makeReport, type Report } from './rendering.ts'

export const irActionsReport = fields({
  name: f.char({ label: 'Action Name', required: true, translate: true }),
  type: f.char({ label: 'Action Type', required: true, readonly: true, default: 'ir.actions.report' }),
  model: f.char({ label: 'Model Name', required: true }),
  report_type: f.sel(
    { 'qweb-html': 'HTML', 'qweb-pdf': 'PDF', 'qweb-text': 'Text' },
    { label: 'Report Type', required: true, default: 'qweb-pdf' },
  ),
  report_name: f.char({ label: 'Template Name', required: true, index: true }),
  report_file: f.char({ label: 'Report File' }),
  template: f.text({ label: 'Template', help: 'Text in Liquid about docs: docs/guides/mail-templates.md.' }),
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

expose('ir.actions.report', {
  render_report: api({
    params: { report_name: t.str, res_ids: t.ids, converter: t.str.or('html') },
    returns: t.json,
    access: 'read',
    on: 'model',
    readonly: true,
    doc: 'A report about records that the caller may read: its name, and its text as HTML or plain',
  }),
})

behaviour(
  'ir.actions.report',
  (Base) =>
    class extends Base {
      override async create(given: Values<string> | readonly Values<string>[]): Promise<this> {
        const made = await super.create(given)
        await checkReports(this.env, made.ids)
        return made
      }

      override async write(values: Values<string>): Promise<boolean> {
        const done = await super.write(values)
        if (['template', 'model', 'report_type'].some((name) => name in values)) await checkReports(this.env, this.ids)
        return done
      }

      render_report(name: string, ids: readonly number[], converter: string): Promise<Report> {
        return makeReport(this.env, name, ids, converter)
      }
    },
)

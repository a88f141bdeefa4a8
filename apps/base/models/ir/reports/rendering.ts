/** Fills a report with what the caller may read of the records that it is about. */

import { type Env, fillDocument, InvalidRequestError, MissingError, parseDocument, UserError } from '#framework'

/** A filled report. */
export interface Report {
  readonly name: string
  readonly kind: 'html' | 'text'
  readonly body: string
}

/** Most records of one report. */
const mostRecords = 100

/** Parses the templates of saved reports. @throws ValidationError ERR_TEMPLATE */
export async function checkReports(env: Env, ids: readonly number[]): Promise<void> {
  for (const row of await env.model('ir.actions.report', ids).load('model', 'report_type', 'template'))
    if (row.template) parse(env, row.model, row.report_type, row.template)
}

/**
 * A report about these records, all of which the caller has to be able to read (CVE-2021-23176).
 * @throws MissingError ERR_REPORT when there is no such report for the caller
 */
export async function makeReport(env: Env, name: string, ids: readonly number[], converter: string): Promise<Report> {
  if (converter === 'pdf')
    throw new UserError('ERR_REPORT_PDF', 'Reports as PDF do not exist yet; open it as HTML and print it from there.')
  if (converter !== 'html' && converter !== 'text')
    throw new InvalidRequestError('ERR_REPORT_CONVERTER', 'A report is made as html, text or pdf.')
  if (ids.length === 0 || ids.length > mostRecords)
    throw new InvalidRequestError('ERR_REPORT_RECORDS', `A report is about 1 to ${mostRecords} records.`)
  const found = await env.model('ir.actions.report').search([['report_name', '=', name]], 0, 1)
  const [row] = await found.load('name', 'model', 'report_type', 'template')
  const isMine = row !== undefined && (await isForCaller(env, row.id))
  if (!row?.template || !isMine) throw new MissingError('ERR_REPORT', 'There is no such report for you.')
  const kind = row.report_type === 'qweb-text' ? 'text' : 'html'
  if (kind !== converter) throw new MissingError('ERR_REPORT', 'There is no such report for you.')
  const about = { model: row.model, use: 'report', ids: [...new Set(ids)] } as const
  const [body = ''] = await fillDocument(env, [parse(env, row.model, row.report_type, row.template)], about)
  return { name: row.name, kind, body }
}

// Asked with more rights: a group that the caller may not read must not look like none.
async function isForCaller(env: Env, report: number): Promise<boolean> {
  const bounds = { models: ['ir.actions.report', 'res.groups'], ops: ['read'] as const }
  const [row] = await env.elevate('base.reports.groups', bounds, (elevated) =>
    elevated.model('ir.actions.report', [report]).load('group_ids'),
  )
  const groups = row?.group_ids ?? []
  return groups.length === 0 || groups.some((id) => env.user.groupIds.includes(id))
}

function parse(env: Env, model: string, type: string, text: string) {
  const kind = type === 'qweb-text' ? 'text' : 'html'
  return parseDocument(env.registry, { model, use: 'report', kind, text })
}

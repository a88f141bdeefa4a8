/** Reports as pages, and tables for spreadsheets: made as the caller, shown where nothing can run or load. */

import { InvalidRequestError } from '../../errors.ts'
import { type Gate, requestOf } from '../../rpc/index.ts'
import { contentDisposition, csvLine, type CsvValue } from '../../templates/index.ts'
import type { Exchange, Reply } from '../exchange.ts'
import { signedIn } from '../pages/signed-in.ts'
import type { Route } from '../routes.ts'

/** No script, no request, no form, no origin: a report shows what is in it and nothing else. */
export const reportPolicy =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"

/** `/report/html/sale.report_saleorder/1,2` and `/web/export/csv`, as Odoo's clients ask for them. */
export function reportRoutes(gate: Gate): Route[] {
  return [
    {
      method: 'GET',
      path: '/report/:converter/:name/:ids',
      kind: 'PAGE',
      session: 'required',
      handler: (x) => report(gate, x),
    },
    { method: 'POST', path: '/web/export/csv', kind: 'PAGE', session: 'required', handler: (x) => exportCsv(gate, x) },
  ]
}

async function report(gate: Gate, exchange: Exchange): Promise<Reply> {
  const { converter = '', name = '', ids = '' } = exchange.params
  const numbers = ids.split(',').map((id) => (/^[0-9]{1,9}$/.test(id) ? Number(id) : 0))
  const made = await call(gate, exchange, 'ir.actions.report', 'render_report', [name, numbers, converter])
  const {
    name: title,
    kind,
    body,
  } = made as { readonly name: string; readonly kind: 'html' | 'text'; readonly body: string }
  const end = kind === 'html' ? 'html' : 'txt'
  return {
    status: 200,
    type: kind === 'html' ? 'text/html; charset=utf-8' : 'text/plain; charset=utf-8',
    body,
    csp: reportPolicy,
    headers: { 'Content-Disposition': contentDisposition('inline', `${title}.${end}`) },
  }
}

// Odoo's form: `data` with model, fields, ids or domain, and the kind of export.
async function exportCsv(gate: Gate, exchange: Exchange): Promise<Reply> {
  const { model, fields, ids, domain, import_compat, context } = readRequest(exchange.form().get('data'))
  const kwargs = { context: { ...context, import_compat } }
  const records = ids ?? (await call(gate, exchange, model, 'search', [domain], { context }))
  const names = fields.map(({ name }) => name)
  const table = await call(gate, exchange, model, 'export_data', [records, names], kwargs)
  const { datas } = table as { readonly datas: readonly (readonly unknown[])[] }
  const head = fields.map(({ name, label }) => (import_compat ? name : label))
  return {
    status: 200,
    type: 'text/csv; charset=utf-8',
    // Spreadsheets take a file for UTF-8 when it begins with this sign.
    body: `\ufeff${[head, ...datas.map((row) => row.map(cell))].map(csvLine).join('')}`,
    headers: { 'Content-Disposition': contentDisposition('attachment', `${model}.csv`) },
  }
}

interface ExportRequest {
  readonly model: string
  readonly fields: readonly { readonly name: string; readonly label: string }[]
  readonly ids: readonly number[] | null
  readonly domain: readonly unknown[]
  readonly import_compat: boolean
  readonly context: Readonly<Record<string, unknown>>
}

function readRequest(text: string | null): ExportRequest {
  const given = parse(text)
  const { model, fields, ids, domain, context } = given
  if (typeof model !== 'string' || !Array.isArray(fields) || fields.length === 0) throw malformed()
  return {
    model,
    fields: fields.map((field: unknown) => {
      const { name, label } = (field ?? {}) as Record<string, unknown>
      if (typeof name !== 'string') throw malformed()
      return { name, label: typeof label === 'string' ? label : name }
    }),
    ids: Array.isArray(ids) && ids.length > 0 ? (ids as number[]) : null,
    domain: Array.isArray(domain) ? domain : [],
    import_compat: given['import_compat'] === true,
    context:
      typeof context === 'object' && context !== null && !Array.isArray(context)
        ? (context as Record<string, unknown>)
        : {},
  }
}

function parse(text: string | null): Record<string, unknown> {
  try {
    const given: unknown = JSON.parse(text ?? '')
    if (typeof given === 'object' && given !== null) return given as Record<string, unknown>
  } catch {
    // Said below, in the same words as for JSON of another shape.
  }
  throw malformed()
}

function malformed(): InvalidRequestError {
  return new InvalidRequestError(
    'ERR_EXPORT',
    'An export names a model and its fields: {"model": …, "fields": [{"name": …}]}.',
  )
}

function cell(value: unknown): CsvValue {
  if (value === false) return ''
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : ''
}

function call(
  gate: Gate,
  exchange: Exchange,
  model: string,
  method: string,
  args: readonly unknown[],
  kwargs: Readonly<Record<string, unknown>> = {},
): Promise<unknown> {
  const { tenant, uid } = signedIn(exchange)
  return gate.call(tenant, uid, model, method, args, kwargs, {
    signal: exchange.signal,
    origin: requestOf(exchange, 'web'),
  })
}

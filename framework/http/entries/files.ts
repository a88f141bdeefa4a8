/** Attachments and images, read as the user: what she may not read is as absent as what is not there. */

import { actorOf, recordAudit } from '../../audit/index.ts'
import { AppError } from '../../errors.ts'
import { type Gate, requestOf } from '../../rpc/index.ts'
import { contentDisposition, imageType } from '../../templates/index.ts'
import { text } from '../answer/reply.ts'
import type { Exchange, Reply } from '../exchange.ts'
import type { Route } from '../routes.ts'
import { icon } from '../pages/look/assets.ts'
import { servedType } from './file-type.ts'

/** `/web/content/…` and `/web/image/…` as Odoo's clients ask for them. */
export function fileRoutes(gate: Gate): Route[] {
  const content = (x: Exchange) => serveContent(gate, x)
  const image = (x: Exchange) => serveImage(gate, x)
  return [
    ...[
      '/web/content/:id',
      '/web/content/:id/:filename',
      '/web/content/:model/:id/:field',
      '/web/content/:model/:id/:field/:filename',
    ].map((path) => file(path, content)),
    ...[
      '/web/image/:id',
      '/web/image/:id/:filename',
      '/web/image/:model/:id/:field',
      '/web/image/:model/:id/:field/:filename',
    ].map((path) => file(path, image)),
    ...['/web/binary/company_logo', '/logo', '/logo.png'].map(
      (path): Route => ({ ...file(path, (x) => serveLogo(gate, x)), tenant: 'optional' }),
    ),
  ]
}

function file(path: string, handler: Route['handler']): Route {
  return { method: 'GET', path, kind: 'FILE', tenant: 'required', session: 'optional', handler }
}

async function serveContent(gate: Gate, exchange: Exchange): Promise<Reply> {
  const found = await readFile(gate, exchange)
  if (found === null) return text(404, 'Not found.')
  await noteDownload(exchange)
  const { type, inline } = servedType(found.mimetype, found.bytes)
  const download = ['1', 'true', 'True'].includes(exchange.query.get('download') ?? '')
  return {
    status: 200,
    type,
    body: found.bytes,
    headers: { 'Content-Disposition': contentDisposition(inline && !download ? 'inline' : 'attachment', found.name) },
  }
}

async function noteDownload(exchange: Exchange): Promise<void> {
  const { tenant, session, params } = exchange
  if (tenant === null || session === null) return
  const { model = 'ir.attachment', field = 'datas', id } = params
  await recordAudit(tenant.pool, actorOf(requestOf(exchange, 'web'), session.uid), [
    { kind: 'file.downloaded', model, ids: [Number(id)], what: { fields: [field] } },
  ])
}

async function serveImage(gate: Gate, exchange: Exchange): Promise<Reply> {
  const found = await readFile(gate, exchange)
  const type = found === null ? null : imageType(found.bytes)
  // As in Odoo: a picture that is absent or not for this user is a placeholder, so that pages stay whole.
  if (found === null || type === null) return { status: 200, type: 'image/svg+xml; charset=utf-8', body: placeholder }
  return {
    status: 200,
    type,
    body: found.bytes,
    headers: { 'Content-Disposition': contentDisposition('inline', found.name) },
  }
}

// The picture of the person's company; to everybody else the product's own, so that nobody learns of companies by it.
async function serveLogo(gate: Gate, exchange: Exchange): Promise<Reply> {
  const { tenant, session } = exchange
  const company = tenant === null || session === null ? null : (await gate.rights(tenant, session.uid)).companyId
  const found =
    company === null ? null : await readField(gate, exchange, { model: 'res.company', id: company, field: 'logo' })
  const type = found === null ? null : imageType(found.bytes)
  if (found === null || type === null) return { status: 200, type: icon.type, body: icon.body }
  return { status: 200, type, body: found.bytes }
}

const placeholder =
  '<svg xmlns="http://www.w3.org/2000/svg" width="128" height="128" viewBox="0 0 128 128"><rect width="128" height="128" fill="#d9dde3"/><circle cx="64" cy="50" r="22" fill="#aab2bd"/><path d="M20 118c4-26 22-38 44-38s40 12 44 38z" fill="#aab2bd"/></svg>'

interface Found {
  readonly name: string
  readonly mimetype: string | undefined
  readonly bytes: Buffer
}

async function readFile(gate: Gate, exchange: Exchange): Promise<Found | null> {
  const { params } = exchange
  const id = /^[0-9]{1,10}$/.test(params['id'] ?? '') ? Number(params['id']) : 0
  const { model, field } = params
  if (id === 0) return null
  return readField(
    gate,
    exchange,
    model === undefined || field === undefined ? { model: 'ir.attachment', id, field: 'datas' } : { model, id, field },
  )
}

async function readField(
  gate: Gate,
  exchange: Exchange,
  place: { readonly model: string; readonly id: number; readonly field: string },
): Promise<Found | null> {
  const { tenant, session, params } = exchange
  if (tenant === null || session === null) return null
  const { model: ofModel, id, field: ofField } = place
  const fields = ofModel === 'ir.attachment' ? ['name', 'mimetype', ofField] : [ofField]
  try {
    const result = await gate.call(
      tenant,
      session.uid,
      ofModel,
      'read',
      [[id], fields],
      {},
      { signal: exchange.signal, origin: requestOf(exchange, 'web') },
    )
    const [row] = rowsOf(result)
    const data = row?.[ofField]
    if (row === undefined || typeof data !== 'string' || data === '') return null
    const { name, mimetype } = row
    const given = params['filename'] ?? exchange.query.get('filename')
    return {
      name: given ?? (typeof name === 'string' && ofModel === 'ir.attachment' ? name : `${ofModel}-${id}-${ofField}`),
      mimetype: typeof mimetype === 'string' ? mimetype : undefined,
      bytes: Buffer.from(data, 'base64'),
    }
  } catch (thrown) {
    // Forbidden, absent, no such model or field: one answer. Our own faults are not swallowed.
    if (thrown instanceof AppError && thrown.status < 500) return null
    throw thrown
  }
}

function rowsOf(result: unknown): Record<string, unknown>[] {
  const rows =
    typeof result === 'object' && result !== null && 'parse' in result
      ? (result as { parse(): unknown }).parse()
      : result
  return Array.isArray(rows) ? (rows as Record<string, unknown>[]) : []
}

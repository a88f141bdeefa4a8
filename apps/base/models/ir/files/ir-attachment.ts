/** Files on records: the content in the sealed store, the rights those of the record that they hang on. */

import {
  AccessError,
  api,
  behaviour,
  computed,
  type Def,
  describeContent,
  type Domain,
  type Env,
  expose,
  f,
  fields,
  InvalidRequestError,
  type JsonResult,
  model,
  t,
  type Values,
} from '#framework'

export const irAttachment = fields({
  name: f.char({ label: 'Name', required: true }),
  description: f.text({ label: 'Description' }),
  res_name: f.char({ label: 'Resource Name', compute: true }),
  res_model: f.char({ label: 'Resource Model', readonly: true }),
  res_field: f.char({ label: 'Resource Field', readonly: true }),
  res_id: f.int({ label: 'Resource ID', readonly: true, index: true, modelField: 'res_model' }),
  company_id: f.m2o('res.company', { label: 'Company' }),
  type: f.sel({ url: 'URL', binary: 'File' }, { label: 'Type', required: true, default: 'binary' }),
  url: f.char({ label: 'Url', size: 1024 }),
  public: f.bool({ label: 'Is public document', default: false }),
  access_token: f.char({ label: 'Access Token', secret: true, copy: false }),
  raw: f.binary({ label: 'File Content (raw)', compute: true, editable: true }),
  datas: f.binary({ label: 'File Content (base64)', compute: true, editable: true }),
  store_fname: f.char({ label: 'Stored Filename', readonly: true, index: true }),
  file_size: f.int({ label: 'File Size', readonly: true }),
  checksum: f.char({ label: 'Checksum/SHA1', size: 40, readonly: true, index: true }),
  mimetype: f.char({ label: 'Mime Type', readonly: true }),
  index_content: f.text({ label: 'Indexed Content', readonly: true }),
  original_id: f.m2o('ir.attachment', { label: 'Original (unoptimized, unresized) attachment' }),
})

declare module '#framework' {
  interface Registry {
    'ir.attachment': IrAttachmentData
  }
  interface IrAttachmentData extends Def<typeof irAttachment> {}
}

model('ir.attachment', irAttachment, {
  description: 'Attachment',
  order: 'id desc',
  hangsOn: { id: 'res_id', rights: 'enough', unless: 'res_field' },
})

computed('ir.attachment', 'datas', ['store_fname'], (file, env) => contentOf(env, file.store_fname))
computed('ir.attachment', 'raw', ['store_fname'], (file, env) => contentOf(env, file.store_fname))
computed('ir.attachment', 'res_name', ['res_model', 'res_id'], async (file, env) => {
  if (!file.res_model || !file.res_id || !env.registry.models.has(file.res_model)) return null
  const linked = env.model(file.res_model, [file.res_id])
  if (!(await linked.has_access('read'))) return null
  const [row] = (await linked.read(['display_name'])).parse()
  return typeof row?.display_name === 'string' ? row.display_name : null
})

expose('ir.attachment', {
  generate_access_token: api({
    params: {},
    returns: t.json,
    access: 'write',
    doc: 'Not offered: files are shared through signed links',
  }),
})

const elevation = { models: ['ir.attachment'], ops: ['read', 'write', 'create', 'unlink'] } as const

behaviour(
  'ir.attachment',
  (Base) =>
    class extends Base {
      override async create(values: Values<string> | readonly Values<string>[]): Promise<this> {
        const list = Array.isArray(values) ? (values as readonly Values<string>[]) : [values as Values<string>]
        const rows: Values<string>[] = []
        for (const item of list) rows.push(await withContent(this.env, item))
        if (isUnlimited(this.env, 'create')) return super.create(rows)
        await this.check_access('create')
        for (const row of rows) {
          await checkTarget(this.env, row)
          await checkOriginal(this.env, row)
        }
        const made = await this.env.elevate('base.attachment.create', elevation, (env) =>
          super.create.call(env.model('ir.attachment'), rows),
        )
        return this.browse(made.ids)
      }

      override async write(values: Values<string>): Promise<boolean> {
        const row = await withContent(this.env, values)
        if (isUnlimited(this.env, 'write')) return super.write(row)
        await requireLinked(this.env, this.ids, 'write')
        if ('res_model' in row || 'res_id' in row) await checkTarget(this.env, row)
        await checkOriginal(this.env, row)
        return this.env.elevate('base.attachment.write', elevation, (env) =>
          super.write.call(env.model('ir.attachment', this.ids), row),
        )
      }

      override async unlink(): Promise<boolean> {
        if (isUnlimited(this.env, 'unlink')) return super.unlink()
        await requireLinked(this.env, this.ids, 'write')
        return this.env.elevate('base.attachment.unlink', elevation, (env) =>
          super.unlink.call(env.model('ir.attachment', this.ids)),
        )
      }

      override async read(names?: readonly string[] | null, load?: string | null): Promise<JsonResult<RecordSetRow[]>> {
        if (isUnlimited(this.env, 'read')) return super.read(names, load)
        await requireLinked(this.env, this.ids, 'read')
        return this.env.elevate('base.attachment.read', elevation, (env) =>
          super.read.call(env.model('ir.attachment', this.ids), names, load),
        )
      }

      override async search(
        domain: Domain,
        offset = 0,
        limit: number | null = null,
        order: string | null = null,
      ): Promise<this> {
        if (isUnlimited(this.env, 'read')) return super.search(domain, offset, limit, order)
        await this.check_access('read')
        // Which records a file may hang on is known only from the file: candidates first, then the caller's rights on their records.
        const candidates = await this.env.elevate('base.attachment.search', elevation, (env) =>
          super.search.call(env.model('ir.attachment'), domain, 0, mostCandidates, order),
        )
        const allowed = await linkedIds(this.env, candidates.ids, 'read')
        const ids = candidates.ids.filter((id) => allowed.has(id))
        return this.browse(ids.slice(offset, limit === null || limit === 0 ? undefined : offset + limit))
      }

      override async search_count(domain: Domain, limit: number | null = null): Promise<number> {
        if (isUnlimited(this.env, 'read')) return super.search_count(domain, limit)
        return (await this.search(domain, 0, limit)).length
      }

      override async search_read(
        domain: Domain = [],
        names: readonly string[] | null = null,
        offset = 0,
        limit: number | null = null,
        order: string | null = null,
        load: string | null = '_classic_read',
      ): Promise<JsonResult<RecordSetRow[]>> {
        if (isUnlimited(this.env, 'read')) return super.search_read(domain, names, offset, limit, order, load)
        return (await this.search(domain, offset, limit, order)).read(names, load)
      }

      generate_access_token(): never {
        throw new AccessError(
          'ERR_ATTACHMENT_TOKEN',
          'Files are shared through signed links, not through tokens that never end.',
        )
      }
    },
)

type RecordSetRow = Record<string, unknown> & { id: number }
type LinkOperation = 'read' | 'write'

const mostCandidates = 10_000

function isUnlimited(env: Env, operation: 'read' | 'write' | 'create' | 'unlink'): boolean {
  return env.system || env.grant.records('ir.attachment', operation) === true
}

/** @throws AccessError unless the caller may do this with the records that all of these files hang on */
async function requireLinked(env: Env, ids: readonly number[], operation: LinkOperation): Promise<void> {
  const allowed = await linkedIds(env, ids, operation)
  const gone = ids.filter((id) => !allowed.has(id))
  if (gone.length === 0) return
  // Who may learn what exists is not given what does not, as `read` does; to all others absent and forbidden are one.
  const isAnyThere =
    !env.grant.seesExistence ||
    (await env.elevate('base.attachment.exists', elevation, (inner) => inner.model('ir.attachment', gone).exists()))
      .length > 0
  if (isAnyThere)
    throw new AccessError('ERR_ACCESS_ATTACHMENT', 'You may not use these attachments, or they do not exist.')
}

// Files that the caller may use: through the record they hang on, or public or own ones that hang on none.
async function linkedIds(env: Env, ids: readonly number[], operation: LinkOperation): Promise<ReadonlySet<number>> {
  if (ids.length === 0) return new Set()
  const files = await env.elevate('base.attachment.links', elevation, (inner) =>
    inner.model('ir.attachment', ids).loadExisting(['res_model', 'res_id', 'res_field', 'public', 'create_uid']),
  )
  const allowed = new Set<number>()
  const byModel = new Map<string, LinkedFile[]>()
  for (const file of files as unknown as LinkedFile[]) {
    if (operation === 'read' && file.public) allowed.add(file.id)
    else if (!file.res_model || !file.res_id) {
      // Files that hang on nothing (imports leave some) are their maker's, and administrators look after them, as in Odoo.
      if ((file.create_uid === env.uid && !file.res_field) || env.user.groups.has('base.group_system'))
        allowed.add(file.id)
    } else byModel.set(file.res_model, [...(byModel.get(file.res_model) ?? []), file])
  }
  for (const [name, linked] of byModel) {
    if (!env.registry.models.has(name) || name === 'ir.attachment') continue
    const records = env.withContext({ active_test: false }).model(name)
    if (!(await records.has_access(operation))) continue
    const readable = new Set((await records.search([['id', 'in', linked.map((file) => file.res_id)]])).ids)
    for (const file of linked) {
      if (!readable.has(file.res_id) || !mayUseField(env, name, file.res_field, operation)) continue
      if (operation === 'read' || (await records.browse([file.res_id]).has_access(operation))) allowed.add(file.id)
    }
  }
  return allowed
}

// The content of a field is for those who may use the field; of one that no application has (any more), for administrators.
function mayUseField(env: Env, model: string, field: string | null, operation: LinkOperation): boolean {
  if (!field) return true
  const isKnown = env.registry.models.get(model)?.fields.has(field) === true
  return isKnown ? env.grant.field(model, field, operation) : env.user.groups.has('base.group_system')
}

interface LinkedFile {
  readonly id: number
  readonly res_model: string | null
  readonly res_id: number
  readonly res_field: string | null
  readonly public: boolean
  readonly create_uid: number
}

// A new home of a file: the caller must be able to change that record.
async function checkTarget(env: Env, values: Values<string>): Promise<void> {
  const { res_model: name, res_id: id } = values
  if (!id) return
  if (typeof name !== 'string' || typeof id !== 'number' || !env.registry.models.has(name))
    throw new InvalidRequestError('ERR_ATTACHMENT_LINK', 'A file hangs on a record: give its model and its id.')
  await env.model(name, [id]).check_access('write')
}

// The original shows with its name: it must be a file that the caller may read.
async function checkOriginal(env: Env, values: Values<string>): Promise<void> {
  const { original_id: original } = values
  if (!original) return
  if (typeof original !== 'number' || !(await linkedIds(env, [original], 'read')).has(original))
    throw new AccessError('ERR_ACCESS_ATTACHMENT', 'You may not use these attachments, or they do not exist.')
}

// Content goes to the store; what is known about it comes from the bytes, never from the caller.
async function withContent(env: Env, values: Values<string>): Promise<Values<string>> {
  const { datas, raw, ...rest } = values
  const safe = env.system
    ? rest
    : without(rest, ['store_fname', 'checksum', 'file_size', 'mimetype', 'res_field', 'index_content', 'access_token'])
  const content = datas ?? raw
  if (content === undefined) return safe
  if (content === null || content === false || content === '')
    return { ...safe, store_fname: null, checksum: null, file_size: 0, mimetype: 'application/octet-stream' }
  const bytes = decodeBase64(content)
  const facts = describeContent(bytes, typeof values.name === 'string' ? values.name : '')
  return {
    ...safe,
    store_fname: await env.files.put(bytes),
    checksum: facts.checksum,
    file_size: facts.sizeBytes,
    mimetype: facts.mimetype,
  }
}

function without(values: Values<string>, names: readonly string[]): Values<string> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !names.includes(name)))
}

function decodeBase64(value: unknown): Uint8Array {
  const text = typeof value === 'string' ? value.replaceAll(/\s/g, '') : undefined
  if (text === undefined || !/^[A-Za-z0-9+/]*={0,2}$/.test(text))
    throw new InvalidRequestError('ERR_BASE64', 'The content of an attachment is base64 text.')
  return Buffer.from(text, 'base64')
}

async function contentOf(env: Env, hash: string | null): Promise<string | null> {
  const bytes = hash ? await env.files.get(hash) : null
  return bytes === null ? null : Buffer.from(bytes).toString('base64')
}

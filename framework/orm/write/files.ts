/** Binary fields that are kept as attachments: content in the file store before the row that refers to it. */

import { createHash } from 'node:crypto'
import { InvalidRequestError } from '../../errors.ts'
import { sql } from '../../sql/index.ts'
import { noteAside } from '../audit/changes.ts'
import type { Env } from '../env.ts'
import type { FieldInfo, ModelInfo } from '../registry.ts'

/** Stores the files of created or written records; an empty value removes the file. */
export async function storeFiles(
  env: Env,
  model: ModelInfo,
  ids: readonly number[],
  records: readonly ReadonlyMap<FieldInfo, unknown>[],
): Promise<void> {
  for (let i = 0; i < ids.length; i++) {
    for (const [field, value] of records[i] ?? []) {
      const recordId = ids[i] as number
      const [before] = await env.db.query<{ checksum: string | null }>(
        sql`DELETE FROM ir_attachment WHERE res_model = ${model.name} AND res_field = ${field.name} AND res_id = ${recordId}::int4 RETURNING checksum`,
      )
      if (value === false || value === null || value === undefined || value === '') {
        if (before) noteAside(env, model, recordId, field, { file: [before.checksum, null] })
        continue
      }
      const bytes = fromBase64(field, value)
      const hash = await env.files.put(bytes)
      const checksum = createHash('sha1').update(bytes).digest('hex')
      noteAside(env, model, recordId, field, { file: [before?.checksum ?? null, checksum] })
      await env.db.query(
        sql`INSERT INTO ir_attachment (name, type, res_model, res_field, res_id, store_fname, file_size, checksum, mimetype, public, create_uid, create_date, write_uid, write_date)
            VALUES (${field.name}, 'binary', ${model.name}, ${field.name}, ${recordId}::int4, ${hash}, ${bytes.length}::int4, ${checksum}, ${sniff(bytes)}, FALSE,
                    ${env.uid}::int4, now() AT TIME ZONE 'UTC', ${env.uid}::int4, now() AT TIME ZONE 'UTC')`,
      )
    }
  }
}

/** @throws InvalidRequestError ERR_BASE64 */
export function fromBase64(field: { readonly model: string; readonly name: string }, value: unknown): Buffer {
  // RFC 2045 §6.8, as Odoo's clients know it: characters outside the alphabet are passed over, the padding must be there.
  const text = typeof value === 'string' ? value.replaceAll(/[^A-Za-z0-9+/=]/g, '') : undefined
  if (text === undefined || !/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text))
    throw new InvalidRequestError('ERR_BASE64', `${field.model}.${field.name} takes a file as base64 text.`, {
      wireName: 'binascii.Error',
    })
  return Buffer.from(text, 'base64')
}

/** The type of a file by its first bytes; what is not known is served as plain bytes. */
export function sniff(bytes: Uint8Array): string {
  const head = Buffer.from(bytes.subarray(0, 16))
  if (head.subarray(0, 8).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))) return 'image/png'
  if (head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff) return 'image/jpeg'
  if (head.subarray(0, 4).toString('latin1') === 'GIF8') return 'image/gif'
  if (head.subarray(0, 4).toString('latin1') === 'RIFF' && head.subarray(8, 12).toString('latin1') === 'WEBP')
    return 'image/webp'
  if (head.subarray(0, 5).toString('latin1') === '%PDF-') return 'application/pdf'
  if (head.subarray(0, 4).equals(Buffer.from([0x50, 0x4b, 0x03, 0x04]))) return 'application/zip'
  const sample = Buffer.from(bytes.subarray(0, 512))
  if (/^\s*(<\?xml[^>]*>\s*)?<svg[\s>]/i.test(sample.toString('latin1'))) return 'image/svg+xml'
  return sample.length > 0 && !sample.includes(0) ? 'text/plain' : 'application/octet-stream'
}

/** Takes archives apart and puts them together as an attacker would, with a manifest that fits. */

import { createHash } from 'node:crypto'
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { extract, type Header, pack } from 'tar-stream'

export interface Part {
  readonly name: string
  readonly body: Buffer
  readonly header?: Partial<Header>
}

/** The members of a plain archive. */
export async function unpack(archive: Uint8Array): Promise<Part[]> {
  const parts: Part[] = []
  const reader = extract()
  reader.write(zstdDecompressSync(archive))
  reader.end(null)
  for await (const entry of reader) {
    const chunks: Buffer[] = []
    for await (const chunk of entry) chunks.push(chunk as Buffer)
    parts.push({ name: entry.header.name, body: Buffer.concat(chunks) })
  }
  return parts
}

/** A tar of these members as they are. */
export async function tar(parts: readonly Part[]): Promise<Buffer> {
  const writer = pack()
  for (const { name, body, header } of parts) {
    if (header?.type !== undefined && header.type !== 'file') writer.entry({ name, ...header })
    else writer.entry({ name, size: body.length, ...header }, body)
  }
  writer.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of writer) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** The archive again, its manifest adapted to the members. */
export async function repack(parts: readonly Part[]): Promise<Buffer> {
  return zstdCompressSync(await tar(withManifest(parts)))
}

export function withManifest(parts: readonly Part[]): Part[] {
  const manifest = parts.find(({ name }) => name === 'manifest.json')
  if (manifest === undefined) return [...parts]
  const value = JSON.parse(manifest.body.toString()) as Record<string, unknown>
  const members = parts
    .filter((part) => part !== manifest)
    .map(({ name, body }) => ({ name, size: body.length, sha256: createHash('sha256').update(body).digest('hex') }))
  return parts.map((part) =>
    part === manifest ? { ...part, body: Buffer.from(JSON.stringify({ ...value, members })) } : part,
  )
}

/** Changes one member's bytes. */
export function change(parts: readonly Part[], name: string, edit: (body: Buffer) => Buffer | string): Part[] {
  return parts.map((part) => (part.name === name ? { ...part, body: Buffer.from(edit(part.body)) } : part))
}

/** Changes one member's JSON in place. */
export function changeJson<T>(parts: readonly Part[], name: string, edit: (value: T) => void): Part[] {
  return change(parts, name, (body) => {
    const value = JSON.parse(body.toString()) as T
    edit(value)
    return JSON.stringify(value)
  })
}

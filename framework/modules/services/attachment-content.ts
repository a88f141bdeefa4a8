/** What is known about a file from its bytes alone; a name or a caller's word about its type is not believed. */

import { createHash } from 'node:crypto'

export interface ContentFacts {
  /** SHA-1 in hex, as clients of Odoo expect it; identifies, protects nothing. */
  readonly checksum: string
  readonly mimetype: string
  readonly sizeBytes: number
}

/** Checksum, size and type of a file's content. */
export function describeContent(bytes: Uint8Array, name = ''): ContentFacts {
  return {
    checksum: createHash('sha1').update(bytes).digest('hex'),
    mimetype: sniffType(bytes, name),
    sizeBytes: bytes.byteLength,
  }
}

const signatures: readonly (readonly [type: string, offset: number, ...bytes: number[]])[] = [
  ['image/png', 0, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
  ['image/jpeg', 0, 0xff, 0xd8, 0xff],
  ['image/gif', 0, 0x47, 0x49, 0x46, 0x38],
  ['image/webp', 8, 0x57, 0x45, 0x42, 0x50],
  ['image/bmp', 0, 0x42, 0x4d],
  ['image/x-icon', 0, 0x00, 0x00, 0x01, 0x00],
  ['application/pdf', 0, 0x25, 0x50, 0x44, 0x46, 0x2d],
  ['application/gzip', 0, 0x1f, 0x8b],
  ['video/mp4', 4, 0x66, 0x74, 0x79, 0x70],
]

// Zip containers are told apart by the name; a wrong name can only make them another kind of zip.
const zipTypes: Readonly<Record<string, string>> = {
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  odt: 'application/vnd.oasis.opendocument.text',
  ods: 'application/vnd.oasis.opendocument.spreadsheet',
}

const textTypes: Readonly<Record<string, string>> = {
  csv: 'text/csv',
  json: 'application/json',
  xml: 'application/xml',
  css: 'text/css',
  js: 'text/javascript',
}

function sniffType(bytes: Uint8Array, name: string): string {
  const extension = /\.([a-z0-9]{1,5})$/.exec(name.toLowerCase())?.[1] ?? ''
  for (const [type, offset, ...magic] of signatures)
    if (magic.every((byte, i) => bytes[offset + i] === byte)) return type
  if ([0x50, 0x4b, 0x03, 0x04].every((byte, i) => bytes[i] === byte)) return zipTypes[extension] ?? 'application/zip'
  const text = decode(bytes.subarray(0, 4_096), bytes.length > 4_096)
  if (text === null) return 'application/octet-stream'
  // Anything that a browser could take for a page or a picture with scripts is named so, and so never shown inline.
  if (/<svg[\s>]/i.test(text)) return 'image/svg+xml'
  if (/<(?:!doctype\s+html|html|head|body|script|iframe)[\s>]/i.test(text)) return 'text/html'
  return textTypes[extension] ?? 'text/plain'
}

function decode(bytes: Uint8Array, isCut: boolean): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: isCut })
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what tells binary from text
    return /[\x00-\x08\x0e-\x1a\x1c-\x1f]/.test(text) ? null : text
  } catch {
    return null
  }
}

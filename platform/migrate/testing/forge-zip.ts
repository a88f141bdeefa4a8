/** Writes zips byte by byte for tests, also such as no honest program writes. */

import { crc32, deflateRawSync } from 'node:zlib'

export interface ForgedEntry {
  readonly name: string
  readonly data: Buffer | string
  /** Unix mode in the upper half of the external attributes; default a regular file. */
  readonly mode?: number
  /** General purpose flags; bit 0 = encrypted. */
  readonly flags?: number
  /** Overrides what the list of entries says. */
  readonly crc?: number
  readonly size?: number
  readonly packedSize?: number
  /** Uses the bytes of the entry before (overlapping entries). */
  readonly shared?: boolean
}

/** A zip with these entries. */
export function forgeZip(entries: readonly ForgedEntry[]): Buffer {
  const parts: Buffer[] = []
  const list: Buffer[] = []
  let offset = 0
  let shared = { offset: 0, packed: Buffer.alloc(0) }
  for (const entry of entries) {
    const data = Buffer.from(entry.data)
    const name = Buffer.from(entry.name)
    const packed = entry.shared ? shared.packed : deflateRawSync(data, { level: 1 })
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE((entry.flags ?? 0) | 0x800, 2)
    common.writeUInt16LE(8, 4)
    common.writeUInt32LE(entry.crc ?? crc32(data), 10)
    common.writeUInt32LE(entry.packedSize ?? packed.length, 14)
    common.writeUInt32LE(entry.size ?? data.length, 18)
    common.writeUInt16LE(name.length, 22)
    const at = entry.shared ? shared.offset : offset
    if (!entry.shared) {
      const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, name, packed])
      shared = { offset, packed }
      offset += local.length
      parts.push(local)
    }
    const central = Buffer.alloc(14)
    central.writeUInt32LE(((entry.mode ?? 0o100644) << 16) >>> 0, 6)
    central.writeUInt32LE(at, 10)
    list.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x03'), common, central, name]))
  }
  const directory = Buffer.concat(list)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 0, 'latin1')
  end.writeUInt16LE(entries.length, 8)
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...parts, directory, end])
}

/** The manifest of a backup of this version. */
export function manifestOf(version = '18.0'): string {
  return JSON.stringify({
    odoo_dump: '1',
    db_name: 'forged',
    major_version: version,
    modules: { base: `${version}.1.0` },
  })
}

/** A dump as pg_dump writes it, with this between its first and last lines. */
export function dumpOf(body: string): string {
  return `--\n-- PostgreSQL database dump\n--\n\nSET client_encoding = 'UTF8';\n${body}\n--\n-- PostgreSQL database dump complete\n--\n`
}

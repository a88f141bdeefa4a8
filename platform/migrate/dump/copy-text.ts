/** PostgreSQL's COPY text format: one row per line, fields between tabs. Source: PostgreSQL manual, COPY, "Text Format". */

const backslash = 0x5c
const tab = 0x09
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const letters: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }

/**
 * Fields of one line (without its line break); `\N` is null.
 * @throws TypeError when the bytes are no UTF-8
 */
export function parseCopyLine(line: Buffer): (string | null)[] {
  const fields: (string | null)[] = []
  for (let start = 0; ; ) {
    // A tab inside a field is always written `\t`, so every tab separates.
    const end = line.indexOf(tab, start)
    fields.push(parseField(end < 0 ? line.subarray(start) : line.subarray(start, end)))
    if (end < 0) return fields
    start = end + 1
  }
}

function parseField(bytes: Buffer): string | null {
  if (bytes.length === 2 && bytes[0] === backslash && bytes[1] === 0x4e) return null
  if (!bytes.includes(backslash)) return decoder.decode(bytes)
  return hasByteEscape(bytes) ? decoder.decode(unescapeBytes(bytes)) : unescapeText(decoder.decode(bytes))
}

function unescapeText(text: string): string {
  return text.replace(/\\(.)/gsu, (_, c: string) => letters[c] ?? c)
}

// `\101` and `\x41` give single bytes, which may be parts of one character: they are undone before decoding.
function hasByteEscape(bytes: Buffer): boolean {
  for (let i = bytes.indexOf(backslash); i >= 0; i = bytes.indexOf(backslash, i + 2)) {
    const next = bytes[i + 1] ?? 0
    if ((next >= 0x30 && next <= 0x37) || (next === 0x78 && isHex(bytes[i + 2]))) return true
  }
  return false
}

function unescapeBytes(bytes: Buffer): Buffer {
  const latin = bytes.toString('latin1')
  const plain = latin.replace(
    /\\(?:([0-7]{1,3})|x([0-9A-Fa-f]{1,2})|([\s\S]))/g,
    (_, octal?: string, hex?: string, c?: string) => {
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff)
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16))
      return letters[c ?? ''] ?? c ?? ''
    },
  )
  return Buffer.from(plain, 'latin1')
}

function isHex(byte: number | undefined): boolean {
  return byte !== undefined && /[0-9A-Fa-f]/.test(String.fromCharCode(byte))
}

/** Splits a byte stream into lines without copying more than it must. */

/** Longest line in bytes: one row of a table, with an attachment inside at worst. */
export const maxLineBytes = 256 * 2 ** 20

/**
 * Lines without their line break. The last one is given even when it has none.
 * @throws RangeError for a line above `maxLineBytes`
 */
export async function* linesOf(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer[]> {
  let parts: Buffer[] = []
  let held = 0
  for await (const chunk of source) {
    const lines: Buffer[] = []
    let start = 0
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, start)) {
      const tail = chunk.subarray(start, end)
      lines.push(parts.length === 0 ? tail : Buffer.concat([...parts, tail]))
      parts = []
      held = 0
      start = end + 1
    }
    if (start < chunk.length) {
      parts.push(chunk.subarray(start))
      held += chunk.length - start
      if (held > maxLineBytes) throw new RangeError(`A line is longer than ${maxLineBytes} bytes.`)
    }
    if (lines.length > 0) yield lines
  }
  if (parts.length > 0) yield [Buffer.concat(parts)]
}

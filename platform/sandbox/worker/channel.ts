/** The child's end of the channel: blocking reads and writes, for a script waits for the answers to its calls. */

import { readSync, writeSync } from 'node:fs'
import { type Order, parseOrder, type Report } from '../protocol.ts'

const chunk = Buffer.alloc(65_536)
let buffered: Buffer = Buffer.alloc(0)

/** The next order. The process ends with its parent: at the end of the channel, or with the first thing that is no order. */
export function receive(): Order {
  const parts: Buffer[] = []
  for (let rest = buffered; ; ) {
    const end = rest.indexOf(0x0a)
    if (end >= 0) {
      parts.push(rest.subarray(0, end))
      buffered = Buffer.from(rest.subarray(end + 1))
      const order = parseOrder(Buffer.concat(parts).toString('utf8'))
      if (order === null) process.exit(3)
      return order
    }
    parts.push(rest)
    const length = readSync(0, chunk)
    if (length === 0) process.exit(0)
    rest = Buffer.from(chunk.subarray(0, length))
  }
}

/** Sends a report, all of it. */
export function send(report: Report): void {
  const line = Buffer.from(`${JSON.stringify(report)}\n`)
  for (let sent = 0; sent < line.length; ) sent += writeSync(1, line, sent)
}

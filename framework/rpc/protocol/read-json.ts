/**
 * The body of a JSON request as values, read in one way only: UTF-8 without faults, and no name twice in an object. Where readers
 * differ in which of two values counts, a check and its user may see different ones (RFC 8259 §4).
 */

import { isUtf8 } from 'node:buffer'

/** @throws SyntaxError when it is not JSON, not UTF-8, or says something twice */
export function readJson(body: Buffer): unknown {
  if (!isUtf8(body)) throw new SyntaxError('The body is not UTF-8.')
  const text = body.toString('utf8')
  const value: unknown = JSON.parse(text)
  if (membersIn(text) !== membersOf(value)) throw new SyntaxError('A name stands twice in an object.')
  return value
}

const quote = 0x22
const backslash = 0x5c
const colon = 0x3a

// In valid JSON a colon outside of strings is a member. Strings are leapt over, so that a file in base64 costs one search.
function membersIn(text: string): number {
  let members = 0
  const { length } = text
  for (let at = 0; at < length; at++) {
    const code = text.charCodeAt(at)
    if (code === colon) members++
    else if (code === quote) at = closing(text, at)
  }
  return members
}

function closing(text: string, opening: number): number {
  for (let at = text.indexOf('"', opening + 1); ; at = text.indexOf('"', at + 1)) {
    let slashes = 0
    while (text.charCodeAt(at - 1 - slashes) === backslash) slashes++
    if (slashes % 2 === 0) return at
  }
}

// What the parser kept of them. By a list of its own, because a caller chooses how deeply values are nested.
function membersOf(value: unknown): number {
  let members = 0
  const left: unknown[] = [value]
  while (left.length > 0) {
    const item = left.pop()
    if (Array.isArray(item)) {
      for (const one of item) if (typeof one === 'object' && one !== null) left.push(one)
    } else if (typeof item === 'object' && item !== null) {
      for (const name in item) {
        members++
        const one: unknown = (item as Record<string, unknown>)[name]
        if (typeof one === 'object' && one !== null) left.push(one)
      }
    }
  }
  return members
}

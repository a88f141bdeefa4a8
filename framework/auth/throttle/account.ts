/** Names under which failed sign-ins are counted. */

import { createHash } from 'node:crypto'
import { isIPv6 } from 'node:net'

/**
 * The account as typed, hashed: people type their password into the wrong box, and it should not stay in a table.
 * Unknown logins are counted like known ones, so that a cool-down does not tell which exist.
 */
export function accountKey(login: string): Buffer {
  return createHash('sha256').update(login, 'utf8').digest()
}

/** The network that an address stands for: one IPv4 address, or the /64 of IPv6, of which each customer has a whole one. */
export function sourceKey(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '')
  if (!isIPv6(plain)) return plain.toWellFormed().replaceAll('\0', '').slice(0, 64) || 'unknown'
  return `${firstFour(plain.split('%')[0] ?? plain)}::/64`
}

function firstFour(address: string): string {
  const [head = '', tail] = address.toLowerCase().split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length
  const groups = [...left, ...Array.from({ length: Math.max(0, zeros) }, () => '0'), ...right]
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group || '0', 16).toString(16))
    .join(':')
}

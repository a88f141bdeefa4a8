/** Lines at the head of a mail: no value ends its line, and an address stays the address that it looks like. */

import { ValidationError } from '../../errors.ts'

/** Somebody who gets or sends mail. */
export interface Mailbox {
  readonly name: string
  readonly address: string
}

/** RFC 5322 §2.1.1, RFC 2047 §2: an encoded word has 75 characters at most. */
const longestWord = 75
const longestAddress = 254

/** One line of free text, `Subject` and its kind; folded, without the break at its end. */
export function headerLine(name: string, text: string): string {
  if (!/^[A-Za-z][A-Za-z0-9-]{0,60}$/.test(name)) throw new TypeError('The name of a mail header is a plain word.')
  return `${name}: ${encodedText(oneLine(text))}`
}

/** One line of mailboxes, `To` and its kind. */
export function addressLine(name: string, boxes: readonly Mailbox[]): string {
  if (!/^[A-Za-z][A-Za-z0-9-]{0,60}$/.test(name)) throw new TypeError('The name of a mail header is a plain word.')
  return `${name}: ${boxes.map(mailbox).join(',\r\n ')}`
}

/** Text as one line: breaks, controls and direction signs become blanks. */
export function oneLine(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
    .trim()
}

/** A mailbox as it stands in a header. */
export function mailbox({ name, address }: Mailbox): string {
  const plain = oneLine(name)
  if (plain === '') return checkedAddress(address)
  const shown = isPlain(plain) ? `"${plain.replace(/["\\]/g, '\\$&')}"` : encodedText(plain)
  return `${shown} <${checkedAddress(address)}>`
}

/**
 * Mailboxes of a list such as `ann@example.com, "Bob" <bob@example.com>`, as an administrator writes it.
 * @throws ValidationError ERR_MAIL_ADDRESS for what is no address; nothing is guessed
 */
export function readMailboxes(list: string): Mailbox[] {
  const parts = list.match(/(?:"(?:[^"\\]|\\.)*"|[^,;"])+|["]/g) ?? []
  return parts.map((part) => part.trim()).flatMap((part) => (part === '' ? [] : [readMailbox(part)]))
}

function readMailbox(part: string): Mailbox {
  const [, quoted, plain, inside] = /^(?:"((?:[^"\\]|\\.)*)"|([^"<>]*))\s*<([^<>]*)>$/.exec(part) ?? []
  if (inside === undefined) return { name: '', address: checkedAddress(part) }
  const name = quoted === undefined ? (plain ?? '') : quoted.replace(/\\(.)/g, '$1')
  return { name: oneLine(name), address: checkedAddress(inside.trim()) }
}

// Narrower than RFC 5322: no quoted local part, no comment, no address literal; nobody's mailbox needs them.
function checkedAddress(address: string): string {
  const isSound =
    address.length <= longestAddress &&
    /^[\p{L}\p{N}.!#$%&'*+/=?^_`{|}~-]{1,64}@[\p{L}\p{N}](?:[\p{L}\p{N}.-]*[\p{L}\p{N}])?$/u.test(address) &&
    !address.includes('..')
  if (isSound) return address
  throw new ValidationError('ERR_MAIL_ADDRESS', `'${oneLine(address).slice(0, 80)}' is not an address for mail.`)
}

function isPlain(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text) && !text.includes('=?') && text.length <= 200
}

// RFC 2047 §4.1 with encoding B; a character is never cut in two (§5).
function encodedText(text: string): string {
  if (isPlain(text)) return text
  const room = Math.floor((longestWord - '=?UTF-8?B??='.length) / 4) * 3
  const words: Buffer[] = []
  let word = Buffer.alloc(0)
  for (const sign of text) {
    const bytes = Buffer.from(sign)
    if (word.length + bytes.length > room) {
      words.push(word)
      word = Buffer.alloc(0)
    }
    word = Buffer.concat([word, bytes])
  }
  return [...words, word].map((bytes) => `=?UTF-8?B?${bytes.toString('base64')}?=`).join('\r\n ')
}

/** How a value of an administrator's template becomes text in its place. */

import type { Context } from 'liquidjs'
import { addressComponent, isDocumentAddress } from '../escape/address.ts'
import { cssValue } from '../escape/css-value.ts'
import { pictureAddress } from '../escape/image.ts'
import { oneLine } from '../escape/mail-header.ts'
import { escapeHtml } from '../escape/text.ts'
import type { Place } from '../html/reader.ts'
import { htmlOf, textOf } from './values.ts'

/** What comes of a template: HTML, text, one line for the head of a mail, or such a line with mailboxes. */
export type Kind = 'html' | 'text' | 'line' | 'mailboxes'

/** The last filter of each value: never left out, and chosen by where the value stands. */
export function placeFilter(kind: Kind, place: Place): (this: { context: Context }, value: unknown) => string {
  const make = makerOf(kind, place)
  return function (value) {
    const text = make(value)
    this.context.memoryLimit.use(text.length)
    return text
  }
}

function makerOf(kind: Kind, place: Place): (value: unknown) => string {
  if (kind === 'html') return (value) => inHtml(value, place)
  if (kind === 'text') return textOf
  if (kind === 'line') return (value) => oneLine(textOf(value))
  // One value is one name or one address: it begins no other mailbox and ends no quotes.
  return (value) => oneLine(textOf(value)).replace(/[",;<>\\]/g, ' ')
}

// Keeps promise: software/escaping
function inHtml(value: unknown, place: Place): string {
  switch (place.in) {
    case 'text':
      return htmlOf(value) ?? escapeHtml(textOf(value))
    case 'address':
      return escapeHtml(inAddress(textOf(value), place))
    case 'css':
      return escapeHtml(cssValue(textOf(value)) ?? 'unset')
    default:
      return escapeHtml(textOf(value))
  }
}

// An address that could do harm leads nowhere.
function inAddress(text: string, { part, tag }: Place & { in: 'address' }): string {
  if (part !== 'start') return addressComponent(text)
  if (tag === 'img') return pictureAddress(text) ?? 'data:,'
  return isDocumentAddress(text) ? text : '#'
}

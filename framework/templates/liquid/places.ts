/** How a value of an administrator's template becomes text in its place. */

import type { Context } from 'liquidjs'
import { addressComponent, isDocumentAddress } from '../escape/address.ts'
import { cssValue } from '../escape/css-value.ts'
import { pictureAddress } from '../escape/image.ts'
import { oneLine } from '../escape/mail-header.ts'
import { escapeHtml } from '../escape/text.ts'
import type { Place } from '../html/reader.ts'
import { htmlOf, textOf } from './values.ts'

/** What comes of a template: HTML, text, or one line for the head of a mail. */
export type Kind = 'html' | 'text' | 'line'

/** The last filter of each value: never left out, and chosen by where the value stands. */
export function placeFilter(kind: Kind, place: Place): (this: { context: Context }, value: unknown) => string {
  const make =
    kind === 'html'
      ? (value: unknown) => inHtml(value, place)
      : kind === 'text'
        ? textOf
        : (value: unknown) => oneLine(textOf(value))
  return function (value) {
    const text = make(value)
    this.context.memoryLimit.use(text.length)
    return text
  }
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

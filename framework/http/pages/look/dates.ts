/** Moments as a person reads them. */

import { texts } from '../texts/texts.ts'

const form = { dateStyle: 'medium', timeStyle: 'short' } as const

/** Date and time in the person's zone; a zone that only another program knows counts as UTC. */
export function inZone(date: Date, timeZone: string): string {
  const language = texts.language === 'en' ? 'en-GB' : texts.language
  try {
    return new Intl.DateTimeFormat(language, { ...form, timeZone }).format(date)
  } catch {
    return new Intl.DateTimeFormat(language, { ...form, timeZone: 'UTC' }).format(date)
  }
}

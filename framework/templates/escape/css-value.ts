/** Values of style properties. */

/**
 * A colour, size, word or list of those, as the value of one style property; `null` for anything that could end the value,
 * name a function or load something.
 */
export function cssValue(text: string): string | null {
  // No parenthesis, quote, backslash, slash, colon or semicolon: what is left can neither call `url()` nor begin a property.
  return text.length <= 200 && /^[#\p{L}\p{N}.,%+ -]*$/u.test(text) ? text : null
}

/** Whether a value may stand here: after `property: `, among parts of a value. */
export function isInsideCssValue(before: string): boolean {
  return /(?:^|;)\s*-?[a-z][a-z-]*\s*:[\ue000#\p{L}\p{N}.,%+ -]*$/iu.test(before)
}

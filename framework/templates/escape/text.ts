/** Text in an element or a quoted attribute of HTML. */

/** Text in which no character has a meaning for HTML, in an element or a quoted attribute. */
export function escapeHtml(text: string): string {
  const well = text.isWellFormed() ? text : text.toWellFormed()
  return /[&<>"'`\0]/.test(well) ? well.replace(/[&<>"'`\0]/g, (c) => entities[c] ?? '') : well
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
  '\0': '\ufffd',
}

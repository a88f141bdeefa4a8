/**
 * Text made of templates: pages, mails and reports, escaped by the place where a value goes.
 * It opens no file and no connection, and gets values that were already authorised.
 */

export { type CsvValue, csvCell, csvLine } from './escape/csv.ts'
export { cssValue } from './escape/css-value.ts'
export { contentDisposition, fileName } from './escape/file-name.ts'
export { addressLine, headerLine, type Mailbox, mailbox, oneLine, readMailboxes } from './escape/mail-header.ts'
export { scriptData } from './escape/script-data.ts'
export { escapeHtml } from './escape/text.ts'
export { Flag, type FlagName, html, type Markup, type Piece, unsafeHtml } from './html/html.ts'
export { imageType } from './escape/image.ts'
export type { Audience } from './liquid/shapes.ts'
export type { CheckOptions, Roots } from './liquid/check.ts'
export { type LiquidTemplate, parseTemplate } from './liquid/template.ts'
export { checkDocument, type DocumentText, fillDocument, parseDocument } from './liquid/document.ts'
export { fillTemplates, type Given } from './liquid/fill.ts'

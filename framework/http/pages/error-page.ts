/** What a person sees when something is refused or fails: what happened, what to do, and never why in technical words. */

import { html } from '../../templates/index.ts'
import { gatePage } from './look/layout.ts'
import { texts } from './texts/texts.ts'

/**
 * A whole page for a status.
 * @param reference number under which the log has the cause
 */
export function errorPage(status: number, reference: string | null = null): string {
  const [title, what] = texts.errors[status] ?? texts.errors[status >= 500 ? 500 : 400] ?? ['', '']
  return gatePage(
    title,
    html`<p class="soft small numeric">${status}</p>
<h1>${title}</h1>
<p class="soft">${what}</p>
${reference === null ? null : html`<p class="note bad">${texts.referenceNumber}: <code>${reference}</code></p>`}
<div class="fields"><a class="button" href="/">${texts.toStart}</a></div>`,
  )
}

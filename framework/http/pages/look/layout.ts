/** The frame of every page: head, the card in the middle, or the bar of a signed-in person. */

import { html, type Markup, type Piece } from '../../../templates/index.ts'
import { texts } from '../texts/texts.ts'
import { icon, styleSheet } from './assets.ts'

/** A whole document. */
export function page(title: string, body: Markup): string {
  return html`<!doctype html>
<html lang="${texts.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>${title} · ${texts.product}</title>
<link rel="icon" type="image/svg+xml" href="${icon.path}">
<link rel="stylesheet" href="${styleSheet.path}">
</head>
<body>
${body}
</body>
</html>
`.text
}

/** A page with one card, for people who are not signed in. */
export function gatePage(title: string, content: Piece, options: { readonly wide?: boolean } = {}): string {
  return page(
    title,
    html`<div class="gate">
<div class="brand">${logo}<span>${texts.product}</span></div>
<main class="card ${options.wide === true ? 'wide' : 'narrow'}">
${content}
</main>
</div>`,
  )
}

export interface Frame {
  readonly title: string
  readonly database: string
  readonly userName: string
  readonly login: string
  readonly csrfToken: string
}

/** A page of a signed-in person. */
export function framedPage(frame: Frame, content: Piece): string {
  return page(
    frame.title,
    html`<a class="skip" href="#content">${texts.skip}</a>
<header class="bar"><div class="inside">
<a class="brand" href="/odoo">${logo}<span>${texts.product}</span></a>
<span class="database" title="${texts.database}">${frame.database}</span>
<div class="who">
<div><strong>${frame.userName}</strong><span class="soft small">${frame.login}</span></div>
<form method="post" action="/web/logout"><input type="hidden" name="csrf_token" value="${frame.csrfToken}"><button class="quiet" type="submit">${texts.signOut}</button></form>
</div>
</div></header>
<main class="inside" id="content" data-database="${frame.database}" data-no-object="${texts.reference.noObject}">
${content}
</main>
<footer class="foot">${texts.footer}</footer>`,
  )
}

// Two posts and the rope that is made fast to them.
const logo = html`<svg viewBox="0 0 32 32" fill="none" aria-hidden="true"><rect width="32" height="32" rx="8" fill="currentColor"/><path d="M10 7v18M22 7v18" stroke="var(--on-accent)" stroke-width="3.6" stroke-linecap="round"/><path d="M5.5 19.5c4-5.5 8.5 2.5 13-2 2.7-2.7 5-5 8-3.5" stroke="var(--on-accent)" stroke-opacity=".62" stroke-width="3" stroke-linecap="round"/></svg>`

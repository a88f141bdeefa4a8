/** For who administers rights: why somebody may, or may not, and which rules cost the most. */

import { html as htmlReply } from '../../answer/reply.ts'
import type { Exchange, Reply } from '../../exchange.ts'
import { errorPage } from '../error-page.ts'
import { html } from '../../../templates/index.ts'
import { type Frame, framedPage } from '../look/layout.ts'
import { signedIn } from '../signed-in.ts'
import { texts } from '../texts/texts.ts'
import { type AccessData, type AccessForm, readAccess, readCosts } from './access-data.ts'
import { answerOf } from './answer.ts'
import { costTable } from './costs.ts'
import { choice, loginField, modelField } from './fields.ts'

/** The path of the page that explains. */
export const accessPath = '/web/access'
/** The path of the page that ranks. */
export const costsPath = '/web/access/costs'

/** The page with the answer to what its address asks; nothing here for everybody else. */
export async function showAccess(exchange: Exchange): Promise<Reply> {
  const { tenant, uid } = signedIn(exchange)
  const form = readForm(exchange.query)
  const data = await readAccess(tenant, uid, form)
  if (data === null) return htmlReply(errorPage(404), 404)
  const words = texts.access
  return htmlReply(
    framedPage(
      frame(exchange, data.user, words.title),
      html`<section><div class="heading"><h1>${words.title}</h1><span class="links"><a href="${withLogin(costsPath, form.login)}">${words.costs}</a> <a href="/odoo">${texts.reference.backToStart}</a></span></div>
<p class="soft">${words.intro}</p>
<form class="card row" method="get" action="${accessPath}">
${loginField(form.login, data.logins)}
${modelField(form.model, data.models)}
${choice('operation', words.operation, form.operation, Object.entries(words.operations))}
<div class="field slim"><label for="record">${words.record}</label><input type="text" inputmode="numeric" id="record" name="record" value="${form.record}" placeholder="${words.recordHint}"></div>
<button type="submit">${words.ask}</button></form>
${data.fault === null ? null : html`<p class="note bad" role="alert">${data.fault}</p>`}</section>
${data.explanation === null ? null : answerOf(data.explanation)}`,
    ),
  )
}

/** The rules that limit one user, the dearest first. */
export async function showCosts(exchange: Exchange): Promise<Reply> {
  const { tenant, uid } = signedIn(exchange)
  const { login } = readForm(exchange.query)
  const data = await readCosts(tenant, uid, login)
  if (data === null) return htmlReply(errorPage(404), 404)
  const words = texts.access
  return htmlReply(
    framedPage(
      frame(exchange, data.user, words.costTitle),
      html`<section><div class="heading"><h1>${words.costTitle}</h1><a href="${withLogin(accessPath, login)}">${words.back}</a></div>
<p class="soft">${words.costIntro}</p>
<form class="card row" method="get" action="${costsPath}">${loginField(login, data.logins)}<button type="submit">${words.rank}</button></form>
${data.fault === null ? null : html`<p class="note bad" role="alert">${data.fault}</p>`}
${data.costs === null ? null : costTable(data.costs, (model) => askAbout(login, model))}</section>`,
    ),
  )
}

function frame(exchange: Exchange, user: AccessData['user'], title: string): Frame {
  const { name: database } = signedIn(exchange).tenant
  return { title, database, userName: user.name, login: user.login, csrfToken: exchange.csrfToken() }
}

function readForm(query: URLSearchParams): AccessForm {
  const text = (name: string) => (query.get(name) ?? '').trim().slice(0, 200)
  return { login: text('login'), model: text('model'), operation: text('operation') || 'read', record: text('record') }
}

function withLogin(path: string, login: string): string {
  return login === '' ? path : `${path}?${new URLSearchParams({ login })}`
}

function askAbout(login: string, model: string): string {
  return `${accessPath}?${new URLSearchParams({ login, model })}`
}

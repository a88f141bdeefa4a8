/** A person's API keys: making one (with the password once more), seeing them, ending one. */

import { actorOf } from '../../../audit/index.ts'
import { withEnv } from '../../../access/index.ts'
import { type ApiKeyInfo, authenticate, createKey, listKeys, revokeKey } from '../../../auth/index.ts'
import { RateLimitError, ValidationError } from '../../../errors.ts'
import { originOf, requestOf } from '../../../rpc/index.ts'
import type { UserRights } from '../../../orm/index.ts'
import { html as htmlReply, redirect } from '../../answer/reply.ts'
import type { Exchange, Reply } from '../../exchange.ts'
import { html, type Markup } from '../../../templates/index.ts'
import { inZone } from '../look/dates.ts'
import { framedPage } from '../look/layout.ts'
import { signedIn } from '../signed-in.ts'
import { texts } from '../texts/texts.ts'

/** The path of the page. */
export const keysPath = '/web/keys'

/** The list and the form. */
export async function showKeys(exchange: Exchange): Promise<Reply> {
  return await page(exchange, {})
}

/** Makes a key. The password is asked for, so that a session left open is not enough to stay in for good. */
export async function makeKey(exchange: Exchange): Promise<Reply> {
  const { tenant, uid } = signedIn(exchange)
  const form = exchange.form()
  const name = form.get('name') ?? ''
  const choices = texts.keys.dayChoices.map(([days]) => days)
  const days = choices.find((choice) => String(choice) === form.get('days')) ?? 90
  try {
    const { login } = await userOf(exchange)
    const origin = originOf(exchange, true, 'page')
    const known = await authenticate(tenant, login, form.get('password') ?? '', origin)
    if (known !== uid) return await page(exchange, { name, passwordFault: texts.keys.wrong }, 422)
    const expiresAt = days === 0 ? null : new Date(Date.now() + days * 86_400_000)
    const { key } = await createKey(tenant.pool, uid, { name, expiresAt }, actorOf(requestOf(exchange, 'page'), uid))
    return await page(exchange, { key })
  } catch (error) {
    if (error instanceof ValidationError) return await page(exchange, { name, nameFault: error.message }, error.status)
    if (error instanceof RateLimitError)
      return await page(exchange, { name, passwordFault: error.message }, error.status)
    throw error
  }
}

/** Ends one of the person's own keys. */
export async function endKey(exchange: Exchange): Promise<Reply> {
  const { tenant, uid } = signedIn(exchange)
  const id = Number(exchange.form().get('id'))
  if (Number.isSafeInteger(id) && id > 0 && id < 2 ** 31)
    await revokeKey(tenant.pool, uid, id, actorOf(requestOf(exchange, 'page'), uid))
  return redirect(keysPath)
}

async function userOf(exchange: Exchange): Promise<UserRights> {
  const { tenant, uid } = signedIn(exchange)
  return await withEnv(tenant, uid, { mode: 'read' }, async (env) => env.user)
}

interface Shown {
  /** The new key, this once. */
  readonly key?: string
  readonly name?: string
  readonly nameFault?: string
  readonly passwordFault?: string
}

async function page(exchange: Exchange, shown: Shown, status = 200): Promise<Reply> {
  const { tenant, uid } = signedIn(exchange)
  const user = await userOf(exchange)
  const keys = await listKeys(tenant.pool, uid)
  const token = exchange.csrfToken()
  const words = texts.keys
  const content = html`<section><div class="heading"><h1>${words.title}</h1><a href="/odoo">${texts.reference.backToStart}</a></div>
<p class="soft">${words.intro}</p>
${shown.key === undefined ? null : html`<div class="note good" role="status">${words.made}<code class="secret">${shown.key}</code></div>`}
</section>
<section aria-labelledby="mine">${keys.length === 0 ? html`<p class="empty" id="mine">${words.none}</p>` : keyTable(keys, token, user.tz ?? 'UTC')}</section>
<section aria-labelledby="make"><h2 id="make">${words.make}</h2>${makeForm(shown, token, user.login)}</section>`
  const frame = { title: words.title, database: tenant.name, userName: user.name, login: user.login, csrfToken: token }
  return htmlReply(framedPage(frame, content), status)
}

function makeForm(shown: Shown, token: string, login: string): Markup {
  const words = texts.keys
  return html`<form class="card row" method="post" action="${keysPath}">
<input type="hidden" name="csrf_token" value="${token}">
<input type="text" name="login" value="${login}" autocomplete="username" readonly hidden>
<div class="field"><label for="name">${words.name}</label>${fault('name', shown.nameFault)}
<input type="text" id="name" name="name" value="${shown.name ?? ''}" required maxlength="200" autocomplete="off" aria-describedby="name-fault" aria-invalid="${shown.nameFault === undefined ? 'false' : 'true'}"></div>
<div class="field"><label for="days">${words.days}</label>
<select id="days" name="days">${words.dayChoices.map(([days, label]) => html`<option value="${days}">${label}</option>`)}</select></div>
<div class="field"><label for="password">${words.password}</label>${fault('password', shown.passwordFault)}
<input type="password" id="password" name="password" autocomplete="current-password" required maxlength="1024" aria-describedby="password-fault" aria-invalid="${shown.passwordFault === undefined ? 'false' : 'true'}"></div>
<button type="submit">${words.submit}</button>
</form>`
}

function keyTable(keys: readonly ApiKeyInfo[], token: string, timeZone: string): Markup {
  const words = texts.keys
  const moment = (text: string | null, otherwise: string) =>
    text === null ? otherwise : inZone(new Date(text), timeZone)
  const ends = (text: string | null) =>
    text !== null && new Date(text) <= new Date()
      ? html`<span class="mark bad">${words.expired}</span>`
      : moment(text, words.never)
  const { columns } = words
  return html`<div class="card table" tabindex="0" role="region" aria-labelledby="mine"><table>
<caption class="skip" id="mine">${words.title}</caption>
<thead><tr>${[columns.name, columns.begins, columns.made, columns.used, columns.ends, ''].map((title) => html`<th scope="col">${title}</th>`)}</tr></thead>
<tbody>${keys.map(
    (key) => html`<tr><th scope="row">${key.name}</th><td><code>${key.begins}…</code></td>
<td class="tight numeric">${moment(key.createdAt, '')}</td><td class="tight numeric">${moment(key.lastUsedAt, words.never)}</td><td class="tight numeric">${ends(key.expiresAt)}</td>
<td class="end"><form method="post" action="/web/keys/revoke"><input type="hidden" name="csrf_token" value="${token}"><input type="hidden" name="id" value="${key.id}">
<button class="quiet" type="submit" aria-label="${words.revokeNamed(key.name)}">${words.revoke}</button></form></td></tr>`,
  )}</tbody></table></div>`
}

function fault(field: string, message: string | undefined): Markup | null {
  return message === undefined ? null : html`<p class="fault" id="${field}-fault" role="alert">${message}</p>`
}

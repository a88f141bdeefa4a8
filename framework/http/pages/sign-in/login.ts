/** The sign-in page, and signing out. */

import { actorOf } from '../../../audit/index.ts'
import { authenticate, closeSession, createLink, hasTemporaryPassword, openSession } from '../../../auth/index.ts'
import { RateLimitError } from '../../../errors.ts'
import { originOf, requestOf } from '../../../rpc/index.ts'
import { endedCookie, sessionCookie } from '../../answer/cookies.ts'
import { html as htmlReply, ownPath, redirect } from '../../answer/reply.ts'
import type { Exchange, Reply } from '../../exchange.ts'
import { errorPage } from '../error-page.ts'
import { Flag, html } from '../../../templates/index.ts'
import { gatePage } from '../look/layout.ts'
import { texts } from '../texts/texts.ts'
import { linkPaths, startPath } from './paths.ts'

/** Shows the form; who is signed in already goes on. At a host of several databases, asks which one. */
export async function showLogin(exchange: Exchange): Promise<Reply> {
  const wanted = exchange.query.get('redirect')
  if (exchange.tenant === null) return await chooseDatabase(exchange)
  if (exchange.session !== null) return redirect(ownPath(wanted, startPath))
  const notice = { set: texts.signIn.passwordSet, out: texts.signIn.signedOut }[exchange.query.get('notice') ?? '']
  return loginForm(exchange.tenant.name, { wanted, notice })
}

/** Signs in: a new session, whatever cookie the browser had before. */
export async function login(exchange: Exchange): Promise<Reply> {
  const { tenant } = exchange
  if (tenant === null) return await chooseDatabase(exchange)
  const form = exchange.form()
  const name = form.get('login')?.trim() ?? ''
  const password = form.get('password') ?? ''
  const wanted = form.get('redirect')
  if (name === '' || password === '')
    return loginForm(tenant.name, { wanted, login: name, fault: texts.signIn.empty }, 422)
  const origin = originOf(exchange, true, 'page')
  try {
    const uid = await authenticate(tenant, name, password, origin)
    if (uid === null) return loginForm(tenant.name, { wanted, login: name, fault: texts.signIn.wrong }, 401)
    // Somebody else knows this password: it buys a choice of an own one, and nothing besides.
    if (await hasTemporaryPassword(tenant.pool, uid)) {
      return redirect(
        `${linkPaths['first-login']}/${await createLink(tenant, uid, 'first-login', actorOf(requestOf(exchange, 'page'), uid))}`,
      )
    }
    const { token } = await openSession(tenant, uid, origin, exchange.session?.token)
    return redirect(ownPath(wanted, startPath), 303, { cookies: [sessionCookie(exchange, tenant.name, token)] })
  } catch (error) {
    if (!(error instanceof RateLimitError)) throw error
    const reply = loginForm(tenant.name, { wanted, login: name, fault: error.message }, 429)
    return { ...reply, headers: { 'Retry-After': String(error.retryAfterSeconds) } }
  }
}

/** Ends the session here and what the browser kept of it. */
export async function logout(exchange: Exchange): Promise<Reply> {
  if (exchange.tenant !== null && exchange.session !== null)
    await closeSession(exchange.tenant, exchange.session.token, originOf(exchange, true, 'page'))
  return redirect('/web/login?notice=out', 303, {
    cookies: [endedCookie(exchange)],
    headers: { 'Clear-Site-Data': '"cache", "storage"' },
  })
}

interface LoginForm {
  readonly wanted: string | null
  readonly login?: string
  readonly fault?: string
  readonly notice?: string | undefined
}

function loginForm(database: string, form: LoginForm, status = 200): Reply {
  const { signIn } = texts
  const fault = form.fault === undefined ? null : html`<p class="note bad" id="fault" role="alert">${form.fault}</p>`
  const describe = fault === null ? 'lost' : 'fault'
  const wanted = ownPath(form.wanted, '')
  return htmlReply(
    gatePage(
      signIn.title,
      html`<h1>${signIn.title}</h1>
<p class="soft">${signIn.to(database)}</p>
${form.notice === undefined ? null : html`<p class="note good" role="status">${form.notice}</p>`}${fault}
<form class="fields" method="post" action="/web/login">
${wanted === '' ? null : html`<input type="hidden" name="redirect" value="${wanted}">`}
<div class="field"><label for="login">${signIn.login}</label>
<input type="text" id="login" name="login" value="${form.login ?? ''}" autocomplete="username" autocapitalize="none" spellcheck="false" required maxlength="254" ${new Flag('autofocus', fault === null)}></div>
<div class="field"><label for="password">${signIn.password}</label>
<input type="password" id="password" name="password" autocomplete="current-password" required maxlength="1024" aria-describedby="${describe}" ${new Flag('autofocus', fault !== null)}></div>
<button type="submit">${signIn.submit}</button>
<p class="hint" id="lost">${signIn.lost}</p>
</form>`,
    ),
    status,
  )
}

async function chooseDatabase(exchange: Exchange): Promise<Reply> {
  const names = await exchange.names()
  if (names.length === 0) return htmlReply(errorPage(404), 404)
  const { protocol, port } = new URL(exchange.origin)
  const links = names.map((name) => {
    const address = `${protocol}//${name}.${exchange.host === '127.0.0.1' || exchange.host === '::1' ? 'localhost' : exchange.host}${port === '' ? '' : `:${port}`}/web/login`
    return html`<li><a href="${address}">${name}</a></li>`
  })
  return htmlReply(
    gatePage(
      texts.signIn.chooseTitle,
      html`<h1>${texts.signIn.chooseTitle}</h1>
<p class="soft">${texts.signIn.chooseIntro}</p>
<ul class="pick">${links}</ul>`,
    ),
  )
}

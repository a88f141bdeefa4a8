/** The pages behind one-time links: a person chooses her first password, or a new one. Opening a link changes nothing. */

import {
  deadLink as noteDeadLink,
  type LinkPurpose,
  openSession,
  passwordRules,
  readLink,
  redeemLink,
} from '../../../auth/index.ts'
import { AccessDenied, RateLimitError, ValidationError } from '../../../errors.ts'
import { originOf } from '../../../rpc/index.ts'
import type { Tenant } from '../../../access/index.ts'
import { sessionCookie } from '../../answer/cookies.ts'
import { html as htmlReply, redirect } from '../../answer/reply.ts'
import type { Exchange, Reply } from '../../exchange.ts'
import { Flag, html } from '../../../templates/index.ts'
import { gatePage } from '../look/layout.ts'
import { texts } from '../texts/texts.ts'
import { linkPaths, startPath } from './paths.ts'

/** Shows the form for a live link; the same answer for a used, an expired and an invented one. */
export function showChoice(purpose: LinkPurpose): (exchange: Exchange) => Promise<Reply> {
  return async (exchange) => {
    const [tenant, token] = [tenantOf(exchange), exchange.params['token'] ?? '']
    const link = await readLink(tenant.pool, token, purpose)
    return link === null ? deadLink() : await form(tenant, purpose, token, link)
  }
}

/** Takes the password. After a first login the person is signed in; after a reset she signs in with what she chose. */
export function choose(purpose: LinkPurpose): (exchange: Exchange) => Promise<Reply> {
  return async (exchange) => {
    const [tenant, token] = [tenantOf(exchange), exchange.params['token'] ?? '']
    const link = await readLink(tenant.pool, token, purpose)
    const origin = originOf(exchange, true, 'page')
    if (link === null) {
      await noteDeadLink(tenant, origin)
      return deadLink()
    }
    const sent = exchange.form()
    const password = sent.get('password') ?? ''
    if (password !== (sent.get('repeat') ?? ''))
      return await form(tenant, purpose, token, link, { repeat: texts.choose.different })
    try {
      const { uid } = await redeemLink(tenant, token, password, purpose, origin)
      if (purpose === 'reset') return redirect('/web/login?notice=set')
      const session = await openSession(tenant, uid, origin)
      return redirect(startPath, 303, { cookies: [sessionCookie(exchange, tenant.name, session.token)] })
    } catch (error) {
      if (error instanceof AccessDenied) return deadLink()
      if (error instanceof ValidationError || error instanceof RateLimitError) {
        return await form(tenant, purpose, token, link, { password: error.message }, error.status)
      }
      throw error
    }
  }
}

function tenantOf(exchange: Exchange): Tenant {
  if (exchange.tenant === null) throw new TypeError('The route requires a tenant.')
  return exchange.tenant
}

interface Faults {
  readonly password?: string
  readonly repeat?: string
}

async function form(
  tenant: Tenant,
  purpose: LinkPurpose,
  token: string,
  link: { uid: number; login: string },
  faults: Faults = {},
  status = 422,
): Promise<Reply> {
  const { choose: words } = texts
  const { minimumLength } = await passwordRules(tenant.pool, tenant.name, link.uid)
  const [title, intro] =
    purpose === 'reset'
      ? [words.resetTitle, words.resetIntro(link.login, tenant.name)]
      : [words.firstTitle, words.firstIntro(link.login, tenant.name)]
  return htmlReply(
    gatePage(
      title,
      html`<h1>${title}</h1>
<p class="soft">${intro}</p>
<ul class="rules" id="rules">${words.rules(minimumLength).map((rule) => html`<li>${rule}</li>`)}</ul>
<form class="fields" method="post" action="${linkPaths[purpose]}/${token}">
<input type="text" name="login" value="${link.login}" autocomplete="username" readonly hidden>
${passwordField('password', words.password, faults.password, true)}
${passwordField('repeat', words.repeat, faults.repeat, false)}
<button type="submit">${words.submit}</button>
</form>`,
      { wide: true },
    ),
    faults.password === undefined && faults.repeat === undefined ? 200 : status,
  )
}

function passwordField(name: 'password' | 'repeat', label: string, fault: string | undefined, first: boolean) {
  const isFaulty = fault !== undefined
  return html`<div class="field"><label for="${name}">${label}</label>
<input type="password" id="${name}" name="${name}" autocomplete="new-password" required maxlength="1024" aria-describedby="${isFaulty ? `${name}-fault` : 'rules'}" aria-invalid="${isFaulty ? 'true' : 'false'}" ${new Flag('autofocus', first)}>
${isFaulty ? html`<p class="fault" id="${name}-fault" role="alert">${fault}</p>` : null}</div>`
}

function deadLink(): Reply {
  return htmlReply(
    gatePage(
      texts.choose.deadTitle,
      html`<h1>${texts.choose.deadTitle}</h1>
<p class="soft">${texts.choose.dead}</p>
<div class="fields"><a class="button" href="/web/login">${texts.choose.toSignIn}</a></div>`,
    ),
    404,
  )
}

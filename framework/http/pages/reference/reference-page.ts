/** The API reference: which models there are, what can be done with one, and a place to try it. */

import { randomBytes } from 'node:crypto'
import { scriptedPolicy } from '../../answer/headers.ts'
import type { Exchange, Reply } from '../../exchange.ts'
import { html as htmlReply } from '../../answer/reply.ts'
import { errorPage } from '../error-page.ts'
import { html, type Markup } from '../../../templates/index.ts'
import { tryScript } from '../look/assets.ts'
import { type Frame, framedPage } from '../look/layout.ts'
import { texts } from '../texts/texts.ts'
import { signedIn } from '../signed-in.ts'
import { methodCards } from './method-card.ts'
import { type ModelEntry, type ModelReference, readModel, readModels, type ReferenceUser } from './reference-data.ts'

/** All models. */
export async function showModels(exchange: Exchange): Promise<Reply> {
  const { tenant, uid } = signedIn(exchange)
  const { user, models } = await readModels(tenant, uid)
  return htmlReply(framedPage(frame(exchange, tenant.name, user, texts.reference.title), modelList(models)))
}

/** One model; "nothing here" for one that this user may not see as for one that is not there. */
export async function showModel(exchange: Exchange): Promise<Reply> {
  const { tenant, uid } = signedIn(exchange)
  const { user, model } = await readModel(tenant, uid, exchange.params['model'] ?? '')
  if (model === null) return htmlReply(errorPage(404), 404)
  const nonce = randomBytes(18).toString('base64url')
  const content = modelPage(model, { origin: exchange.origin, database: tenant.name }, nonce)
  const page = framedPage(frame(exchange, tenant.name, user, model.name), content)
  return htmlReply(page, 200, { csp: scriptedPolicy(nonce) })
}

function frame(exchange: Exchange, database: string, user: ReferenceUser, title: string): Frame {
  return { title, database, userName: user.name, login: user.login, csrfToken: exchange.csrfToken() }
}

function modelList(models: readonly ModelEntry[]): Markup {
  const words = texts.reference
  return html`<section><div class="heading"><h1>${words.title}</h1><a href="/odoo">${words.backToStart}</a></div>
<p class="soft">${words.intro(models.length)}</p>
<dl class="card facts">
<dt>OpenAPI 3.1</dt><dd><a href="/doc/openapi.json">/doc/openapi.json</a></dd>
<dt>TypeScript</dt><dd><a href="/doc/client/index.ts">index.ts</a>, <a href="/doc/client/client.ts">client.ts</a>, <a href="/doc/client/models.ts">models.ts</a></dd>
<dt>${words.keys}</dt><dd><a href="/web/keys">${words.keysLink}</a></dd>
</dl>
<div class="card table"><table>
<thead><tr><th scope="col">${words.model}</th><th scope="col">${words.description}</th><th scope="col" class="end">${words.methods}</th></tr></thead>
<tbody>${models.map((model) => html`<tr><th scope="row"><a href="/doc/${model.name}"><code>${model.name}</code></a></th><td>${model.description}</td><td class="end numeric">${model.methods}</td></tr>`)}</tbody>
</table></div></section>`
}

function modelPage(
  model: ModelReference,
  place: { readonly origin: string; readonly database: string },
  nonce: string,
): Markup {
  const words = texts.reference
  return html`<section><div class="heading"><h1><code>${model.name}</code></h1><a href="/doc">${words.back}</a></div>
<p class="soft">${model.description}</p>
<div class="card row try-with" data-with-script hidden><div class="field"><label for="try-key">${words.tryKey}</label>
<input type="password" id="try-key" autocomplete="off" spellcheck="false" placeholder="${words.trySession}"><p class="hint">${words.tryHint}</p></div></div></section>
${methodCards('own', words.own, model.own, { ...place, model: model.name })}
<section aria-labelledby="fields"><h2 id="fields">${words.fields}</h2>
<div class="card table" tabindex="0" role="region" aria-labelledby="fields"><table>
<thead><tr><th scope="col">${words.field}</th><th scope="col">${words.label}</th><th scope="col">${words.type}</th><th scope="col"></th></tr></thead>
<tbody>${model.fields.map(
    (
      field,
    ) => html`<tr><th scope="row"><code>${field.name}</code></th><td>${field.label}</td><td><code>${field.type}</code></td>
<td>${field.required ? html`<span class="mark">${words.required}</span> ` : null}${field.fixed ? html`<span class="mark">${words.readonly}</span>` : null}</td></tr>`,
  )}</tbody>
</table></div></section>
${methodCards('base', words.base, model.base, { ...place, model: model.name })}
<script src="${tryScript.path}" nonce="${nonce}" defer></script>`
}

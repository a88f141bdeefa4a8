/** The API reference: which models there are, and what can be done with one. */

import type { Exchange, Reply } from '../../exchange.ts'
import { html as htmlReply } from '../../answer/reply.ts'
import { errorPage } from '../error-page.ts'
import { html, type Markup } from '../html.ts'
import { type Frame, framedPage } from '../look/layout.ts'
import { texts } from '../texts/texts.ts'
import { signedIn } from '../signed-in.ts'
import {
  type MethodEntry,
  type ModelEntry,
  type ModelReference,
  readModel,
  readModels,
  type ReferenceUser,
} from './reference-data.ts'

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
  return htmlReply(framedPage(frame(exchange, tenant.name, user, model.name), modelPage(model)))
}

function frame(exchange: Exchange, database: string, user: ReferenceUser, title: string): Frame {
  return { title, database, userName: user.name, login: user.login, csrfToken: exchange.csrfToken() }
}

function modelList(models: readonly ModelEntry[]): Markup {
  const words = texts.reference
  return html`<section><div class="heading"><h1>${words.title}</h1><a href="/odoo">${words.backToStart}</a></div>
<p class="soft">${words.intro(models.length)}</p>
<div class="card table"><table>
<thead><tr><th scope="col">${words.model}</th><th scope="col">${words.description}</th><th scope="col" class="end">${words.methods}</th></tr></thead>
<tbody>${models.map((model) => html`<tr><th scope="row"><a href="/doc/${model.name}"><code>${model.name}</code></a></th><td>${model.description}</td><td class="end numeric">${model.methods}</td></tr>`)}</tbody>
</table></div></section>`
}

function modelPage(model: ModelReference): Markup {
  const words = texts.reference
  return html`<section><div class="heading"><h1><code>${model.name}</code></h1><a href="/doc">${words.back}</a></div>
<p class="soft">${model.description}</p></section>
${methodTable('own', words.own, model.own)}
<section aria-labelledby="fields"><h2 id="fields">${words.fields}</h2>
<div class="card table" tabindex="0" role="region" aria-labelledby="fields"><table>
<thead><tr><th scope="col">${words.field}</th><th scope="col">${words.label}</th><th scope="col">${words.type}</th><th scope="col"></th></tr></thead>
<tbody>${model.fields.map(
    (
      field,
    ) => html`<tr><th scope="row"><code>${field.name}</code></th><td>${field.label}</td><td><code>${field.type}</code></td>
<td>${field.required ? html`<span class="mark">${words.required}</span> ` : null}${field.computed ? html`<span class="mark">${words.readonly}</span>` : null}</td></tr>`,
  )}</tbody>
</table></div></section>
${methodTable('base', words.base, model.base)}`
}

function methodTable(id: string, title: string, methods: readonly MethodEntry[]): Markup | null {
  const words = texts.reference
  if (methods.length === 0) return null
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>
<div class="card table" tabindex="0" role="region" aria-labelledby="${id}"><table>
<thead><tr><th scope="col">${words.method}</th><th scope="col">${words.returns}</th><th scope="col">${words.what}</th></tr></thead>
<tbody>${methods.map(
    (
      one,
    ) => html`<tr><th scope="row"><code>${one.signature}</code><br><span class="soft small">${one.on === 'model' ? words.onModel : words.onRecords}</span></th>
<td><code>${one.returns}</code></td><td>${one.doc}</td></tr>`,
  )}</tbody>
</table></div></section>`
}

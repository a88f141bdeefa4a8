/** For administrators: which programs call this database, and the switches of what they may use. */

import { requestOf } from '../../../rpc/index.ts'
import { html as htmlReply, redirect } from '../../answer/reply.ts'
import type { Exchange, Reply } from '../../exchange.ts'
import { errorPage } from '../error-page.ts'
import { Flag, html, type Markup } from '../../../templates/index.ts'
import { inZone } from '../look/dates.ts'
import { framedPage } from '../look/layout.ts'
import { signedIn } from '../signed-in.ts'
import { texts } from '../texts/texts.ts'
import { type ProgramRow, type ProgramsData, readPrograms, writePolicy } from './programs-data.ts'

/** The path of the page. */
export const programsPath = '/web/programs'

const switches = ['xmlRpc', 'jsonRpc', 'passwords'] as const

/** The page; nothing here for everybody else. */
export async function showPrograms(exchange: Exchange): Promise<Reply> {
  const { tenant, uid } = signedIn(exchange)
  const data = await readPrograms(tenant, uid)
  if (data === null) return htmlReply(errorPage(404), 404)
  const { user } = data
  const frame = {
    title: texts.programs.title,
    database: tenant.name,
    userName: user.name,
    login: user.login,
    csrfToken: exchange.csrfToken(),
  }
  return htmlReply(framedPage(frame, content(data, frame.csrfToken)))
}

/** Takes the switches as they stand in the form. */
export async function setPolicy(exchange: Exchange): Promise<Reply> {
  const { tenant, uid } = signedIn(exchange)
  const form = exchange.form()
  const isOn = (name: (typeof switches)[number]) => form.get(name) === 'on'
  const policy = { xmlRpc: isOn('xmlRpc'), jsonRpc: isOn('jsonRpc'), passwords: isOn('passwords') }
  return (await writePolicy(tenant, uid, policy, requestOf(exchange, 'page')))
    ? redirect(programsPath)
    : htmlReply(errorPage(404), 404)
}

function content({ policy, rows, user }: ProgramsData, token: string): Markup {
  const words = texts.programs
  return html`<section><div class="heading"><h1>${words.title}</h1><a href="/odoo">${texts.reference.backToStart}</a></div>
<p class="soft">${words.intro}</p></section>
<section aria-labelledby="switches"><h2 id="switches">${words.switches}</h2>
<form class="card choices" method="post" action="${programsPath}"><input type="hidden" name="csrf_token" value="${token}">
${switches.map((name) => html`<div><input type="checkbox" id="${name}" name="${name}" value="on" ${new Flag('checked', policy[name])}><label for="${name}">${words.names[name]}</label><p class="hint">${words.hints[name]}</p></div>`)}
<button type="submit">${words.save}</button></form></section>
<section aria-labelledby="callers"><h2 id="callers">${words.callers}</h2>
${rows.length === 0 ? html`<p class="empty">${words.none}</p>` : table(rows, user.tz ?? 'UTC')}</section>`
}

function table(rows: readonly ProgramRow[], timeZone: string): Markup {
  const { columns } = texts.programs
  return html`<div class="card table" tabindex="0" role="region" aria-labelledby="callers"><table>
<thead><tr><th scope="col">${columns.agent}</th><th scope="col">${columns.protocol}</th><th scope="col">${columns.user}</th><th scope="col" class="end">${columns.calls}</th><th scope="col">${columns.methods}</th><th scope="col">${columns.first}</th><th scope="col">${columns.last}</th></tr></thead>
<tbody>${rows.map((row) => tableRow(row, timeZone))}</tbody></table></div>`
}

function tableRow(row: ProgramRow, timeZone: string): Markup {
  const words = texts.programs
  const moment = (text: string) => inZone(new Date(`${text.replace(' ', 'T')}Z`), timeZone)
  const isOld = row.protocol === 'xml-rpc' || row.protocol === 'json-rpc'
  const methods = Object.entries(row.methods || {}).sort(([, a], [, b]) => b - a)
  return html`<tr><th scope="row" class="agent">${row.user_agent === '' ? words.noAgent : row.user_agent}</th>
<td class="tight">${words.protocols[row.protocol] ?? row.protocol}${isOld ? html` <span class="mark">${words.old}</span>` : null}<br><span class="soft small">${words.credentials[row.credential] ?? row.credential}</span></td>
<td>${row.user_id === false ? '' : row.user_id[1]}</td><td class="end numeric">${row.calls.toLocaleString(texts.language)}</td>
<td class="small">${methods.slice(0, 3).map(([name, count]) => html`<code>${name}</code> ${count}<br>`)}${methods.length > 3 ? words.more(methods.length - 3) : null}</td>
<td class="tight numeric">${moment(row.first_seen)}</td><td class="tight numeric">${moment(row.last_seen)}</td></tr>`
}

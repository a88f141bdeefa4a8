/** The plain start page of a signed-in person, until the web client takes its place. */

import { html, type Markup } from '../../../templates/index.ts'
import { framedPage } from '../look/layout.ts'
import { inZone } from '../look/dates.ts'
import { texts } from '../texts/texts.ts'
import type { AppTile, StartData } from './start-data.ts'

/** A backup as the start page shows it; the hosting platform provides them. */
export interface BackupInfo {
  readonly takenAt: Date
  readonly kind: string
  readonly sizeBytes: number
  readonly state: 'running' | 'complete' | 'verified' | 'failed'
}

export interface StartPage {
  readonly data: StartData
  readonly database: string
  /** Address under which programs reach this database. */
  readonly server: string
  /** `null`: nobody provides them, or the person may not see them. */
  readonly backups: readonly BackupInfo[] | null
  readonly csrfToken: string
  readonly now: Date
}

/** The whole page. */
export function startPage(start: StartPage): string {
  const { data } = start
  const words = texts.start
  return framedPage(
    {
      title: words.title,
      database: start.database,
      userName: data.userName,
      login: data.login,
      csrfToken: start.csrfToken,
    },
    html`<h1>${words.greeting(data.userName)}</h1>
<section aria-labelledby="applications"><h2 id="applications">${words.applications}</h2>
${data.apps.length === 0 ? html`<p class="empty">${words.noApplications}</p>` : html`<div class="tiles">${data.apps.map(tile)}</div>`}
</section>
<section aria-labelledby="backups"><h2 id="backups">${words.backups}</h2>
${backups(start)}
</section>
<section aria-labelledby="programs"><h2 id="programs">${words.programs}</h2>
<p class="soft">${words.programsIntro}</p>
<dl class="card facts">
<dt>${words.reference}</dt><dd><a href="/doc">${words.referenceLink}</a></dd>
<dt>${words.keys}</dt><dd><a href="/web/keys">${words.keysLink}</a></dd>
${
  data.isAdministrator
    ? html`<dt>${words.callers}</dt><dd><a href="/web/programs">${words.callersLink}</a></dd>
<dt>${words.rights}</dt><dd><a href="/web/access">${words.rightsLink}</a></dd>`
    : null
}
<dt>${words.server}</dt><dd><code>${start.server}</code></dd>
<dt>${texts.database}</dt><dd><code>${start.database}</code></dd>
<dt>XML-RPC</dt><dd><code>/xmlrpc/2/common</code>, <code>/xmlrpc/2/object</code></dd>
<dt>JSON-RPC</dt><dd><code>/jsonrpc</code></dd>
<dt>JSON-2</dt><dd><code>/json/2/&lt;model&gt;/&lt;method&gt;</code></dd>
</dl>
</section>`,
  )
}

function tile(app: AppTile): Markup {
  const counts = app.counts.map(
    ({ label, count }) =>
      html`<div><dt>${label}</dt><dd class="numeric">${count.toLocaleString(texts.language)}</dd></div>`,
  )
  return html`<article class="card tile">
<div class="title"><span class="initial" aria-hidden="true">${[...app.title][0] ?? ''}</span><h3>${app.title}</h3></div>
<p class="soft small">${app.summary}</p>
${counts.length === 0 ? html`<p class="counts soft">${texts.start.noCounts}</p>` : html`<dl class="counts">${counts}</dl>`}
</article>`
}

function backups(start: StartPage): Markup {
  const words = texts.start
  if (start.backups === null) return html`<p class="empty">${words.backupsUnknown}</p>`
  if (start.backups.length === 0) return html`<p class="empty">${words.noBackups}</p>`
  const columns = words.backupColumns
  return html`<div class="card table" tabindex="0" role="region" aria-labelledby="backups"><table>
<thead><tr><th scope="col">${columns.taken}</th><th scope="col">${columns.age}</th><th scope="col">${columns.state}</th><th scope="col" class="end">${columns.size}</th><th scope="col">${columns.kind}</th></tr></thead>
<tbody>${start.backups.map((backup) => backupRow(backup, start))}</tbody>
</table></div>`
}

function backupRow(backup: BackupInfo, { now, data }: StartPage): Markup {
  const look = { verified: 'good', complete: 'plain', running: 'plain', failed: 'bad' }[backup.state]
  return html`<tr><td class="numeric tight">${inZone(backup.takenAt, data.timeZone)}</td>
<td class="tight">${texts.ago(Math.max(0, (now.getTime() - backup.takenAt.getTime()) / 1000))}</td>
<td><span class="mark ${look}">${texts.start.backupStates[backup.state]}</span></td>
<td class="end numeric tight">${size(backup.sizeBytes)}</td><td>${backup.kind}</td></tr>`
}

function size(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${value.toLocaleString(texts.language, { maximumFractionDigits: value < 10 && unit > 0 ? 1 : 0 })} ${units[unit] ?? ''}`
}

/** The rules of a user by what they cost. */

import type { RuleCost } from '../../../access/index.ts'
import { html, type Markup } from '../../../templates/index.ts'
import { texts } from '../texts/texts.ts'

/** A row per model; `askAbout` gives the address that explains one. */
export function costTable(costs: readonly RuleCost[], askAbout: (model: string) => string): Markup {
  const words = texts.access
  if (costs.length === 0) return html`<p class="empty">${words.noCosts}</p>`
  const most = Math.max(...costs.map(({ cost, bareCost }) => cost - bareCost), 1)
  const { costColumns: columns } = words
  return html`<div class="card table" tabindex="0" role="region" aria-label="${words.costTitle}"><table>
<thead><tr><th scope="col">${columns.model}</th><th scope="col">${columns.share}</th><th scope="col" class="end">${columns.cost}</th><th scope="col" class="end">${columns.bare}</th><th scope="col" class="end">${columns.ratio}</th><th scope="col" class="end">${columns.rows}</th><th scope="col">${columns.hint}</th></tr></thead>
<tbody>${costs.map((one) => row(one, most, askAbout))}</tbody></table></div>`
}

function row(one: RuleCost, most: number, askAbout: (model: string) => string): Markup {
  const number = (value: number, digits = 0) =>
    value.toLocaleString(texts.language, { minimumFractionDigits: digits, maximumFractionDigits: digits })
  const more = Math.max(0, one.cost - one.bareCost)
  return html`<tr><th scope="row"><a href="${askAbout(one.model)}"><code>${one.model}</code></a><br><span class="soft small">${one.description}</span></th>
<td><meter min="0" max="${most}" value="${more}" aria-label="${texts.access.costColumns.share}"></meter></td>
<td class="end numeric">${number(one.cost, 1)}</td><td class="end numeric">${number(one.bareCost, 1)}</td><td class="end numeric tight">${one.bareCost === 0 ? '–' : `${number(one.ratio, 1)} ×`}</td><td class="end numeric">${number(one.rows)}</td>
<td>${one.missingIndexes.map((column) => html`<code class="small">${column}</code><br>`)}</td></tr>`
}

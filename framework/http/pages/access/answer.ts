/** An explanation as a person reads it: the decision first, then what it came from. */

import type { Explanation } from '../../../access/index.ts'
import { html, type Markup } from '../../../templates/index.ts'
import { texts } from '../texts/texts.ts'

type Permission = Explanation['permissions'][number]
type Rule = Explanation['rules'][number]

/** The sections below the form. */
export function answerOf(explanation: Explanation): Markup {
  const words = texts.access
  const { user, model, operation, record, decision, permissions, rules, fields, statement, cost, bareCost } =
    explanation
  const look = decision === 'allowed' ? 'good' : decision === 'some' ? 'plain' : 'bad'
  const number = (value: number) => value.toLocaleString(texts.language, { maximumFractionDigits: 1 })
  return html`<section aria-labelledby="decision"><h2 id="decision">${user.name}: ${words.operations[operation] ?? operation} <code>${model}</code>${record === null ? null : html` ${record}`} <span class="mark ${look}">${words.decisions[decision]}</span></h2>
<p>${explanation.because}</p></section>
<section aria-labelledby="permissions"><h2 id="permissions">${words.permissions}</h2><p class="soft small">${words.permissionsHint}</p>
${permissions.length === 0 ? html`<p class="empty">${words.noPermissions}</p>` : sourced('permissions', permissions.map(permissionRow))}</section>
<section aria-labelledby="rules"><h2 id="rules">${words.rules}</h2><p class="soft small">${words.rulesHint}</p>
${rules.length === 0 ? html`<p class="empty">${words.noRules}</p>` : sourced('rules', rules.map(ruleRow))}</section>
<section aria-labelledby="kept"><h2 id="kept">${words.fields}</h2>
${
  fields.length === 0
    ? html`<p class="empty">${words.allFields}</p>`
    : html`<div class="card table" tabindex="0" role="region" aria-labelledby="kept"><table>
<thead><tr><th scope="col">${words.columns.field}</th><th scope="col">${words.columns.reason}</th></tr></thead>
<tbody>${fields.map(({ name, because }) => html`<tr><th scope="row"><code>${name}</code></th><td>${because}</td></tr>`)}</tbody></table></div>`
}</section>
<section aria-labelledby="statement"><h2 id="statement">${words.statement}</h2>
<p class="soft small">${words.cost(number(cost.total), number(bareCost.total))}</p>
<pre>${statement.text}</pre>
${statement.values.length === 0 ? null : html`<p class="small"><span class="soft">${words.values}</span> <code>${statement.values.map((value, i) => `$${i + 1} = ${JSON.stringify(value)}`).join(', ')}</code></p>`}</section>`
}

function sourced(id: string, rows: readonly Markup[]): Markup {
  const { columns } = texts.access
  return html`<div class="card table" tabindex="0" role="region" aria-labelledby="${id}"><table>
<thead><tr><th scope="col">${columns.name}</th><th scope="col">${columns.source}</th><th scope="col">${columns.outcome}</th></tr></thead>
<tbody>${rows}</tbody></table></div>`
}

function permissionRow(permission: Permission): Markup {
  const words = texts.access
  const mark = permission.matches
    ? html`<span class="mark good">${words.matches}</span>`
    : html`<span class="mark">${words.lacks}</span>`
  const limits =
    permission.fields === null
      ? null
      : html` <span class="soft small">${words.onlyFields(permission.fields.length)}</span>`
  return html`<tr><th scope="row" class="agent">${permission.name}<br>${groupOf(permission)}${limits}</th>${origin(permission)}<td class="tight">${mark}</td></tr>`
}

function ruleRow(rule: Rule): Markup {
  const words = texts.access
  const mark =
    rule.holds === null
      ? html`<span class="soft small">${words.notAsked}</span>`
      : html`<span class="mark ${rule.holds ? 'good' : 'bad'}">${rule.holds ? words.holds : words.fails}</span>`
  const domain = rule.domain === null ? null : html`<br><code class="small">${JSON.stringify(rule.domain)}</code>`
  return html`<tr><th scope="row" class="agent">${rule.name}<br>${groupOf(rule)}${domain}</th>${origin(rule)}<td class="tight">${mark}</td></tr>`
}

function groupOf({ group }: Permission | Rule): Markup {
  return group === null
    ? html`<span class="soft small">${texts.access.everybody}</span>`
    : html`<code class="soft small">${group}</code>`
}

function origin({ source, sourceId, xmlid }: Permission | Rule): Markup {
  if (source === 'framework') return html`<td class="soft">${texts.access.always}</td>`
  return html`<td><code>${source}</code> ${sourceId}${xmlid === null ? null : html`<br><code class="soft small">${xmlid}</code>`}</td>`
}

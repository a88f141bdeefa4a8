/** One method in the reference: what it takes and gives, examples, and the form to try it. */

import { html, type Markup } from '../../../templates/index.ts'
import { texts } from '../texts/texts.ts'
import { examples, type Place } from './examples.ts'
import type { MethodEntry, ParamEntry } from './reference-data.ts'

/** The methods of one kind, each closed until it is asked for; nothing where there are none. */
export function methodCards(
  id: string,
  title: string,
  methods: readonly MethodEntry[],
  place: Omit<Place, 'method'>,
): Markup | null {
  if (methods.length === 0) return null
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>
<div class="methods">${methods.map((method) => card(method, { ...place, method: method.name }))}</div></section>`
}

function card(method: MethodEntry, place: Place): Markup {
  const words = texts.reference
  return html`<details class="card method" id="method-${method.name}">
<summary><code>${method.signature}</code> <span class="soft small">${method.doc}</span>${method.changes ? html` <span class="mark">${words.changes}</span>` : null}</summary>
<div class="inside-method">
<p class="soft small">${method.on === 'model' ? words.onModel : words.onRecords} · ${words.returns}: <code>${method.returns}</code></p>
${method.params.length === 0 ? null : params(method.params)}
${tryForm(method, place)}
<details class="examples"><summary>${words.examples}</summary>
${Object.entries(examples(place, method.body)).map(([language, text]) => html`<h3>${language}</h3><pre tabindex="0">${text}</pre>`)}
</details>
</div></details>`
}

function params(entries: readonly ParamEntry[]): Markup {
  const words = texts.reference
  return html`<div class="table" tabindex="0"><table>
<thead><tr><th scope="col">${words.argument}</th><th scope="col">${words.type}</th><th scope="col">${words.initial}</th></tr></thead>
<tbody>${entries.map((param) => html`<tr><th scope="row"><code>${param.name}</code></th><td><code>${param.type}</code></td><td>${param.initial === null ? html`<span class="mark">${words.required}</span>` : html`<code>${param.initial}</code>`}</td></tr>`)}</tbody>
</table></div>`
}

// Shown by the script that runs it: without scripts there is nothing that it could do.
function tryForm(method: MethodEntry, { model }: Place): Markup {
  const words = texts.reference
  const id = `try-${method.name}`
  const given = Object.entries(method.body).map(
    ([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)}`,
  )
  const lines = ['{', ...given.join(',\n').split('\n'), '}']
  return html`<form data-model="${model}" data-method="${method.name}" hidden>
<div class="field"><label for="${id}">${words.tryIt}</label>
<textarea id="${id}" rows="${lines.length}" spellcheck="false" autocomplete="off">${lines.join('\n')}</textarea></div>
<button type="submit">${method.changes ? words.runForReal : words.run}</button>
<output for="${id}"></output>
</form>`
}

/** The fields of the forms about rights. */

import { Flag, html, type Markup } from '../../../templates/index.ts'
import { texts } from '../texts/texts.ts'

/** A login, with those that there are as proposals. */
export function loginField(value: string, logins: readonly string[]): Markup {
  return html`<div class="field"><label for="login">${texts.access.user}</label><input type="text" id="login" name="login" list="logins" value="${value}" autocomplete="off" spellcheck="false">
<datalist id="logins">${logins.map((login) => html`<option value="${login}"></option>`)}</datalist></div>`
}

/** A model, with those that there are as proposals. */
export function modelField(value: string, models: readonly string[]): Markup {
  return html`<div class="field"><label for="model">${texts.access.model}</label><input type="text" id="model" name="model" list="models" value="${value}" autocomplete="off" spellcheck="false">
<datalist id="models">${models.map((model) => html`<option value="${model}"></option>`)}</datalist></div>`
}

/** One of a few. */
export function choice(
  name: string,
  label: string,
  value: string,
  options: readonly (readonly [value: string, label: string])[],
): Markup {
  return html`<div class="field slim"><label for="${name}">${label}</label><select id="${name}" name="${name}">
${options.map(([one, text]) => html`<option value="${one}" ${new Flag('selected', one === value)}>${text}</option>`)}</select></div>`
}

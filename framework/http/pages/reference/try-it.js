// Runs a method from the reference page: with the session of the page, or with a key where one is given.

const longest = 200_000
const main = document.querySelector('main')
const keyField = document.querySelector('#try-key')

for (const form of document.querySelectorAll('form[data-method]')) {
  form.hidden = false
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    void run(form)
  })
  form.querySelector('textarea').addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.requestSubmit()
  })
}
for (const hint of document.querySelectorAll('[data-with-script]')) hint.hidden = false

async function run(form) {
  const output = form.querySelector('output')
  const button = form.querySelector('button')
  let body
  try {
    body = JSON.parse(form.querySelector('textarea').value)
    if (typeof body !== 'object' || body === null || Array.isArray(body)) throw new Error(main.dataset.noObject)
  } catch (error) {
    return show(output, 'bad', error.message, '')
  }
  button.disabled = true
  const began = performance.now()
  try {
    const { ok, status, value } = await (keyField.value.trim() === '' ? bySession(form, body) : byKey(form, body))
    const took = Math.round(performance.now() - began)
    show(output, ok ? 'good' : 'bad', `${status} · ${took} ms`, JSON.stringify(value, null, 2) ?? '')
  } catch (error) {
    show(output, 'bad', error.message, '')
  } finally {
    button.disabled = false
  }
}

async function bySession({ dataset }, body) {
  const { model, method } = dataset
  const response = await post(
    `/web/dataset/call_kw/${model}/${method}`,
    { 'X-CSRF-Token': document.querySelector('input[name="csrf_token"]').value },
    { jsonrpc: '2.0', method: 'call', id: 1, params: { model, method, args: [], kwargs: body } },
  )
  const { result = null, error } = await response.json()
  if (error === undefined) return { ok: true, status: response.status, value: result }
  const { name, message, debug } = error.data
  return { ok: false, status: name, value: { message, debug } }
}

async function byKey({ dataset }, body) {
  const { model, method } = dataset
  const headers = { Authorization: `Bearer ${keyField.value.trim()}`, 'X-Odoo-Database': main.dataset.database }
  const response = await post(`/json/2/${model}/${method}`, headers, body)
  return { ok: response.ok, status: response.status, value: await response.json() }
}

function post(path, headers, body) {
  return fetch(path, {
    method: 'POST',
    headers: { ...headers, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
}

// Text only: nothing that a record holds becomes part of the page.
function show(output, look, title, text) {
  const mark = document.createElement('span')
  mark.className = `mark ${look}`
  mark.textContent = title
  const shown = document.createElement('pre')
  shown.tabIndex = 0
  shown.textContent = text.length > longest ? `${text.slice(0, longest)} …` : text
  output.replaceChildren(mark, ...(text === '' ? [] : [shown]))
}

import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { describe, it } from 'node:test'
import { chromium } from 'playwright-core'
import { signIn } from '../support/index.ts'
import { formFrom, Scene } from './scene.ts'

/** Markup that runs where it is read as markup. */
const hostile = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "'><svg/onload=alert(1)>",
  '<base href="https://attacker.example/">',
  '</title><script>alert(1)</script>',
  '{{7*7}}<a href="javascript:alert(1)">x</a>',
]

const executablePath = '/usr/bin/chromium'
const hasChromium = existsSync(executablePath)

/** Those pieces of html that run something as a page without any policy, also when they are clicked. */
async function thatRun(pieces: readonly string[]): Promise<string[]> {
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] })
  try {
    const page = await browser.newPage()
    const found: string[] = []
    for (const piece of pieces) {
      await page.setContent(piece)
      await page.waitForTimeout(30)
      await page.evaluate(`for (const one of document.querySelectorAll('#go, #go button')) one.click()`)
      await page.waitForTimeout(10)
      if ((await page.evaluate('window.owned ?? null').catch(() => null)) === 'yes') found.push(piece)
      await page.goto('about:blank')
    }
    return found
  } finally {
    await browser.close()
  }
}

describe('pages', () => {
  const scene = new Scene()

  /** A page holds the text as text: nothing of it as an element, and its policy runs no script of the page's own. */
  const assertHarmless = (answer: { text: string; headers: Readonly<Record<string, unknown>> }, text: string) => {
    assert.ok(!answer.text.includes(text), answer.text.slice(0, 300))
    assert.match(
      String(answer.headers['content-security-policy']),
      /default-src 'none'(?!.*script-src (?!'none'|'nonce-))/,
    )
    assert.doesNotMatch(
      answer.text,
      /<(script(?! nonce| src="\/web\/assets)|svg\/|base)|onerror=alert\(1\)>|href="javascript:/i,
    )
  }

  it('#13179, #13812, CVE-2017-5871: after signing in nobody is led elsewhere, and the address is no markup', async () => {
    const { ben } = scene.people
    for (const wanted of [
      'https://attacker.example/',
      '//attacker.example/',
      '/\\attacker.example',
      'javascript:alert(1)',
      '/odoo"><script>alert(1)</script>',
    ]) {
      const shown = await scene.page(null, { path: `/web/login?redirect=${encodeURIComponent(wanted)}` })
      assertHarmless(shown, '<script>')
      const body = new URLSearchParams({ login: ben.login, password: ben.password, redirect: wanted }).toString()
      const sent = await scene.page(null, { path: '/web/login', headers: formFrom(scene.origin), body })
      assert.equal(sent.status, 303)
      const target = new URL(String(sent.headers['location']), scene.origin)
      assert.equal(target.origin, scene.origin, wanted)
      assert.equal(sent.text, '')
    }
  })

  it('#33135: base, meta, link, form and frames are dropped from what is written into a thread', async () => {
    const body =
      '<base href="https://attacker.example/"><meta http-equiv="refresh" content="0;url=https://attacker.example">' +
      '<link rel="stylesheet" href="https://attacker.example/x.css"><form action="https://attacker.example"><input name="p"></form>' +
      '<iframe srcdoc="<script>1</script>"></iframe><object data="x"></object><embed src="x"><p>kept</p>'
    const order = await scene.made('sam', 'res.partner', 'create', [{ name: 'Thread' }])
    const [message] = await scene.made<number[]>('sam', 'res.partner', 'message_post', [[order]], { body: 'x' })
    await scene.made('sam', 'mail.message', 'write', [[message], { body }])
    const [row] = await scene.made<{ body: string }[]>('sam', 'mail.message', 'read', [[message], ['body']])
    assert.match(row?.body ?? '', /kept/)
    assert.doesNotMatch(row?.body ?? '', /<(base|meta|link|form|input|iframe|object|embed)|attacker/i)
  })

  it(
    'CVE-2021-26263, CVE-2021-44461, CVE-2021-44775: html that somebody stores runs nothing in a browser, whichever field it stands in',
    hasChromium ? {} : { skip: 'Chromium is not on this machine' },
    async () => {
      const own = "window.top.owned='yes'"
      const payloads = [
        `<img src=x onerror="${own}">`,
        `<svg><script>${own}</script></svg>`,
        `<a id=go href="jav&#x09;ascript:${own}">x</a>`,
        `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=${own}&gt;">`,
        `<p onclick="${own}" id=go>x</p>`,
        `<noscript><p title="</noscript><img src=x onerror=${own}>">`,
        `<iframe srcdoc="<script>${own}</script>"></iframe>`,
        `<form id=go action="javascript:${own}"><button>x</button></form>`,
        `<details open ontoggle="${own}">x</details>`,
      ]
      const { id: product } = await scene.set((env) => env.model('product.product').create({ name: 'Lamp' }))
      const stored: string[] = []
      for (const payload of payloads) {
        const partner = await scene.made('sam', 'res.partner', 'create', [{ name: 'x', comment: payload }])
        const values = { partner_id: partner, note: payload, order_line: [[0, 0, { product_id: product }]] }
        const order = await scene.made('sam', 'sale.order', 'create', [values])
        const [message] = await scene.made<number[]>('sam', 'sale.order', 'message_post', [[order]], { body: payload })
        for (const [model, id, field] of [
          ['res.partner', partner, 'comment'],
          ['sale.order', order, 'note'],
          ['mail.message', message, 'body'],
        ] as const) {
          const [row] = await scene.made<Record<string, unknown>[]>('sam', model, 'read', [[id], [field]])
          stored.push(String(row?.[field]))
        }
      }
      assert.ok((await thatRun(payloads)).length >= 5, 'what is not cleaned runs, so the browser can tell')
      assert.deepEqual(await thatRun(stored), [])
    },
  )

  it('CVE-2018-15634, CVE-2021-26947: a crafted link shows its text as text, wherever a page repeats it', async () => {
    for (const text of hostile) {
      const word = encodeURIComponent(text)
      for (const path of [
        `/${word}`,
        `/doc/${word}`,
        `/web/login?notice=${word}&redirect=${word}&login=${word}`,
        `/web/keys?name=${word}`,
        `/web/reset-password/${word}`,
        `/odoo?${word}=${word}`,
      ])
        for (const who of [null, 'admin'] as const) assertHarmless(await scene.page(who, { path }), text)
      const body = new URLSearchParams({ login: text, password: 'x' }).toString()
      assertHarmless(await scene.page(null, { path: '/web/login', headers: formFrom(scene.origin), body }), text)
    }
  })

  it('CVE-2018-15635, CVE-2018-15638, CVE-2018-15641: a name that somebody gave is text in every page that shows it', async () => {
    const text = '<script>alert(1)</script>"\'><img src=x onerror=alert(1)>'
    const { ben, mia } = scene.people
    await scene.made('admin', 'res.users', 'write', [[mia.uid], { name: text }])
    await scene.made('admin', 'res.company', 'write', [[1], { name: text }])
    const { token } = await keyForm()
    await scene.page('ben', {
      path: '/web/keys',
      headers: formFrom(scene.origin),
      body: new URLSearchParams({ name: text, password: ben.password, csrf_token: token }).toString(),
    })
    for (const [who, path] of [
      ['mia', '/odoo'],
      ['mia', '/doc'],
      ['ben', '/web/keys'],
      ['ben', '/odoo'],
      ['admin', '/web/programs'],
    ] as const) {
      const shown = await scene.page(who, { path })
      assert.equal(shown.status, 200, path)
      assertHarmless(shown, text)
    }
    assert.match((await scene.page('ben', { path: '/web/keys' })).text, /&lt;script&gt;/, 'the name is shown at all')
  })

  async function keyForm() {
    const { text } = await scene.page('ben', { path: '/web/keys' })
    const [, token = ''] = /name="csrf_token" value="([^"]+)"/.exec(text) ?? []
    assert.notEqual(token, '')
    return { token }
  }

  it('CVE-2018-14864: what pages load is named by its content, known when the server starts, and nothing that is uploaded', async () => {
    const { text } = await scene.page('admin', { path: '/doc/res.users' })
    const assets = [...text.matchAll(/(?:href|src)="([^"]+\.(?:css|js|svg))"/g)].map(([, path]) => path as string)
    assert.ok(assets.length > 0)
    for (const path of assets) assert.match(path, /^\/web\/assets\/[\w.-]+$/)
    const css = assets.find((path) => path.endsWith('.css')) as string
    const before = (await scene.page(null, { path: css })).text
    const name = css.split('/').at(-1)
    await scene.made('admin', 'ir.attachment', 'create', [
      {
        name,
        url: css,
        type: 'binary',
        public: true,
        mimetype: 'text/css',
        datas: Buffer.from('*{color:red}').toString('base64'),
      },
    ])
    assert.equal((await scene.page('admin', { path: css })).text, before)
    assert.equal((await scene.page('admin', { path: `/web/assets/${'0'.repeat(16)}.css` })).status, 404)
  })

  it('CVE-2018-15633, CVE-2021-45071: the name of a file is text in headers and pages, whatever it holds', async () => {
    for (const name of [
      '<script>alert(1)</script>.txt',
      '"; filename="x.html',
      'a\r\nSet-Cookie: session_id=planted\r\n\r\n<script>alert(1)</script>',
      '\u202etxt.exe',
      "'><img src=x onerror=alert(1)>.svg",
    ]) {
      const attachment = await scene.made('admin', 'ir.attachment', 'create', [
        { name, datas: Buffer.from('<script>alert(1)</script>').toString('base64'), mimetype: 'text/html' },
      ])
      const answer = await scene.page('admin', { path: `/web/content/${attachment}` })
      assert.equal(answer.status, 200)
      assert.equal(answer.headers['set-cookie'], undefined)
      const disposition = String(answer.headers['content-disposition'])
      assert.match(disposition, /^attachment; filename="[^"\r\n]*"(; filename\*=UTF-8''[\w%.~!#$&+^`|{}-]*)?$/, name)
      assert.match(String(answer.headers['content-type']), /^(application\/octet-stream|text\/plain)/)
      assert.match(String(answer.headers['content-security-policy']), /sandbox/)
    }
  })

  it('CVE-2018-14887: a host name that is not ours reaches no tenant, no database and no time', async () => {
    for (const host of [
      'attacker.example',
      'acme.localhost.attacker.example',
      '127.0.0.1.attacker.example',
      'x'.repeat(250),
      'acme@localhost',
      '%00.localhost',
      `${'a-'.repeat(100)}.localhost`,
    ]) {
      const began = performance.now()
      const answer = await scene.server.send({ path: '/web/login', host }).catch(() => ({ status: 0, text: '' }))
      assert.ok([0, 400, 421].includes(answer.status), `${host}: ${answer.status}`)
      assert.doesNotMatch(answer.text, /acme|globex/)
      assert.ok(performance.now() - began < 2_000)
    }
  })

  it('CVE-2024-12887: no WebSocket opens, with or without a cookie; a socket that comes needs the same origin', async () => {
    const { cookie } = await signIn(scene.server, 'acme', scene.people.ben.login, scene.people.ben.password)
    for (const path of ['/websocket', '/web/socket', '/odoo', '/longpolling/poll']) {
      const headers = {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
        'sec-websocket-version': '13',
        origin: 'https://attacker.example',
        cookie,
      }
      const answer = await scene.server
        .sendSecurely({ path, host: 'acme.localhost', headers })
        .catch(() => ({ status: 0 }))
      assert.notEqual(answer.status, 101, path)
    }
  })
})

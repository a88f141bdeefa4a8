import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import type { Tenant } from '../../access/index.ts'
import { authenticateKey, createKey, createLink, readProgramPolicy, setPassword } from '../../auth/index.ts'
import { sql } from '../../sql/index.ts'
import { asUser, atEnd, testTenant } from '../../testing/index.ts'
import { createHttpServer, type HttpServer } from '../listen/server.ts'
import { pageRoutes } from './routes.ts'

const executablePath = '/usr/bin/chromium'
const password = 'copper kettle on the stove'
const rightsPages = ['/web/access?login=mallory&model=sale.order&record=1', '/web/access/costs?login=mallory']
/** A folder to keep pictures of pages in, for a person to look at. */
const pictures = process.env.HOLDFAST_PICTURES
const payload = `Mallory "><img src=x onerror="document.title='owned'"><script>document.title='owned'</script>`

describe(
  'the pages in Chromium',
  existsSync(executablePath) ? { timeout: 300_000 } : { skip: 'Chromium is not on this machine' },
  () => {
    let tenant: Tenant
    let server: HttpServer
    let browser: Browser
    let base: string
    let mallory: number
    const complaints: string[] = []

    before(async () => {
      tenant = await testTenant({ apps: ['sales'], demo: true })
      await setPassword(tenant, 2, password)
      const user = await asUser(tenant, {
        login: 'mallory',
        groups: ['base.group_user', 'sales_team.group_sale_salesman'],
      })
      mallory = user.uid
      await (await asAdministrator()).write((env) => env.model('res.users', [mallory]).write({ name: payload }))
      await setPassword(tenant, mallory, password)
      const certificateFolder = mkdtempSync(join(tmpdir(), 'hf-pages-'))
      server = await createHttpServer({
        directory: {
          byName: async (name) => (name === tenant.name ? tenant : null),
          byHost: async (host) => (host === `${tenant.name}.localhost` ? tenant : null),
          namesFor: async () => [tenant.name],
        },
        httpsPort: 0,
        httpsHost: '127.0.0.1',
        certificateFolder,
        log: (entry) =>
          void (entry.level === 'error' && complaints.push(JSON.stringify({ ...entry, cause: String(entry.cause) }))),
        routes: pageRoutes({
          backups: async () => [
            { takenAt: new Date(Date.now() - 7_200_000), kind: 'full', sizeBytes: 13_330_669, state: 'verified' },
          ],
        }),
      })
      base = `https://${tenant.name}.localhost:${server.httpsPort}`
      browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] })
      atEnd(async () => {
        await server.close(500)
        rmSync(certificateFolder, { recursive: true, force: true })
      })
    })
    after(() => browser?.close())

    async function asAdministrator() {
      const { actAs } = await import('../../testing/index.ts')
      return actAs(tenant, 2)
    }

    async function open(options: { scripts?: boolean } = {}): Promise<{ context: BrowserContext; page: Page }> {
      const context = await browser.newContext({ ignoreHTTPSErrors: true, javaScriptEnabled: options.scripts ?? true })
      const page = await context.newPage()
      // Chromium tells of every violated policy and refused resource in the console.
      page.on(
        'console',
        (message) =>
          void (/content security policy|refused to/i.test(message.text()) && complaints.push(message.text())),
      )
      page.on('dialog', (dialog) => void complaints.push(`dialog: ${dialog.message()}`))
      return { context, page }
    }

    async function signIn(page: Page, login: string, secret = password): Promise<void> {
      await page.goto(`${base}/web/login`)
      await page.fill('#login', login)
      await page.fill('#password', secret)
      await page.click('button[type=submit]')
    }

    test('a person signs in without scripts, comes to the page that she asked for, and out again', async () => {
      const { context, page } = await open({ scripts: false })
      await page.goto(`${base}/doc`)
      assert.equal(new URL(page.url()).pathname, '/web/login')
      await page.fill('#login', 'admin')
      await page.fill('#password', 'not the password at all')
      await page.click('button[type=submit]')
      assert.match((await page.textContent('[role=alert]')) ?? '', /not right/)
      assert.equal(await page.inputValue('#login'), 'admin')
      await page.fill('#password', password)
      await page.click('button[type=submit]')
      assert.equal(page.url(), `${base}/doc`)
      assert.ok((await page.textContent('main'))?.includes('sale.order'))
      const [cookie] = await context.cookies()
      assert.deepEqual([cookie?.httpOnly, cookie?.secure, cookie?.sameSite], [true, true, 'Lax'])
      await page.goto(`${base}/`)
      assert.match((await page.textContent('main')) ?? '', /Sales Order\s*2\d[\s\S]*verified/)
      await page.click('text=Sign out')
      assert.match(page.url(), /\/web\/login\?notice=out$/)
      await context.addCookies(cookie === undefined ? [] : [cookie])
      await page.goto(`${base}/odoo`)
      assert.equal(new URL(page.url()).pathname, '/web/login', 'the old cookie is dead')
      await context.close()
    })

    test('markup in a name is text, and no page asks for anything that its policy refuses', async () => {
      const { context, page } = await open()
      await signIn(page, 'mallory')
      for (const path of [
        '/odoo',
        '/web/keys',
        '/web/programs',
        '/web/access',
        '/doc',
        '/doc/res.partner',
        '/doc/no.such',
        '/nowhere',
        '/web/login',
      ]) {
        await page.goto(base + path)
        assert.notEqual(await page.title(), 'owned')
      }
      await page.goto(`${base}/odoo`)
      assert.equal(await page.textContent('.who strong'), payload)
      assert.equal(await page.locator('main img, main script').count(), 0)
      assert.doesNotMatch((await page.textContent('main')) ?? '', /verified/, 'backups are for administrators')
      assert.deepEqual(complaints, [])
      await context.close()
    })

    test('a first login chooses a password, hears what is wrong beside the field, and the link is dead afterwards', async () => {
      const { uid } = await asUser(tenant, { login: 'newcomer@example.com' })
      const link = `${base}/web/first-login/${await createLink(tenant, uid, 'first-login')}`
      const { context, page } = await open({ scripts: false })
      await page.goto(link)
      await page.goto(link)
      for (const [one, two, where, what] of [
        ['short', 'short', '#password-fault', /15 characters/],
        [password, 'other', '#repeat-fault', /not the same/],
        ['newcomer@example.com', 'newcomer@example.com', '#password-fault', /login/],
      ] as const) {
        await page.fill('#password', one)
        await page.fill('#repeat', two)
        await page.click('button[type=submit]')
        assert.match((await page.textContent(where)) ?? '', what)
      }
      await page.fill('#password', password)
      await page.fill('#repeat', password)
      await page.click('button[type=submit]')
      assert.equal(page.url(), `${base}/odoo`)
      const answer = await page.goto(link)
      assert.equal(answer?.status(), 404)
      assert.match((await page.textContent('h1')) ?? '', /no longer works/)
      await context.close()
    })

    test('a password that an administrator set has to be replaced before anything else', async () => {
      const { uid } = await asUser(tenant, { login: 'helped' })
      await (await asAdministrator()).write((env) =>
        env.model('res.users', [uid]).write({ password: 'kettle-copper-9' }),
      )
      const { context, page } = await open()
      await signIn(page, 'helped', 'kettle-copper-9')
      assert.match(page.url(), /\/web\/first-login\//)
      assert.deepEqual(await context.cookies(), [])
      await page.fill('#password', password)
      await page.fill('#repeat', password)
      await page.click('button[type=submit]')
      assert.equal(page.url(), `${base}/odoo`)
      await context.close()
    })

    test('a form on a foreign page, on a sibling host, and one without token change nothing', async () => {
      const { context, page } = await open()
      await signIn(page, 'mallory')
      const attack = `<form method="post" action="${base}/web/logout"><button>x</button></form>`
      for (const origin of ['https://attacker.example', `https://sibling.localhost:${server.httpsPort}`]) {
        await context.route(`${origin}/trap`, (route) => route.fulfill({ contentType: 'text/html', body: attack }))
        await page.goto(`${origin}/trap`)
        const [answer] = await Promise.all([
          page.waitForResponse((response) => response.url().endsWith('/web/logout')),
          page.click('button'),
        ])
        assert.equal(answer.status(), 403)
      }
      await page.goto(`${base}/odoo`)
      assert.equal(await page.textContent('.who strong'), payload, 'still signed in')
      await page.evaluate(`document.querySelector('[name=csrf_token]').value = 'A'.repeat(86)`)
      const [answer] = await Promise.all([
        page.waitForResponse((response) => response.url().endsWith('/web/logout')),
        page.click('text=Sign out'),
      ])
      assert.equal(answer.status(), 403)
      await page.goto(`${base}/odoo`)
      assert.equal(page.url(), `${base}/odoo`)
      await context.close()
    })

    test('an API key is made with the password only, shown once, serves a program, and ends when revoked', async () => {
      const { context, page } = await open({ scripts: false })
      await signIn(page, 'admin')
      await page.goto(`${base}/web/keys`)
      const make = async (secret: string) => {
        await page.fill('#name', 'till <b>')
        await page.fill('#password', secret)
        await page.click('main .row button')
      }
      await make('not the password at all')
      assert.equal(await page.locator('.secret').count(), 0)
      await make(password)
      const key = (await page.textContent('.secret')) ?? ''
      assert.equal(await authenticateKey(tenant, key, { source: '192.0.2.1', interactive: false }), 2)
      await page.goto(`${base}/web/keys`)
      assert.ok(!(await page.content()).includes(key) && (await page.textContent('tbody'))?.includes('till <b>'))
      await page.click('text=Revoke')
      assert.equal(await authenticateKey(tenant, key, { source: '192.0.2.1', interactive: false }), null)
      await context.close()
    })

    test('a method is tried from the reference with the session, is told of its error, and markup in a record stays text', async () => {
      const { context, page } = await open()
      await signIn(page, 'mallory')
      await page.goto(`${base}/doc/res.users`)
      const attempt = async (method: string, body: string) => {
        if ((await page.getAttribute(`#method-${method}`, 'open')) === null)
          await page.click(`#method-${method} > summary`)
        await page.fill(`#try-${method}`, body)
        await page.click(`#method-${method} button`)
        await page.waitForSelector(`#method-${method} output .mark`)
        return (await page.textContent(`#method-${method} output`)) ?? ''
      }
      const shown = await attempt('search_read', `{"domain": [["id", "=", ${mallory}]], "fields": ["name"]}`)
      assert.match(shown, /^200 · \d+ ms/)
      assert.ok(shown.includes('<script>document.title'), 'the text of the record, not its markup')
      assert.notEqual(await page.title(), 'owned')
      assert.match(await attempt('search', '{"domain": [["password", "=", "x"]]}'), /odoo\.exceptions|builtins/)
      assert.match(await attempt('search_count', '[1]'), /JSON object/)
      assert.match(await attempt('search_count', '{'), /JSON/)
      assert.equal(await page.locator('#method-create').count(), 0, 'what she may not call is not offered')
      assert.deepEqual(complaints, [])
      await context.close()
    })

    test('a key in the field is used in place of the session, and the keyboard is enough for all of it', async () => {
      const { context, page } = await open()
      await signIn(page, 'mallory')
      const { key } = await createKey(tenant.pool, 2, { name: 'try' })
      await page.goto(`${base}/doc/ir.model`)
      await page.fill('#try-key', key)
      await page.focus('#method-search_count > summary')
      await page.keyboard.press('Enter')
      await page.focus('#try-search_count')
      await page.keyboard.press('Control+A')
      await page.keyboard.type('{"domain": []}')
      await page.keyboard.press('Control+Enter')
      await page.waitForSelector('#method-search_count output pre')
      assert.match((await page.textContent('#method-search_count output')) ?? '', /^200 · \d+ ms\d+$/)
      await page.fill('#try-key', 'f'.repeat(64))
      await page.keyboard.press('Tab')
      await page.click('#method-search_count button')
      await page.waitForSelector('#method-search_count output .bad')
      assert.match((await page.textContent('#method-search_count output')) ?? '', /401/)
      assert.deepEqual(await page.evaluate('({ ...localStorage })'), {})
      await context.close()
    })

    test('the reference and the programs fit a telephone', async () => {
      const { context, page } = await open()
      await page.setViewportSize({ width: 375, height: 700 })
      await signIn(page, 'admin')
      for (const path of ['/doc', '/doc/sale.order', '/web/programs', ...rightsPages]) {
        await page.goto(base + path)
        const width = await page.evaluate<number>(
          `document.querySelectorAll('details').forEach((one) => { one.open = true }), document.documentElement.scrollWidth`,
        )
        assert.ok(width <= 375, `${path} is ${width} pixels wide`)
      }
      await context.close()
    })

    test('the reference reads without scripts, and offers nothing then that needs one', async () => {
      const { context, page } = await open({ scripts: false })
      await signIn(page, 'admin')
      await page.goto(`${base}/doc/sale.order`)
      assert.equal(await page.locator('form[data-method]:visible, [data-with-script]:visible').count(), 0)
      await page.click('#method-action_confirm > summary')
      await page.click('#method-action_confirm .examples > summary')
      assert.match(
        (await page.textContent('#method-action_confirm')) ?? '',
        /curl[\s\S]*requests\.post[\s\S]*createClient/,
      )
      await context.close()
    })

    test('administrators are told why a person may not and what rules cost, and nobody else finds the pages', async () => {
      const { context, page } = await open({ scripts: false })
      await signIn(page, 'mallory')
      for (const path of ['/web/access', ...rightsPages]) assert.equal((await page.goto(base + path))?.status(), 404)
      await context.clearCookies()
      await signIn(page, 'admin')
      await page.click('text=Why somebody may, or may not')
      await page.fill('#login', 'mallory')
      await page.fill('#model', 'sale.order')
      await page.fill('#record', '1')
      await page.click('main button')
      const told = (await page.textContent('main')) ?? ''
      assert.ok(told.includes(payload) && /ir\.model\.access[\s\S]*ir\.rule[\s\S]*SELECT/.test(told), told)
      if (pictures) await page.screenshot({ path: `${pictures}/access.png`, fullPage: true })
      await page.click('text=What rules cost')
      await page.click('main button')
      assert.match((await page.textContent('table')) ?? '', /sale\.order/)
      if (pictures) await page.screenshot({ path: `${pictures}/costs.png`, fullPage: true })
      await page.fill('#login', '"><b>nobody')
      await page.click('main button')
      assert.match((await page.textContent('[role=alert]')) ?? '', /no active user '"><b>nobody'/)
      assert.deepEqual(complaints, [])
      await context.close()
    })

    test('administrators see which programs call, throw the switches, and nobody else finds the page', async () => {
      const { context, page } = await open({ scripts: false })
      await signIn(page, 'mallory')
      assert.equal((await page.goto(`${base}/web/programs`))?.status(), 404)
      await context.clearCookies()
      await tenant.pool.query(sql`INSERT INTO ir_rpc_client (protocol, credential, user_id, user_agent, calls, methods, first_seen, last_seen)
        VALUES ('xml-rpc', 'password', ${mallory}, ${payload}, 7, ${'{"res.partner.search": 7}'}::jsonb, now(), now())`)
      await signIn(page, 'admin')
      await page.goto(`${base}/web/programs`)
      const text = (await page.textContent('main')) ?? ''
      assert.ok(text.includes(payload) && text.includes('res.partner.search'))
      await page.uncheck('#xmlRpc')
      await page.click('main button')
      assert.equal(page.url(), `${base}/web/programs`)
      assert.equal(await page.isChecked('#xmlRpc'), false)
      assert.deepEqual(await readProgramPolicy(tenant), { xmlRpc: false, jsonRpc: true, passwords: true })
      await page.check('#xmlRpc')
      await page.click('main button')
      assert.deepEqual(await readProgramPolicy(tenant), { xmlRpc: true, jsonRpc: true, passwords: true })
      assert.deepEqual(complaints, [])
      await context.close()
    })

    test('after signing in nobody is led to another origin', async () => {
      const { context, page } = await open({ scripts: false })
      for (const wanted of [
        'https://attacker.example/',
        '//attacker.example/',
        '/\\attacker.example',
        'javascript:alert(1)',
        '/\t/attacker.example',
      ]) {
        await context.clearCookies()
        await page.goto(`${base}/web/login?redirect=${encodeURIComponent(wanted)}`)
        await page.fill('#login', 'admin')
        await page.fill('#password', password)
        await page.click('button[type=submit]')
        assert.equal(page.url(), `${base}/odoo`, wanted)
      }
      await context.close()
    })
  },
)

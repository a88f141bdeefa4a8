import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { type Browser, chromium } from 'playwright-core'
import { sql } from '#framework/sql/index.ts'
import { canary, makeWorld, type World } from '../access/index.ts'
import { formFrom, Scene } from './scene.ts'

const executablePath = '/usr/bin/chromium'
const path = (converter: string, ids: string | number, name = 'sale.report_saleorder') =>
  `/report/${converter}/${name}/${ids}`

describe('reports and exports', () => {
  const scene = new Scene()
  let world: World
  let policy = ''
  before(async () => {
    world = await makeWorld(scene.server)
    await scene.set((env) =>
      env.model('sale.order.line', [world.own.line]).write({ name: '<img src=x onerror=alert(1)>' }),
    )
  })

  it('a quotation is a page about orders of the caller, with every value escaped, in a sandbox that loads nothing', async () => {
    const page = await scene.page('sam', { path: path('html', world.own.order) })
    assert.equal(page.status, 200)
    assert.ok(page.text.includes(world.own.name) && page.text.includes('&lt;img src=x onerror=alert(1)&gt;'))
    assert.doesNotMatch(page.text, /<img src=x/)
    policy = String(page.headers['content-security-policy'])
    assert.match(policy, /^default-src 'none'; style-src 'unsafe-inline'; img-src data:;.* sandbox$/)
    assert.match(String(page.headers['content-disposition']), /^inline; filename="/)
  })

  it('an order that the caller may not read is in no report of hers, alone or among others, and as absent as one that is not there', async () => {
    const { order } = world.target
    for (const ids of [order, `${world.own.order},${order}`, 1_999_999, 'x', '1;2', '-1', '1,,2']) {
      const page = await scene.page('sam', { path: path('html', ids) })
      assert.equal(page.status, 404, `${ids}`)
      assert.ok(!page.text.includes(canary))
    }
    assert.equal((await scene.page('rita', { path: path('html', order) })).status, 200)
    assert.equal((await scene.page('pia', { path: path('html', order) })).status, 403)
    assert.equal((await scene.page(null, { path: path('html', order) })).status, 303)
  })

  it('a report is made as what it is: no PDF yet, no other kind, none for other groups, none without a template', async () => {
    assert.equal((await scene.page('sam', { path: path('pdf', world.own.order) })).status, 400)
    assert.equal((await scene.page('sam', { path: path('text', world.own.order) })).status, 404)
    assert.equal((await scene.page('sam', { path: path('exe', world.own.order) })).status, 400)
    assert.equal((await scene.page('sam', { path: path('html', world.own.order, 'nothing') })).status, 404)
    // The group of administrators, which sam is not in.
    const group = [4]
    const values = {
      name: 'x',
      model: 'sale.order',
      report_type: 'qweb-text',
      template: '{% for doc in docs %}{{ doc.name }}{% endfor %}',
    }
    await scene.made('admin', 'ir.actions.report', 'create', [{ ...values, report_name: 'x.open' }])
    await scene.made('admin', 'ir.actions.report', 'create', [
      { ...values, report_name: 'x.closed', group_ids: [[6, 0, group]] },
    ])
    assert.equal((await scene.page('sam', { path: path('text', world.own.order, 'x.open') })).text, world.own.name)
    assert.equal((await scene.page('sam', { path: path('text', world.own.order, 'x.closed') })).status, 404)
  })

  it('a template that was put into the database by hand is refused when it is used', async () => {
    const made = await scene.made('admin', 'ir.actions.report', 'create', [
      { name: 'x', model: 'sale.order', report_type: 'qweb-html', report_name: 'x.hand', template: '' },
    ])
    for (const template of [
      '<script>1</script>',
      '{% include "/etc/passwd" %}',
      '<img src="file:///etc/passwd">',
      '{{ docs.first.constructor }}',
    ]) {
      await scene.acme.tenant.pool
        .query(sql`UPDATE ir_act_report_xml SET template = ${template} WHERE id = ${made}`)
        .catch(() =>
          scene.acme.tenant.pool.query(sql`UPDATE ir_actions_report SET template = ${template} WHERE id = ${made}`),
        )
      assert.equal((await scene.page('sam', { path: path('html', world.own.order, 'x.hand') })).status, 422, template)
    }
  })

  const exported = async (who: 'sam' | 'rita', data: unknown, token?: string) => {
    const page = await scene.page(who, { path: '/odoo' })
    const [, csrf = ''] = /name="csrf_token" value="([^"]+)"/.exec(page.text) ?? []
    const body = new URLSearchParams({ data: JSON.stringify(data), csrf_token: token ?? csrf }).toString()
    return scene.page(who, { path: '/web/export/csv', headers: formFrom(scene.origin), body })
  }

  it('an export as CSV has no formula in it, nothing that the caller may not read, and needs the token of the session', async () => {
    await scene.set((env) =>
      env.model('sale.order', [world.own.order]).write({ client_order_ref: '=cmd|"/C calc"!A0' } as never),
    )
    const data = {
      model: 'sale.order',
      fields: [
        { name: 'name', label: '=Name' },
        { name: 'client_order_ref', label: 'Reference' },
        { name: 'amount_total', label: 'Total' },
      ],
      ids: false,
      domain: [],
      import_compat: false,
    }
    const file = await exported('sam', data)
    assert.equal(file.status, 200)
    assert.match(String(file.headers['content-disposition']), /^attachment; filename="sale\.order\.csv"$/)
    assert.ok(file.text.startsWith('\ufeff"\'=Name","Reference","Total"\r\n'))
    assert.ok(file.text.includes(`"'=cmd|""/C calc""!A0"`))
    assert.ok(!file.text.includes(canary) && (await exported('rita', data)).text.includes(canary))
    assert.equal((await exported('sam', data, 'wrong')).status, 403)
    assert.equal((await exported('sam', { model: 'sale.order', fields: [] })).status, 400)
    assert.equal((await exported('sam', { ...data, ids: [world.target.order] })).status, 403)
    assert.equal(
      (await exported('sam', { model: 'res.users', fields: [{ name: 'password' }], domain: [] })).text.includes(
        '$pbkdf2',
      ),
      false,
    )
  })

  describe('in Chromium', existsSync(executablePath) ? {} : { skip: 'Chromium is not on this machine' }, () => {
    let browser: Browser
    let listener: Server
    const hits: string[] = []
    const folder = mkdtempSync(join(tmpdir(), 'hf-report-'))
    before(async () => {
      writeFileSync(join(folder, 'canary.html'), '<script>fetch("/read")</script>')
      listener = createServer((request, response) => {
        const url = request.url ?? ''
        if (url.startsWith('/page')) {
          const origin = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`
          response.writeHead(200, {
            'content-type': 'text/html',
            ...(url === '/page-safe' ? { 'content-security-policy': policy } : {}),
          })
          return response.end(hostile(origin, folder))
        }
        if (url !== '/favicon.ico') hits.push(url)
        return response.writeHead(200, { 'content-type': 'text/css' }).end('')
      })
      await new Promise<void>((resolve) => void listener.listen(0, '127.0.0.1', resolve))
      browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] })
    })
    after(async () => {
      await browser?.close()
      listener?.close()
      rmSync(folder, { recursive: true, force: true })
    })
    const visit = async (name: string) => {
      hits.length = 0
      const context = await browser.newContext()
      const page = await context.newPage()
      await page.goto(`http://127.0.0.1:${(listener.address() as AddressInfo).port}/${name}`)
      await page.waitForTimeout(1_200)
      await context.close()
      return [...new Set(hits)]
    }

    it('even markup that no template may hold loads nothing under the policy of reports, and everything without it', async () => {
      assert.deepEqual(await visit('page-safe'), [])
      const found = await visit('page-bare')
      for (const way of ['/img', '/css', '/import', '/svg', '/object', '/iframe', '/script', '/refresh'])
        assert.ok(
          found.some((url) => url.startsWith(way)),
          `${way} is a way to load something: ${found}`,
        )
    })
  })
})

const hostile = (
  origin: string,
  folder: string,
) => `<!doctype html><meta http-equiv="refresh" content="0.6;url=${origin}/refresh"><link rel="stylesheet" href="${origin}/css">
<style>@import "${origin}/import"; p { background: url(${origin}/background) }</style><p>x</p><img src="${origin}/img"><img src="file://${folder}/canary.html">
<svg><image href="${origin}/svg"/></svg><object data="${origin}/object"></object><iframe src="${origin}/iframe"></iframe><iframe src="file://${folder}/canary.html"></iframe>
<script src="${origin}/script"></script><script>fetch("${origin}/fetch")</script><form action="${origin}/form"><button></button></form>`

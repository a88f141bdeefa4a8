import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { Scene } from './scene.ts'
import { sourcesOf } from './sources.ts'

const root = join(import.meta.dirname, '../..')

/** Ways to climb out of a folder, as they are written in an address. */
const climbs = [
  '../../../../../../etc/passwd',
  '..%2f..%2f..%2f..%2fetc%2fpasswd',
  '..%252f..%252f..%252fetc%252fpasswd',
  '%2e%2e/%2e%2e/%2e%2e/etc/passwd',
  '..\\..\\..\\etc\\passwd',
  '....//....//etc/passwd',
  '/etc/passwd',
  'file:///etc/passwd',
  'x%00.css',
  '..;/..;/etc/passwd',
]

describe('files', () => {
  const scene = new Scene()

  it('CVE-2017-9416: no path of the caller leads out of what is served', async () => {
    for (const climb of climbs)
      for (const base of [
        '/',
        '/web/assets/',
        '/web/content/',
        '/web/image/',
        '/doc/',
        '/web/content/ir.attachment/1/datas/',
        '/openapi/',
        '/logo/',
      ]) {
        for (const who of [null, 'admin'] as const) {
          const answer = await scene.page(who, { path: base + climb }).catch(() => ({ status: 0, text: '' }))
          assert.doesNotMatch(answer.text, /root:.*:0:0:|\[boot loader\]/, base + climb)
          assert.ok(answer.status < 500, `${base}${climb}: ${answer.status}`)
        }
      }
  })

  it('CVE-2024-45840: files of the server itself are no addresses', async () => {
    const files = [
      'package.json',
      'package-lock.json',
      'framework/index.ts',
      'framework/errors.ts',
      'platform/cli/main.ts',
      'bin/holdfast',
      '.git/config',
      '.git/HEAD',
      '.env',
      'data/keys/root.json',
      'node_modules/pg/package.json',
      'apps/base/app.ts',
      'tsconfig.json',
      '.ci/run',
    ]
    for (const file of files)
      for (const path of [
        `/${file}`,
        `/web/${file}`,
        `/web/static/${file}`,
        `/base/static/${file}`,
        `/web/assets/${file}`,
        `/web/assets/..%2f..%2f${file}`,
      ]) {
        const answer = await scene.page('admin', { path })
        assert.ok(answer.status >= 400, `${path}: ${answer.status}`)
        assert.doesNotMatch(answer.text, /"dependencies"|import \{|\[core\]/)
      }
  })

  it('#16837: a picture is what its first bytes say; PostScript, SVG and scripts are never drawn', async () => {
    const contents = {
      'image.eps': '%!PS-Adobe-3.0 EPSF-3.0\n(%pipe%id) (w) file',
      'image.png': '%!PS\nuserdict /setpagedevice undef',
      'image.svg':
        '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script><image href="file:///etc/passwd"/></svg>',
      'image.gif': 'push graphic-context\nviewbox 0 0 640 480\nfill \'url(https://example.com/x.jpg"|id")\'',
      'image.jpg': '<html><script>alert(1)</script>',
    }
    for (const [name, content] of Object.entries(contents)) {
      const attachment = await scene.made('admin', 'ir.attachment', 'create', [
        { name, mimetype: 'image/png', datas: Buffer.from(content).toString('base64') },
      ])
      const picture = await scene.page('admin', { path: `/web/image/${attachment}` })
      assert.ok(picture.text.includes('#d9dde3'), `${name} is the placeholder`)
      const download = await scene.page('admin', { path: `/web/content/${attachment}` })
      assert.doesNotMatch(String(download.headers['content-type']), /image|svg|html|postscript|script/)
      assert.match(String(download.headers['content-security-policy']), /sandbox/)
    }
    // Nothing on the server draws or converts pictures, so there is no program that a picture could break.
    const lock = readFileSync(join(root, 'package-lock.json'), 'utf8')
    assert.doesNotMatch(lock, /node_modules\/(sharp|jimp|gm|imagemagick|canvas|ghostscript[^"]*|wkhtmltopdf[^"]*)"/)
  })

  it('CVE-2018-14865, CVE-2018-14886: nothing that renders text opens a file or an address', () => {
    // Rooms whose duty is to turn text into pages, mails or reports.
    for (const room of ['framework/templates', 'framework/views', 'framework/expression', 'framework/http/pages'])
      for (const { path, text } of sourcesOf(root, room)) {
        const opens = /from 'node:(net|tls|dgram|http|https|http2|child_process|dns)'|\bfetch\(|file:\/\//.test(text)
        assert.equal(opens, false, path)
        // Style sheet, script and logo of our own pages are read once at the start, by names in the code.
        if (/from 'node:fs/.test(text))
          assert.match(path, /^framework\/http\/pages\/(look\/assets|reference\/[\w-]+)\.ts$/)
      }
    const packages = readdirSync(join(root, 'node_modules'))
    for (const name of ['puppeteer', 'wkhtmltopdf', 'docutils', 'pdfkit', 'html-pdf', 'phantomjs'])
      assert.ok(!packages.includes(name), `${name} renders pages that load things; its attacks have no test`)
  })
})

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type Browser, chromium, type Page } from 'playwright-core'
import {
  addressLine,
  contentDisposition,
  csvLine,
  headerLine,
  html,
  oneLine,
  parseTemplate,
  readMailboxes,
  scriptData,
} from '../index.ts'

const payloads = JSON.parse(readFileSync(join(import.meta.dirname, 'payloads.json'), 'utf8')) as readonly string[]
const executablePath = '/usr/bin/chromium'

type Maker = (value: string) => string

// An address in a page that is none of ours is refused by the tag; here that counts as nothing.
const tag = (make: (value: string) => { readonly text: string }) => (value: string) => {
  try {
    return make(value).text
  } catch {
    return html`<a href="#">x</a>`.text
  }
}
const liquid = (text: string): Maker => {
  const roots = { v: { is: 'value' } } as const
  const template = parseTemplate(text, {
    registry: { models: new Map() } as never,
    kind: 'html',
    audience: 'outside',
    roots,
  })
  return (v) => template.render({ v }, { lang: 'en_US', timeZone: 'UTC' })
}

/** Each context as programmers write it, as administrators write it, and with its escaping taken away. */
const contexts: Readonly<
  Record<string, { readonly makers: readonly Maker[]; readonly twin: Maker; readonly shows?: 'text' | 'title' }>
> = {
  text: {
    makers: [tag((v) => html`<p>${v}</p>`), liquid('<p>{{ v }}</p>'), liquid('<p>{{ v | append: "" | escape }}</p>')],
    twin: (v) => `<p>${v}</p>`,
    shows: 'text',
  },
  'double quotes': {
    makers: [tag((v) => html`<p title="${v}">x</p>`), liquid('<p title="{{ v }}">x</p>')],
    twin: (v) => `<p title="${v}">x</p>`,
    shows: 'title',
  },
  'single quotes': {
    makers: [tag((v) => html`<p title='${v}'>x</p>`), liquid("<p title='{{ v }}'>x</p>")],
    twin: (v) => `<p title='${v}'>x</p>`,
    shows: 'title',
  },
  address: {
    makers: [tag((v) => html`<a href="${v}">x</a>`), liquid('<a href="{{ v }}">x</a>')],
    twin: (v) => html`<a title="${v}">x</a>`.text.replace('title', 'href'),
  },
  'part of a path': {
    makers: [
      tag((v) => html`<a href="/doc/${v}/end">x</a>`),
      liquid('<a href="https://page.test/doc/{{ v }}/end">x</a>'),
    ],
    twin: (v) => html`<a title="/doc/${v}/end">x</a>`.text.replace('title', 'href'),
  },
  'part of a query': {
    makers: [tag((v) => html`<a href="/doc?q=${v}&amp;z=1">x</a>`), liquid('<a href="/doc?q={{ v }}&amp;z=1">x</a>')],
    twin: (v) => html`<a title="/doc?q=${v}&amp;z=1">x</a>`.text.replace('title', 'href'),
  },
  style: {
    makers: [
      (v) =>
        tag((value) => html`<p style="color: ${value}">x</p>`)(v).replace('<a href="#">x</a>', '<p style="">x</p>'),
      liquid('<p style="color: {{ v }}">x</p>'),
    ],
    twin: (v) => html`<p title="color: ${v}">x</p>`.text.replace('title', 'style'),
  },
  textarea: {
    makers: [tag((v) => html`<textarea>${v}</textarea>`)],
    twin: (v) => `<textarea>${v}</textarea>`,
    shows: 'text',
  },
  'data for a script': {
    makers: [(v) => `<script type="application/json">${scriptData({ v })}</script>`],
    twin: (v) => `<script type="application/json">${JSON.stringify({ v })}</script>`,
  },
  'a script': {
    makers: [(v) => `<script>window.data = ${scriptData(v)}</script>`],
    twin: (v) => `<script>window.data = "${v}"</script>`,
  },
}

describe(
  'the escaping matrix',
  existsSync(executablePath) ? { timeout: 120_000 } : { skip: 'Chromium is not on this machine' },
  () => {
    let browser: Browser
    let page: Page
    let body = ''
    const requests: string[] = []

    before(async () => {
      browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] })
      page = await browser.newPage()
      await page.route('**/*', (route) => {
        const { url, isMain } = {
          url: route.request().url(),
          isMain: route.request().isNavigationRequest() && route.request().frame() === page.mainFrame(),
        }
        if (isMain && url === 'https://page.test/')
          return route.fulfill({ contentType: 'text/html; charset=utf-8', body })
        requests.push(url)
        return route.abort()
      })
    })
    after(() => browser?.close())

    // What a browser makes of many fragments: each one's elements, attributes and addresses, and what ran or was asked for.
    async function judge(
      fragments: readonly string[],
    ): Promise<{ readonly seen: readonly Seen[]; readonly events: readonly string[] }> {
      requests.length = 0
      const boxes = fragments.map((fragment, i) => `<div id="box${i}">${fragment}</div>`)
      body = `<!doctype html><meta charset="utf-8"><script>window.ran = 0; window.owned = () => { window.ran++ }</script><main>${boxes.join('\n')}</main><b id="end"></b>`
      await page.goto('https://page.test/', { waitUntil: 'load' })
      const found = await page.evaluate<Found>(`(${look})(${fragments.length})`)
      return {
        seen: found.seen,
        events: [
          ...requests,
          ...(found.ran > 0 ? ['a script ran'] : []),
          ...(found.whole ? [] : ['the document is torn']),
        ],
      }
    }

    const faults = async (make: Maker, values: readonly string[], shows?: 'text' | 'title'): Promise<string[]> => {
      const { seen, events } = await judge([make('x'), ...values.map(make)])
      const [plain, ...others] = seen
      return [
        ...events,
        ...others.flatMap((one, i) => {
          const value = (values[i] ?? '').toWellFormed().replaceAll('\0', '\ufffd').replace(/\r\n?/g, '\n')
          if (one.shape !== plain?.shape) return [`another shape for ${JSON.stringify(value)}: ${one.shape}`]
          if (!one.isSafe) return [`an address for ${JSON.stringify(value)}`]
          return shows && one[shows].replace(/^\n/, '') !== value.replace(/^\n/, '')
            ? [`another text for ${JSON.stringify(value)}`]
            : []
        }),
      ]
    }

    for (const [name, { makers, twin, shows }] of Object.entries(contexts)) {
      test(`no payload leaves its place, runs or asks for anything: ${name}`, async () => {
        for (const make of makers) assert.deepEqual(await faults(make, payloads, shows), [])
      })
      test(`without its escaping the matrix is red: ${name}`, async () => {
        const found: string[] = []
        for (let at = 0; at < payloads.length; at += 8) {
          found.push(...(await faults(twin, payloads.slice(at, at + 8), shows)))
          if (found.length > 0) break
        }
        assert.notDeepEqual(found, [])
      })
    }
  },
)

interface Found {
  readonly ran: number
  readonly whole: boolean
  readonly seen: readonly Seen[]
}

interface Seen {
  readonly shape: string
  readonly text: string
  readonly title: string
  readonly isSafe: boolean
}

// Runs in the page.
const look = `count => {
  const seen = Array.from({ length: count }, (_, i) => {
    const box = document.getElementById('box' + i)
    const all = [...(box?.querySelectorAll('*') ?? [])]
    const first = box?.firstElementChild
    const isSafe = all.every((one) => {
      if (one.localName === 'p') return !/url|expression|;\\s*\\S|image/i.test(one.getAttribute('style') ?? '')
      if (one.localName !== 'a') return true
      const { protocol, host, pathname, search } = one
      const given = one.getAttribute('href') ?? ''
      // A whole address may lead to the web when it says so plainly; a part of one stays on its host, in its place.
      if (given.includes('/doc'))
        return host === 'page.test' && (search === '' ? /^\\/doc\\/[^/]*\\/end$/.test(pathname) : pathname === '/doc' && /^\\?q=[^&]*&z=1$/.test(search))
      return ['http:', 'https:', 'mailto:', 'tel:'].includes(protocol) && (host === 'page.test' || /^https?:\\/\\/[a-z]/.test(given))
    })
    const data = box?.querySelector('script[type="application/json"]')
    const keys = () => { try { return data ? Object.keys(JSON.parse(data.textContent)) : [] } catch { return ['torn'] } }
    return {
      shape: [...all.map((one) => one.localName + '[' + [...one.attributes].map(({ name }) => name) + ']'), ...keys()].join(' '),
      text: (first?.localName === 'textarea' ? first.value : first?.textContent) ?? '',
      title: first?.getAttribute('title') ?? '',
      isSafe,
    }
  })
  return { ran: window.ran, whole: document.querySelectorAll('main > div').length === count && document.getElementById('end') !== null, seen }
}`

describe('formats other than HTML', () => {
  const python = (code: string, input: unknown): unknown =>
    JSON.parse(
      execFileSync('python3', ['-c', `import json,sys\nv=json.load(sys.stdin)\n${code}`], {
        input: JSON.stringify(input),
      }).toString(),
    )
  const wellFormed = payloads.map((payload) => payload.toWellFormed())
  const cells = `import csv,io\nprint(json.dumps(list(csv.reader(io.StringIO(v, newline='')))))`
  const formulas = (rows: unknown) =>
    (rows as string[][]).flat().filter((cell) => /^[\s\p{Cf}"]*[=+\-@|%\uff1d\uff0b\uff0d\uff20]/u.test(cell))

  test('no cell of a CSV is a formula, and a parser finds each one as it was', () => {
    const rows = python(cells, wellFormed.map((one) => csvLine([one, 'end', -5])).join('')) as string[][]
    assert.deepEqual(formulas(rows.map((row) => row.slice(0, 2))), [])
    rows.forEach((row, i) => {
      assert.equal(row.length, 3)
      assert.equal(row[0]?.replace(/^'/, ''), (wellFormed[i] ?? '').replaceAll('\0', '\ufffd').replace(/^'/, ''))
      assert.deepEqual(row.slice(1), ['end', '-5'])
    })
    const twin = wellFormed.map((one) => `"${one.replaceAll('"', '""').replaceAll('\0', '')}","end",-5\r\n`).join('')
    assert.ok(
      formulas((python(cells, twin) as string[][]).map((row) => row.slice(0, 1))).length > 5,
      'without its escaping it is red',
    )
  })

  const heads = `import email,email.policy\nr=[]\nfor s in v:\n  m=email.message_from_bytes(s.encode(),policy=email.policy.SMTP)\n  r.append([sorted(k for k in m.keys()), str(m['Subject']), m.get_content() if not m.is_multipart() else ''])\nprint(json.dumps(r))`
  const mail = (subject: string) =>
    `${subject}\r\n${addressLine('To', [{ name: 'A', address: 'a@b.example' }])}\r\n\r\nbody`

  test('no value adds a line to the head of a mail, and a parser reads it as it was', () => {
    const read = python(
      heads,
      wellFormed.map((one) => mail(headerLine('Subject', one))),
    ) as [string[], string, string][]
    read.forEach(([keys, subject, text], i) => {
      assert.deepEqual([keys, text.trim()], [['Subject', 'To'], 'body'], JSON.stringify(wellFormed[i]))
      assert.equal(subject.replace(/\s+/g, ' ').trim(), oneLine(wellFormed[i] ?? '').replace(/\s+/g, ' '))
    })
    const twin = python(
      heads,
      ['x\r\nBcc: evil@canary.test'].map((one) => mail(`Subject: ${one}`)),
    ) as [string[]][]
    assert.deepEqual(twin[0]?.[0], ['Bcc', 'Subject', 'To'], 'without its escaping it is red')
  })

  test('a mailbox is the one that it looks like, whatever its name; what is no address is refused', () => {
    const code = `import email.utils,email.message,email.policy\nprint(json.dumps([[a.addr_spec for a in email.message_from_string(s+"\\r\\n\\r\\n",policy=email.policy.SMTP)['To'].addresses] for s in v]))`
    const lines = wellFormed.map((name) => addressLine('To', [{ name, address: 'ann@example.com' }]))
    for (const found of python(code, lines) as string[][]) assert.deepEqual(found, ['ann@example.com'])
    assert.deepEqual(readMailboxes('ann@example.com, "B, \\"o\\"" <bob@example.com>;Cy <cy@example.com>'), [
      { name: '', address: 'ann@example.com' },
      { name: 'B, "o"', address: 'bob@example.com' },
      { name: 'Cy', address: 'cy@example.com' },
    ])
    for (const bad of [
      ...wellFormed,
      'a@b@c',
      'a b@c.example',
      'a@b.example\r\nBcc: x@y.example',
      '<a@b.example',
      '@b',
      'a@b..c',
      'a@[127.0.0.1]',
      '"a@b.example" <x>',
    ])
      assert.throws(() => readMailboxes(`${bad}x`), { code: 'ERR_MAIL_ADDRESS' }, bad)
  })

  test('a file name stays one name: no quote, path, line or direction of it survives', () => {
    for (const payload of payloads) {
      const line = contentDisposition('attachment', payload)
      assert.match(line, /^attachment; filename="[^"\\/%;\r\n]*"(?:; filename\*=UTF-8''[A-Za-z0-9.!~_%-]*)?$/)
      assert.doesNotMatch(decodeURIComponent(/''(.*)$/.exec(line)?.[1] ?? ''), /[\p{Cc}\p{Cf}/\\]/u)
    }
    assert.equal(contentDisposition('inline', '..'), 'inline; filename="file"')
  })
})

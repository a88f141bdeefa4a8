import assert from 'node:assert/strict'
import { createConnection } from 'node:net'
import { after, before, test } from 'node:test'
import { connect, type ConnectionOptions } from 'node:tls'
import { html } from '../answer/reply.ts'
import { type StandIn, standIn } from '../entries/stand-in.ts'
import type { Exchange } from '../exchange.ts'
import type { Route } from '../routes.ts'

let release: () => void = () => {}
let seen: Exchange['signal'] | undefined
const slow: Route['handler'] = async (exchange) => {
  seen = exchange.signal
  await new Promise<void>((resolve) => {
    release = resolve
  })
  return html('done')
}
let asked = 0
function* pieces(): Generator<string> {
  for (asked = 0; asked < 400; asked++) yield `${'x'.repeat(99_999)}\n`
}
const routes: readonly Route[] = [
  {
    method: 'GET',
    path: '/try/page',
    kind: 'PAGE',
    tenant: 'none',
    handler: (x) => html(`${x.origin} ${x.source} ${x.secure}`),
  },
  { method: 'GET', path: '/try/slow', kind: 'RPC', tenant: 'none', handler: slow },
  {
    method: 'GET',
    path: '/try/pieces',
    kind: 'RPC',
    tenant: 'none',
    handler: () => ({ status: 200, type: 'text/plain; charset=utf-8', body: pieces() }),
  },
  {
    method: 'GET',
    path: '/try/fault',
    kind: 'PAGE',
    tenant: 'none',
    handler: () => {
      throw new RangeError('inner words of /srv')
    },
  },
  {
    method: 'POST',
    path: '/try/body',
    kind: 'RPC',
    tenant: 'none',
    ownCredentials: true,
    maxBodyBytes: 1_000,
    handler: (x) => html(String(x.body.length)),
  },
]

let stand: StandIn
before(async () => {
  stand = await standIn({ routes, domains: ['example.test'], securityContact: 'mailto:security@example.test' })
})
after(() => stand.close())

const handshake = (options: ConnectionOptions) =>
  new Promise<{ protocol: string | null; cipher: string; name: string | undefined }>((resolve, reject) => {
    const socket = connect(
      { host: '127.0.0.1', port: stand.server.httpsPort, ca: stand.caText, servername: 'localhost', ...options },
      () => {
        resolve({
          protocol: socket.getProtocol(),
          cipher: socket.getCipher().standardName,
          name: socket.getPeerCertificate().subjectaltname,
        })
        socket.end()
      },
    )
    socket.on('error', reject)
  })

test('TLS 1.3 and 1.2 with 256-bit suites are spoken, older versions and shorter keys are not', async () => {
  assert.equal((await handshake({})).protocol, 'TLSv1.3')
  assert.match((await handshake({ maxVersion: 'TLSv1.2' })).cipher, /AES_256_GCM_SHA384|CHACHA20/)
  assert.match((await handshake({ ecdhCurve: 'X25519MLKEM768' })).cipher, /AES_256|CHACHA20/)
  for (const options of [
    { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' },
    { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' },
    { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES256-SHA384' },
    { minVersion: 'TLSv1.3', ciphers: 'TLS_AES_128_GCM_SHA256' },
  ] satisfies ConnectionOptions[])
    await assert.rejects(handshake(options), JSON.stringify(options))
})

test('a client that trusts the authority accepts localhost, addresses and every tenant host, and no other name', async () => {
  for (const servername of ['localhost', 'demo.localhost', 'whoever.localhost', 'example.test', 'demo.example.test'])
    await handshake({ servername })
  await handshake({ servername: '', checkServerIdentity: () => undefined })
  await assert.rejects(handshake({ servername: 'evil.test' }))
  await assert.rejects(handshake({ ca: [] }))
})

test('every answer carries the security headers, and says nothing about the server', async () => {
  for (const path of ['/web/health', '/try/page', '/nowhere', '/web/image/1']) {
    const { headers } = await stand.send({ path })
    assert.equal(headers['strict-transport-security'], 'max-age=63072000; includeSubDomains', path)
    assert.match(String(headers['content-security-policy']), /default-src 'none'.*frame-ancestors 'none'/)
    assert.deepEqual(
      [
        headers['x-content-type-options'],
        headers['referrer-policy'],
        headers['cross-origin-opener-policy'],
        headers['cross-origin-resource-policy'],
        headers['cache-control'],
      ],
      ['nosniff', 'no-referrer', 'same-origin', 'same-origin', 'no-store'],
    )
    assert.equal(headers['server'] ?? headers['x-powered-by'], undefined)
  }
  assert.match(String((await stand.send({ path: '/web/image/1' })).headers['content-security-policy']), /sandbox/)
})

test('plain HTTP sends pages to HTTPS before anything is shown, and serves programs', async () => {
  const page = await stand.send({ path: '/try/page?x=1', plain: true })
  assert.deepEqual(
    [page.status, page.headers['location'], page.text],
    [307, `https://demo.localhost:${stand.server.httpsPort}/try/page?x=1`, ''],
  )
  assert.equal(page.headers['strict-transport-security'], undefined)
  assert.equal((await stand.send({ path: '/web/health', plain: true })).text, '{"status":"pass"}')
})

test('only the plain listener believes what a proxy says about scheme, host and source', async () => {
  const forwarded = {
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'demo.example.test',
    'x-forwarded-for': '198.51.100.1, 203.0.113.9',
  }
  assert.equal(
    (await stand.send({ path: '/try/page', plain: true, headers: forwarded })).text,
    'https://demo.example.test 203.0.113.9 true',
  )
  assert.match(
    (await stand.send({ path: '/try/page', headers: { ...forwarded, 'x-forwarded-proto': 'http' } })).text,
    /^https:\/\/demo\.localhost:\d+ 127\.0\.0\.1 true$/,
  )
  assert.equal(
    (
      await stand.send({
        path: '/try/page',
        plain: true,
        headers: { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'evil.example' },
      })
    ).status,
    421,
  )
})

test('hosts that are not ours are turned away with an answer that names nothing', async () => {
  for (const host of [
    'evil.example',
    'localhost.evil.example',
    'a.b.localhost',
    'demo.localhost.evil',
    '10.0.0.1',
    '-.localhost',
    'demo_x.localhost',
  ]) {
    const reply = await stand.send({ path: '/web/health', host })
    assert.deepEqual([reply.status, reply.text], [421, 'This address is not served here.'], host)
  }
})

test('paths are taken as written: no climbing, no control characters, one trailing or doubled slash forgiven', async () => {
  for (const [path, status] of [
    ['/web/health/', 200],
    ['//web//health', 200],
    ['/web/%68ealth', 200],
    ['/web/../web/health', 404],
    ['/web/%2e%2e/health', 404],
    ['/web/health%00', 400],
    ['/web/%', 400],
    ['/web\\health', 400],
    ['/WEB/health', 404],
  ] as const) {
    assert.equal((await stand.send({ path })).status, status, path)
  }
  assert.deepEqual(
    [
      (await stand.send({ path: '/web/health', method: 'DELETE' })).status,
      (await stand.send({ path: '/web/health', method: 'DELETE' })).headers['allow'],
    ],
    [405, 'GET, HEAD'],
  )
  assert.equal((await stand.send({ path: '/web/health', method: 'HEAD' })).text, '')
})

test('a path that leads nowhere is absent, whatever is sent to it', async () => {
  const headers = { 'content-type': 'application/json' }
  for (const plain of [true, false])
    assert.equal((await stand.send({ path: '/web/no/such', body: '{"a":1}', headers, plain })).status, 404)
  assert.equal((await stand.send({ path: '/jsonrpc', method: 'PUT', body: '{}', headers })).status, 405)
})

test('a body is counted as it comes, announced or not', async () => {
  const post = (body: string, headers = {}) =>
    stand.send({ path: '/try/body', body, headers: { 'content-type': 'application/json', ...headers } })
  assert.equal((await post('x'.repeat(1_000))).text, '1000')
  assert.equal((await post('x'.repeat(1_001))).status, 413)
  assert.match(
    await raw(
      `POST /try/body HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n${'x'.repeat(2_000)}\r\n`,
    ),
    /^HTTP\/1\.1 413[\s\S]*Connection: close/,
  )
})

test('requests that could be read in two ways are refused and the connection ends', async () => {
  for (const text of [
    'POST /try/body HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\n\r\n',
    'POST /try/body HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcde',
    'GET /web/health HTTP/1.1\r\nHost : localhost\r\n\r\n',
    'GET /web/health HTTP/1.1\r\n\r\n',
    `GET /web/health HTTP/1.1\r\nHost: localhost\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`,
  ])
    assert.match(await raw(text), /^HTTP\/1\.1 4\d\d/)
})

function raw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(Number(new URL(stand.server.httpUrl as string).port), '127.0.0.1', () =>
      socket.write(text),
    )
    let got = ''
    socket
      .on('data', (chunk) => (got += chunk))
      .on('close', () => resolve(got))
      .on('error', reject)
    setTimeout(() => socket.end(), 300).unref()
  })
}

test('a fault of ours shows a reference and nothing of its inside', async () => {
  const reply = await stand.send({ path: '/try/fault' })
  assert.equal(reply.status, 500)
  assert.doesNotMatch(reply.text, /inner|srv|RangeError/)
  const reference = stand.log.find((entry) => entry.cause instanceof RangeError)?.reference
  assert.ok(reference !== undefined && reply.text.includes(reference))
})

test('security.txt names a contact and a date ahead, less than a year', async () => {
  const { text } = await stand.send({ path: '/.well-known/security.txt' })
  const expires = Date.parse(/^Expires: (.+)$/m.exec(text)?.[1] ?? '')
  assert.match(text, /^Contact: mailto:security@example\.test$/m)
  assert.ok(expires > Date.now() && expires < Date.now() + 365 * 86_400_000)
})

test('when the client goes away its work is told to stop', async () => {
  const socket = createConnection(Number(new URL(stand.server.httpUrl as string).port), '127.0.0.1', () =>
    socket.write('GET /try/slow HTTP/1.1\r\nHost: localhost\r\n\r\n'),
  )
  while (seen === undefined) await new Promise((resolve) => setTimeout(resolve, 5))
  assert.equal(seen.aborted, false)
  socket.destroy()
  await new Promise<void>((resolve) => (seen?.aborted ? resolve() : seen?.addEventListener('abort', () => resolve())))
  release()
})

test('closing lets a running request finish and takes no new one', async () => {
  const other = await standIn({ routes })
  seen = undefined
  const running = other.send({ path: '/try/slow' })
  while (seen === undefined) await new Promise((resolve) => setTimeout(resolve, 5))
  const closed = other.server.close(5_000)
  await assert.rejects(other.send({ path: '/web/health' }))
  release()
  const reply = await running
  assert.deepEqual([reply.status, reply.text, reply.headers['connection']], [200, 'done', 'close'])
  await closed
  await other.close()
})

test('an answer in pieces arrives whole, and is made no faster than the client takes it', async () => {
  const whole = await stand.send({ path: '/try/pieces', plain: true })
  assert.deepEqual([whole.status, whole.text.length], [200, 40_000_000])
  const { port } = new URL(stand.server.httpUrl ?? '')
  const socket = createConnection({ port: Number(port), host: '127.0.0.1' })
  socket.write('GET /try/pieces HTTP/1.1\r\nHost: localhost\r\n\r\n')
  socket.pause()
  // Nobody reads: what is made ends with the buffers of both sides.
  let before = -1
  while (asked !== before || asked === 0) {
    before = asked
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  assert.ok(asked < 300, `${asked} of 400 pieces were made for nobody`)
  socket.destroy()
})

import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { isLongRun, tellProof } from '#framework/testing/index.ts'
import { cookieOf, startServer, type TestServer } from '../support/index.ts'
import { secureOrigin } from './requests.ts'
import { openTunnel } from './tunnel.ts'
import { hasWapiti, modules, runWapiti } from './wapiti.ts'

/** What Wapiti says of every server of today, and why it is no hole. */
const known: readonly (readonly [finding: RegExp, why: string])[] = [
  [/X-XSS-Protection is not set/, 'browsers took the filter out; OWASP advises not to send the header'],
  [
    /\/web\/login Lack of anti CSRF token/,
    'nobody is signed in yet; the check of the origin keeps other sites from signing somebody in',
  ],
]

// Its silence counts because the same commands find the holes of the twin: wapiti-twin.test.ts.
describe('Wapiti', hasWapiti ? { timeout: 3_000_000 } : { skip: 'Wapiti is not on this machine' }, () => {
  let server: TestServer
  let proxy: string
  before(async () => {
    server = await startServer({ without: ['/web/logout'] })
    proxy = await openTunnel(server.httpsPort)
  })

  const { quick, usual, long } = modules
  const bounds = isLongRun
    ? { scanSeconds: 120, attackSeconds: 120, depth: 4, links: 200 }
    : { scanSeconds: 4, attackSeconds: 1, links: 8 }

  /** Wapiti takes two equal pages for an unchecked token; here the request is made again, and judged by its status. */
  async function isTokenChecked(path: string, cookie: string): Promise<boolean> {
    const headers = { cookie, origin: secureOrigin(server), 'content-type': 'application/x-www-form-urlencoded' }
    const sent = { path, host: 'acme.localhost', headers, body: 'csrf_token=wapiti' }
    return [403, 404].includes((await server.sendSecurely(sent)).status)
  }

  for (const who of ['nobody', 'somebody who is signed in'] as const)
    it(`finds nothing on the pages, as ${who}`, async (t) => {
      const origin = secureOrigin(server)
      const { admin } = server.acme.people
      const cookie = await cookieOf(server, server.acme, admin)
      const { findings, pages } = await runWapiti(`${origin}/${who === 'nobody' ? 'web/login' : ''}`, {
        ...bounds,
        proxy,
        // A try to sign in costs half a second of hashing; what attacks its fields takes the long run.
        ...(who === 'nobody' ? { depth: isLongRun ? 4 : 1 } : { cookie }),
        modules: [...quick, ...(isLongRun || who !== 'nobody' ? usual : []), ...(isLongRun ? long : [])],
      })
      const unknown: string[] = []
      for (const { kind, path, info } of findings) {
        const text = `${kind}: ${path} ${info}`
        if (known.some(([finding]) => finding.test(text))) continue
        if (!/is not properly checked/.test(info) || !(await isTokenChecked(path, cookie))) unknown.push(text)
      }
      assert.deepEqual(unknown, [])
      assert.deepEqual(server.failures, [])
      assert.ok(pages > (who === 'nobody' ? 1 : 3), `${pages} pages`)
      tellProof(t, { suite: `wapiti: pages as ${who}`, cases: pages, holesSeeded: 0, holesFound: 0 })
    })
})

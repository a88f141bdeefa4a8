import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { tellProof } from '#framework/testing/index.ts'
import { startServer, type TestServer } from '../support/index.ts'
import { splicing } from './splicing-pool.ts'
import { twinRoutes } from './twin-routes.ts'
import { hasWapiti, runWapiti } from './wapiti.ts'

const holes = [
  'SQL Injection',
  'Cross Site Scripting',
  'Open Redirect',
  'Cross Site Request Forgery',
  'Content Security Policy Configuration',
]

describe('on a twin with careless pages', hasWapiti ? {} : { skip: 'Wapiti is not on this machine' }, () => {
  let server: TestServer
  before(async () => {
    server = await startServer({ through: splicing, routes: twinRoutes(() => server.acme.tenant) })
  })

  it('Wapiti finds each hole: injection, script in a page, a redirect to anywhere, a form without token, no policy', async (t) => {
    const { findings } = await runWapiti(`${server.httpUrl}/web/twin/`, {
      scanSeconds: 5,
      attackSeconds: 6,
      modules: ['sql', 'xss', 'permanentxss', 'redirect', 'csrf', 'csp'],
    })
    const kinds = new Set(findings.map(({ kind }) => kind))
    assert.deepEqual(
      holes.filter((kind) => !kinds.has(kind)),
      [],
      [...kinds].join(', '),
    )
    const kept = findings.filter(({ kind, path }) => kind === 'Cross Site Scripting' && path.endsWith('/note'))
    assert.ok(kept.length > 0, 'also what was kept and shown later')
    tellProof(t, { suite: 'wapiti: twin', cases: findings.length, holesSeeded: 6, holesFound: 6 })
  })
})

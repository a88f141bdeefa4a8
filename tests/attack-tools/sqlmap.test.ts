import assert from 'node:assert/strict'
import { before, describe, it, type TestContext } from 'node:test'
import { isLongRun, tellProof } from '#framework/testing/index.ts'
import { startServer, type TestServer } from '../support/index.ts'
import { otherRequests, valueRequests } from './requests.ts'
import { hasSqlmap, type MarkedRequest, runSqlmap } from './sqlmap.ts'
import { openTunnel } from './tunnel.ts'

// Its silence counts because the same commands find the holes of the twin: sqlmap-twin.test.ts.
describe('sqlmap', hasSqlmap ? { timeout: 1_200_000 } : { skip: 'sqlmap is not on this machine' }, () => {
  let server: TestServer
  let proxy: string
  before(async () => {
    server = await startServer()
    proxy = await openTunnel(server.httpsPort)
  })

  async function attack(t: TestContext, suite: string, requests: readonly MarkedRequest[]): Promise<void> {
    const found: string[] = []
    let places = 0
    for (const request of requests) {
      const options = isLongRun ? ({ level: 3, techniques: 'BEUST' } as const) : {}
      const { injectable, output } = await runSqlmap(request, {
        ...options,
        ...(request.origin.startsWith('https:') ? { proxy } : {}),
        timeoutMs: isLongRun ? 600_000 : 60_000,
      })
      places += output.match(/does not seem to be injectable/g)?.length ?? 0
      if (injectable) found.push(request.what)
    }
    assert.deepEqual(found, [])
    assert.ok(places >= requests.length, 'every request has a place that was attacked')
    assert.deepEqual(server.failures, [])
    tellProof(t, { suite, cases: places, holesSeeded: 0, holesFound: 0 })
  }

  it('finds no place to inject SQL in the values of any protocol', async (t) => {
    await attack(t, 'sqlmap: values', await valueRequests(server))
  })

  it('finds none in names, orders, groups, paths, query strings, forms, headers and cookies', async (t) => {
    await attack(t, 'sqlmap: other places', await otherRequests(server))
  })
})

import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { tellProof } from '#framework/testing/index.ts'
import { startServer, type TestServer } from '../support/index.ts'
import { twinRequests, valueRequests } from './requests.ts'
import { splicing } from './splicing-pool.ts'
import { hasSqlmap, type MarkedRequest, runSqlmap } from './sqlmap.ts'
import { openTunnel } from './tunnel.ts'
import { twinRoutes } from './twin-routes.ts'

describe('on a twin that splices values', hasSqlmap ? {} : { skip: 'sqlmap is not on this machine' }, () => {
  let server: TestServer
  let proxy: string
  before(async () => {
    server = await startServer({ through: splicing, routes: twinRoutes(() => server.acme.tenant) })
    proxy = await openTunnel(server.httpsPort)
  })

  /** What sqlmap does not find with the commands that it is silent on at the real server. */
  async function unnoticed(requests: readonly MarkedRequest[]): Promise<string[]> {
    const quiet: string[] = []
    for (const request of requests) {
      const options = request.origin.startsWith('https:') ? { proxy } : {}
      if (!(await runSqlmap(request, options)).injectable) quiet.push(request.what)
    }
    return quiet
  }

  it('sqlmap finds the hole by every protocol', async (t) => {
    const requests = await valueRequests(server)
    assert.deepEqual(await unnoticed(requests), [])
    tellProof(t, { suite: 'sqlmap: twin, protocols', cases: requests.length, holesSeeded: 4, holesFound: 4 })
  })

  it('sqlmap finds it in a query string, a form, a cookie and a header', async (t) => {
    const requests = twinRequests(server)
    assert.deepEqual(await unnoticed(requests), [])
    tellProof(t, { suite: 'sqlmap: twin, pages', cases: requests.length, holesSeeded: 4, holesFound: 4 })
  })
})

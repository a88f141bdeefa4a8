/** A suite that passes while its server's log tells the hash of a password: canaries.test.ts runs it and sees it fail. */

import { it } from 'node:test'
import { sql } from '#framework/sql/index.ts'
import { startServer } from '../support/index.ts'

it('passes', async () => {
  const server = await startServer({ canaries: true })
  const [row] = await server.acme.tenant.pool.query(sql`SELECT password FROM res_users WHERE id = 2`)
  server.watch?.logged({ level: 'info', row })
})

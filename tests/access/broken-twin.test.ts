import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { bumpEpoch } from '#framework/access/index.ts'
import { mintGrant } from '#framework/orm/index.ts'
import { sql } from '#framework/sql/index.ts'
import { callBy, startServer, type TestServer } from '../support/index.ts'
import { type Attack, examine } from './attack.ts'
import { pathAttacks } from './attacks-paths.ts'
import { readingAttacks } from './attacks-reading.ts'
import { writingAttacks } from './attacks-writing.ts'
import { makeWorld, type World } from './world.ts'

// A table of attacks that finds nothing proves nothing unless it finds something where there is something to find.
describe('on a server whose rights are sabotaged the table of attacks reports holes', () => {
  let server: TestServer
  let world: World
  before(async () => {
    server = await startServer()
    world = await makeWorld(server)
  })

  /** Titles of the attacks that still find nothing. */
  async function blind(attacks: readonly Attack[], prepare: () => Promise<void>): Promise<string[]> {
    const quiet: string[] = []
    for (const attack of attacks) {
      await prepare()
      const before = await world.fingerprint()
      const holes = await examine(world, attack, 'JSON-RPC', world.company.people.sam)
      if (holes.length === 0) quiet.push(attack.by)
      if ((await world.fingerprint()) !== before) world = await world.again()
    }
    return quiet
  }

  it('when the grant says yes to every reading', async () => {
    const { rights } = server.acme.tenant
    const { sam } = server.acme.people
    const twins = new WeakSet<object>()
    const sabotage = async (): Promise<void> => {
      // Rights are read and kept at the first call of each epoch; then the twin takes their place.
      await callBy('JSON-RPC', server, server.acme, sam, { model: 'res.partner', method: 'search', args: [[]] })
      const known = await rights.users.get(sam.uid)
      if (!known || twins.has(known.grant)) return
      const { grant } = known
      const twin = mintGrant({
        ...grant,
        records: (model, operation) => (operation === 'read' ? true : grant.records(model, operation)),
        field: (model, field, operation) => operation === 'read' || grant.field(model, field, operation),
      })
      twins.add(twin)
      rights.users.set(sam.uid, Promise.resolve({ ...known, grant: twin }))
    }
    const quiet = await blind([...readingAttacks, ...pathAttacks], sabotage)
    assert.deepEqual(quiet, [])
  })

  it('when the rules of orders and lines are deleted from the table that decides', async () => {
    const { tenant } = server.acme
    await tenant.pool.query(
      sql`DELETE FROM hf_access WHERE kind = 'group-rule' AND model IN ('sale.order', 'sale.order.line')`,
    )
    await bumpEpoch(tenant.pool)
    const quiet = await blind([...readingAttacks, ...pathAttacks, ...writingAttacks], async () => {})
    // These stand behind other rights: those of external ids, and nobody but managers deletes orders.
    assert.deepEqual(quiet, ['by its external id', 'by deleting it'])
  })
})

/** A process of its own with several writers who call public methods on the same records; for the test beside it. */

import { openTenant } from '#framework/modules/index.ts'
import { callMethod } from '#framework/rpc/index.ts'
import { withEnv } from '#framework/access/index.ts'
import { openPool } from '#framework/sql/index.ts'

interface Given {
  readonly address: Parameters<typeof openPool>[0]
  readonly writers: number
  readonly rounds: number
  readonly partner: number
  readonly order: number
  readonly product: number
  readonly names: readonly string[]
}

/** What the process was told: how often each change was acknowledged, and which names it got. */
export interface Told {
  increments: number
  lines: number
  names: string[]
}

const given = JSON.parse(process.env['HOLDFAST_WRITER'] ?? '{}') as Given
// Processes share what one role may open.
const pool = openPool({ ...given.address, max: 3 })
const tenant = await openTenant({
  name: 'writer',
  pool,
  files: { put: async () => '', get: async () => null } as never,
})
const told: Told = { increments: 0, lines: 0, names: [] }

// A client that is told to try again does so.
async function insist<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run()
    } catch (error) {
      const code = (error as { code?: string }).code
      if (code !== 'ERR_SQL_SERIALIZATION' || attempt === 50) throw error
    }
  }
}

await Promise.all(
  Array.from({ length: given.writers }, async (_, writer) => {
    for (let round = 0; round < given.rounds; round++) {
      await insist(() =>
        withEnv(tenant, 2, { mode: 'write' }, async (env) => {
          const [partner] = await env.model('res.partner', [given.partner]).load('color')
          await env.model('res.partner', [given.partner]).write({ color: (partner?.color ?? 0) + 1 })
        }),
      )
      told.increments++
      const line = { product_id: given.product, product_uom_qty: 1, price_unit: 10 }
      await insist(() =>
        callMethod(tenant, 2, 'sale.order', 'write', [[given.order], { order_line: [[0, 0, line]] }], {}, {}),
      )
      told.lines++
      const name = given.names[(writer + round) % given.names.length] ?? ''
      try {
        await insist(() => callMethod(tenant, 2, 'crm.tag', 'create', [{ name }], {}, {}))
        told.names.push(name)
      } catch (error) {
        if ((error as { code?: string }).code !== 'ERR_CONSTRAINT') throw error
      }
    }
  }),
)
await pool.close()
process.stdout.write(JSON.stringify(told))

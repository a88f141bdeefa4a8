/** A process of its own that takes numbers in transactions, of which it lets some fail; for the test beside it. */

import { withSystemEnv } from '../access/index.ts'
import { nextByCode, openTenant } from '../modules/index.ts'
import { openPool } from '../sql/index.ts'

const { address, codes, tries, writers } = JSON.parse(process.env.HOLDFAST_WRITER ?? '{}')
// The connections of one role are shared by all of its processes.
const pool = openPool({ ...address, max: 3 })
const tenant = await openTenant({ name: 'writer', pool, files: { put: async () => '', get: async () => null } })
const kept: Record<string, string[]> = Object.fromEntries(codes.map((code: string) => [code, []]))

class Undone extends Error {}

await Promise.all(
  Array.from({ length: writers }, async (_, writer) => {
    for (let i = 0; i < tries; i++) {
      const code = codes[(writer + i) % codes.length]
      try {
        const number = await withSystemEnv(tenant, 'test.writer', { mode: 'write' }, async (env) => {
          const taken = await nextByCode(env, code)
          if (i % 4 === 1) throw new Undone()
          return taken
        })
        kept[code]?.push(number ?? 'none')
      } catch (error) {
        if (!(error instanceof Undone)) throw error
      }
    }
  }),
)
await pool.close()
process.stdout.write(JSON.stringify(kept))

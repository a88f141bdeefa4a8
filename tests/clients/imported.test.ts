import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { createHttpServer } from '#framework/http/index.ts'
import { openTenant } from '#framework/modules/index.ts'
import { openPool } from '#framework/sql/index.ts'
import { importOdoo, newTenant } from '#platform/migrate/index.ts'
import { openHome } from '#platform/tenants/index.ts'
import { hasShared, sharedPath } from '../../tools/shared.ts'

interface Seen {
  readonly user: string
  readonly orders: readonly { readonly name: string; readonly amount_total: number }[] | null
}

const missing = !existsSync('/usr/lib/python3/dist-packages/odoorpc')
  ? 'python3-odoorpc is not installed'
  : hasShared('odoo', 'odoo-18-backup.zip')
    ? false
    : 'the recorded backup is not on this machine'

test('users of an imported Odoo sign in through odoorpc with their old passwords and see what they saw there', {
  skip: missing,
}, async () => {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'hf-imported-')))
  const home = await openHome({ path: join(folder, 'home'), idleTimeoutMs: 0 })
  try {
    await importOdoo(newTenant(home, 'moved'), sharedPath('odoo', 'odoo-18-backup.zip'), { scratchParent: folder })
    const { address, files } = await home.tenants.wake('moved')
    const pool = openPool(address)
    const tenant = await openTenant({ name: 'moved', pool, files })
    const server = await createHttpServer({
      directory: {
        byName: async (name) => (name === 'moved' ? tenant : null),
        byHost: async () => tenant,
        namesFor: async () => ['moved'],
      },
      httpsPort: 0,
      httpsHost: '127.0.0.1',
      httpPort: 0,
      certificateFolder: join(folder, 'certificates'),
      log: () => {},
    })
    try {
      const { stdout } = await promisify(execFile)(
        '/usr/bin/python3',
        [join(import.meta.dirname, 'imported_odoorpc.py')],
        {
          env: {
            HF_HOST: '127.0.0.1',
            HF_PORT: new URL(server.httpUrl ?? '').port,
            HF_DB: 'moved',
            PYTHONDONTWRITEBYTECODE: '1',
          },
          timeout: 120_000,
        },
      )
      const seen = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, Seen>
      assert.equal(seen.admin?.orders?.length, 21)
      assert.deepEqual(
        seen.sam?.orders?.map(({ name, amount_total }) => [name, amount_total]),
        [['S00021', 43.13]],
      )
      assert.equal(seen.berta?.orders, null, 'an employee without a sales group sees no orders at all')
      assert.deepEqual(seen.paul?.orders, [])
      assert.match(seen.sam?.user ?? '', /Sam/)
    } finally {
      await server.close(500)
      await pool.close()
    }
  } finally {
    await home.close()
    await rm(folder, { recursive: true, force: true })
  }
})

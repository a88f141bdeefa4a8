import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { sql } from '../../framework/sql/index.ts'
import { openHome } from '../tenants/index.ts'
import { createBackup, listBackups, restoreBackup } from './index.ts'
import { fillWorkshop, using } from './testing/workshop.ts'

describe('work on backups that is killed', () => {
  let path: string
  let id: string
  let instances: string[]

  before(async () => {
    path = await realpath(await mkdtemp(join(tmpdir(), 'holdfast-home-')))
    const home = await openHome({ path })
    await fillWorkshop(await home.tenants.create({ name: 'acme' }))
    id = (await createBackup(home, 'acme')).id
    instances = await readdir(join(path, 'instances'))
    await home.close()
  })
  after(() => rm(path, { recursive: true, force: true }))

  for (const [work, phase] of [
    ['create', 'rows'],
    ['create', 'files'],
    ['as', 'rows'],
    ['as', 'check'],
    ['over', 'rules'],
  ] as const) {
    test(`at '${phase}' of '${work}' leaves nothing after the next start, and the live database as it was`, async () => {
      const child = spawn(process.execPath, [join(import.meta.dirname, 'testing', 'interrupted.ts'), path, work, id], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const ended = once(child, 'exit')
      let seen = ''
      for await (const text of child.stdout.setEncoding('utf8')) {
        seen += text
        // In 'over' a safety backup comes first: what counts are the phases after its seal.
        if (seen.includes(`\n${phase} `)) child.kill('SIGKILL')
      }
      assert.deepEqual(await ended, [null, 'SIGKILL'], 'it was killed in the middle')

      const home = await openHome({ path })
      try {
        assert.deepEqual(
          home.tenants.list().map(({ name }) => name),
          ['acme'],
        )
        assert.deepEqual(await readdir(join(path, 'instances')), instances)
        assert.deepEqual(
          await using(await home.tenants.wake('acme'), (pool) =>
            pool.query(sql`SELECT count(*) AS n FROM res_partner`),
          ),
          [{ n: 503 }],
        )
        const known = await listBackups(home)
        assert.deepEqual(await readdir(join(path, 'backups', 'staging')), [])
        if (work !== 'over')
          assert.deepEqual(
            known.map((backup) => backup.id),
            [id],
          )
        if (phase !== 'check') return
        await restoreBackup(home, id, { as: 'copy' })
        await home.tenants.delete('copy', { graceDays: 0 })
      } finally {
        await home.close()
      }
    })
  }
})

import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { availableApps, discoverApps } from './discover.ts'

const root = await mkdtemp(join(tmpdir(), 'holdfast-apps-'))
after(() => rm(root, { recursive: true, force: true }))

let made = 0
async function folder(apps: Readonly<Record<string, object>>): Promise<string[]> {
  const path = join(root, `set${++made}`)
  for (const [name, manifest] of Object.entries(apps)) {
    await mkdir(join(path, name), { recursive: true })
    await writeFile(
      join(path, name, 'app.ts'),
      `export default ${JSON.stringify({ name, title: name, summary: '', version: '1.0.0', depends: ['base'], load: [], ...manifest })}`,
    )
  }
  await mkdir(join(path, 'notes'), { recursive: true })
  return [path]
}

describe('applications on disk', () => {
  it('are listed with what they depend on before them', async () => {
    const folders = await folder({ zebra: {}, base: { depends: [] }, apple: { depends: ['zebra'] } })
    assert.deepEqual(
      (await availableApps(folders)).map(({ name }) => name),
      ['base', 'zebra', 'apple'],
    )
  })

  const refused: Readonly<Record<string, [Readonly<Record<string, object>>, RegExp]>> = {
    'another name than its folder': [{ base: { depends: [] }, one: { name: 'two' } }, /bears the name of its folder/],
    'a dependency that is not there': [
      { base: { depends: [] }, one: { depends: ['ghost'] } },
      /depends on ghost, which is not there/,
    ],
    'a circle of dependencies': [
      { base: { depends: [] }, one: { depends: ['two'] }, two: { depends: ['one'] } },
      /depend on each other in a circle/,
    ],
    'no version': [{ base: { depends: [] }, one: { version: 'new' } }, /needs a version/],
    'no dependency at all': [{ base: { depends: [] }, one: { depends: [] } }, /depends on nothing/],
  }
  for (const [what, [apps, message]] of Object.entries(refused)) {
    it(`are refused with ${what}`, async () => assert.rejects(discoverApps(await folder(apps)), message))
  }
})

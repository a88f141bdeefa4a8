import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { protocols, startServer } from '../support/index.ts'
import { examine } from './attack.ts'
import { pathAttacks } from './attacks-paths.ts'
import { readingAttacks } from './attacks-reading.ts'
import { writingAttacks } from './attacks-writing.ts'
import { makeWorld, type World } from './world.ts'

describe("a salesperson gets nothing of another one's order", () => {
  let world: World
  before(async () => {
    world = await makeWorld(await startServer())
  })

  // Keeps promise: software/direct-references
  for (const attack of [...readingAttacks, ...pathAttacks, ...writingAttacks])
    it(attack.by, async () => {
      const holes: string[] = []
      for (const protocol of protocols)
        for (const hole of await examine(world, attack, protocol, world.company.people.sam))
          holes.push(`${protocol} ${hole}`)
      assert.equal(holes.length, 0, holes.join('\n'))
    })

  it('and no attack made the server fail', () => {
    assert.deepEqual(world.server.failures, [])
  })
})

import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { callBy, protocols, startServer } from '../support/index.ts'
import { examine, holds } from './attack.ts'
import { pathAttacks } from './attacks-paths.ts'
import { readingAttacks } from './attacks-reading.ts'
import { writingAttacks } from './attacks-writing.ts'
import { canary, makeWorld, type World } from './world.ts'

const attacks = [...readingAttacks, ...pathAttacks, ...writingAttacks]

describe("a salesperson gets nothing of another one's order", () => {
  let world: World
  before(async () => {
    world = await makeWorld(await startServer())
  })

  for (const attack of attacks)
    it(attack.by, async () => {
      const holes: string[] = []
      for (const protocol of protocols)
        for (const hole of await examine(world, attack, protocol, world.company.people.sam))
          holes.push(`${protocol} ${hole}`)
      assert.equal(holes.length, 0, holes.join('\n'))
    })

  it('by any field of any model that leads to orders or lines', async () => {
    const { sam } = world.company.people
    const { registry } = world.company.tenant
    const leading = [...registry.models.values()].flatMap(({ name, fields }) =>
      [...fields.values()]
        .filter(({ comodel }) => comodel === 'sale.order' || comodel === 'sale.order.line')
        .map((field): [string, string] => [name, field.name]),
    )
    assert.ok(leading.length >= 5, JSON.stringify(leading))
    for (const [model, field] of leading) {
      const call = { model, method: 'search_read', args: [[], [field]] }
      const { text, value } = await callBy('JSON-RPC', world.server, world.company, sam, call)
      assert.ok(
        !holds(value, world.target.order, world.target.line) && !text.includes(canary),
        `${model}.${field}: ${text}`,
      )
    }
  })

  it('and every method that reaches orders is among the attacks', () => {
    const { registry } = world.company.tenant
    const tried = new Set(attacks.map(({ call }) => String(call(world, world.target).method)))
    // These give no field's content, or change what orders do not have.
    const harmless = [
      'fields_get',
      'get_view',
      'get_views',
      'default_get',
      'check_access_rights',
      'name_create',
      'action_unarchive',
      'action_archive',
      'toggle_active',
    ]
    // Orders have no translated field.
    const translations = ['get_field_translations', 'update_field_translations']
    // Nothing of orders is kept here; where it is, framework/orm/audit/history.test.ts attacks both.
    const histories = ['get_history', 'undo_change']
    const all = [...(registry.models.get('sale.order')?.api.keys() ?? [])]
    assert.deepEqual(
      all.filter((method) => !tried.has(method) && ![...harmless, ...translations, ...histories].includes(method)),
      [],
    )
  })

  it('and no attack made the server fail', () => {
    assert.deepEqual(world.server.failures, [])
  })
})

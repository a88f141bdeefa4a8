import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadApps } from '#framework/modules/index.ts'
import { access, buildRegistry, declaring, f, fields, model, records, unreachable } from '#framework/orm/index.ts'
import { accessFaults, findAccessFaults } from './access.ts'

let made = 0

// Models need the users of base; the groups of base are out of reach nevertheless.
const reachOf = (name: string) => new Map(['base', name].map((app) => [app, new Set([app])]))

/** The rules that are broken by an application which declares this beside a model `seed.box`. */
async function faultsOf(declare: (box: string) => void, groups: readonly string[] = ['keeper']): Promise<string[]> {
  await loadApps(['base'])
  const name = `seed${++made}`
  const box = `${name}.box`
  await declaring(name, async () => {
    model(box, fields({ name: f.char(), size: f.int() }), { description: 'Box' })
    records('res.groups', Object.fromEntries(groups.map((group) => [group, { name: group }])))
    declare(box)
  })
  return accessFaults(buildRegistry(['base', name]), reachOf(name)).map(({ rule }) => rule)
}

test('every model of every application says who may reach it', async () => {
  assert.deepEqual(await findAccessFaults(), [])
})

test('a model with a permission, and one that is closed for a reason, are in order', async () => {
  assert.deepEqual(await faultsOf((box) => access(box, { group: 'keeper', ops: ['read'] })), [])
  assert.deepEqual(await faultsOf((box) => unreachable(box, 'Only the nightly clean-up looks into it.')), [])
})

test('an abstract model needs no entry', async () => {
  const seen = await faultsOf((box) => {
    access(box, { group: 'keeper', ops: ['read'] })
    model(`${box}.mixin`, fields({ note: f.char() }), { description: 'Mixin', abstract: true })
  })
  assert.deepEqual(seen, [])
})

const planted: Readonly<Record<string, readonly [string, (box: string) => void]>> = {
  'a model without any entry': ['access-missing', () => {}],
  'a model with restrictions only': [
    'access-missing',
    (box) => access(box, { ops: ['read'], domain: [['size', '>', 1]] }),
  ],
  'a closed model without a reason': ['access-reason', (box) => unreachable(box, 'no')],
  'a closed model with a permission': [
    'access-contradiction',
    (box) => {
      unreachable(box, 'Only the nightly clean-up looks into it.')
      access(box, { group: 'keeper', ops: ['read'] })
    },
  ],
  'an entry of an unknown model': ['access-model', () => access('seed.ghost', { group: 'keeper', ops: ['read'] })],
  'an entry for an unknown group': ['access-group', (box) => access(box, { group: 'ghost', ops: ['read'] })],
  'an entry for a group of an application that it does not depend on': [
    'access-group',
    (box) => access(box, { group: 'base.group_user', ops: ['read'] }),
  ],
  'an entry of an unknown field': [
    'access-field',
    (box) => access(box, { group: 'keeper', ops: ['read'], fields: ['name', 'weight'] }),
  ],
  'a rule that looks at an unknown field': [
    'access-domain',
    (box) => access(box, { group: 'keeper', ops: ['read'], domain: [['weight', '=', 1]] }),
  ],
  'an entry without operations': ['access-ops', (box) => access(box, { group: 'keeper', ops: [] })],
}

for (const [title, [rule, declare]] of Object.entries(planted))
  test(`the check finds ${title}`, async () => {
    const seen = await faultsOf(declare)
    assert.ok(seen.includes(rule), `expected ${rule}, found ${JSON.stringify(seen)}`)
  })

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { bumpEpoch, type Tenant } from '../../access/index.ts'
import { sql } from '../../sql/index.ts'
import { asUser, type TestUser, testTenant } from '../../testing/index.ts'
import { type Change, randomChange } from '../../testing/grove/dice-changes.ts'
import { type Key, keyOf, type Kind, links, lists, Memory, type Values } from '../../testing/grove/memory.ts'
import { Dice } from '../../testing/maze/data.ts'

/** Random changes, with trees of commands nested in each other, leave what they leave in a model that is plain objects. */
process.env.HOLDFAST_APPS = join(import.meta.dirname, '..', '..', 'testing', 'grove', 'apps')
const seed = Number(process.env.HOLDFAST_SEED ?? Date.now() % 1_000_000)
const wantedChanges = Number(process.env.HOLDFAST_CASES ?? 250)
const kinds: readonly Kind[] = ['soil', 'mark', 'tree', 'bough', 'leaf']

let tenant: Tenant
let user: TestUser
before(async () => {
  tenant = await testTenant({ apps: ['grove'] })
  user = await asUser(tenant)
  for (const kind of kinds)
    await tenant.pool.query(sql`INSERT INTO hf_access (kind, model, ops, source_model, source_id)
      VALUES ('permission', ${`grove.${kind}`}, '{read,write,create,unlink}', 'test', 0)`)
  await bumpEpoch(tenant.pool)
})

type Ids = Map<Key, number>

function byIds(kind: Kind, values: Values, ids: Ids): Values {
  const id = (key: unknown) => ids.get(key as Key) ?? false
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      const list = lists[`${kind}.${name}`]
      if (links[`${kind}.${name}`]) return [name, value === null ? false : id(value)]
      if (!list) return [name, value]
      return [
        name,
        (value as readonly (readonly unknown[])[]).map(([code, target, argument]) =>
          code === 6
            ? [6, 0, (argument as Key[]).map(id)]
            : [code, target ? id(target) : 0, ...(argument ? [byIds(list.of, argument as Values, ids)] : [])],
        ),
      ]
    }),
  )
}

async function carryOut(change: Change, ids: Ids): Promise<void> {
  const name = `grove.${change.kind}`
  await user.write(async (env) => {
    if (change.is === 'create') {
      env.state.isOnlyCall = true
      await env.model(name).create(change.list.map((values) => byIds(change.kind, values, ids)) as never)
    } else {
      const records = env.model(
        name,
        change.keys.map((key) => ids.get(key) as number),
      )
      if (change.is === 'unlink') await records.unlink()
      else await records.write(byIds(change.kind, change.values, ids) as never)
    }
  })
}

function remember(change: Change, memory: Memory): void {
  if (change.is === 'create') for (const values of change.list) memory.create(change.kind, values)
  else for (const key of change.keys) change.is === 'unlink' ? memory.unlink(key) : memory.write(key, change.values)
}

/** Everything that is in the tables, relations by key; and which key has which id. */
async function stored(): Promise<{ picture: Map<Key, Values>; ids: Ids }> {
  const rows = await tenant.pool.query<{ kind: Kind; id: number; row: Values }>(sql`
    SELECT 'soil' AS kind, id, to_jsonb(t) AS row FROM grove_soil t UNION ALL SELECT 'mark', id, to_jsonb(t) FROM grove_mark t
    UNION ALL SELECT 'tree', id, to_jsonb(t) FROM grove_tree t UNION ALL SELECT 'bough', id, to_jsonb(t) FROM grove_bough t
    UNION ALL SELECT 'leaf', id, to_jsonb(t) FROM grove_leaf t`)
  const pairs = await tenant.pool.query<{ leaf_id: number; mark_id: number }>(
    sql`SELECT leaf_id, mark_id FROM grove_leaf_mark_rel`,
  )
  const keyById = new Map(rows.map(({ kind, id, row }) => [`${kind} ${id}`, keyOf(row['name'])]))
  const picture = new Map<Key, Values>()
  for (const { kind, id, row } of rows) {
    const values: Values = {}
    for (const [name, value] of Object.entries(row)) {
      if (['id', 'create_uid', 'create_date', 'write_uid', 'write_date'].includes(name)) continue
      const to = name === 'origin_id' ? 'tree' : links[`${kind}.${name}`]
      values[name] = to && value !== null ? keyById.get(`${to} ${value}`) : value
      if (value === null && numbers.has(name)) values[name] = 0
    }
    const sides = { leaf: ['mark_ids', 'mark'], mark: ['leaves', 'leaf'] } as const
    if (kind === 'leaf' || kind === 'mark') {
      const [name, other] = sides[kind]
      values[name] = pairs
        .filter((pair) => pair[`${kind}_id`] === id)
        .map((pair) => keyById.get(`${other} ${pair[`${other}_id`]}`))
        .sort()
    }
    picture.set(keyOf(row['name']), values)
  }
  return { picture, ids: new Map(rows.map(({ id, row }) => [keyOf(row['name']), id])) }
}

const numbers = new Set(['richness', 'weight', 'age', 'size'])

test('random changes leave the graph and the stored values that a model in memory has', async (t) => {
  t.diagnostic(`HOLDFAST_SEED=${seed}`)
  const dice = new Dice(seed)
  let memory = new Memory()
  let { ids } = await stored()
  let refused = 0
  for (let n = 0; n < wantedChanges; n++) {
    const change = randomChange(dice, memory)
    const next = new Memory(memory)
    remember(change, next)
    const what = `seed ${seed}, change ${n}: ${JSON.stringify(change)}`
    const error = await carryOut(change, ids).then(
      () => null,
      (reason: { code?: string }) => reason,
    )
    if (next.isSound()) {
      if (error) throw new Error(what, { cause: error })
      memory = next
    } else {
      assert.equal(error?.code, 'ERR_GROVE_LEAF', what)
      refused++
    }
    const now = await stored()
    ids = now.ids
    const wanted = new Map([...memory.entries.keys()].sort().map((key) => [key, memory.picture(key)]))
    assert.deepEqual(new Map([...now.picture].sort(([a], [b]) => (a < b ? -1 : 1))), wanted, what)
  }
  t.diagnostic(`${wantedChanges} changes, ${refused} of them refused by a constraint`)
  assert.ok(refused > 0 && refused < wantedChanges / 2)
})

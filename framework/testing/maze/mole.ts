/** A user among whose records some are hidden, for tests that try every way to them. */

import { join } from 'node:path'
import { bumpEpoch, type Tenant, withSystemEnv } from '../../access/index.ts'
import type { Env } from '../../orm/index.ts'
import { sql } from '../../sql/index.ts'
import { actAs, asUser, type TestUser } from '../as-user.ts'
import { testTenant } from '../test-tenant.ts'

/**
 * The mole may use rooms, except those of floor 9, and not their note; persons below 90; all tags and items.
 * What is hidden says CANARY.
 */
export interface MoleWorld {
  readonly tenant: Tenant
  readonly admin: TestUser
  readonly mole: TestUser
  /** The id of a record by the name that it has in the tests. */
  id(key: string): number
  rooms(env: Env, ...keys: string[]): ReturnType<typeof roomsOf>
  system<T>(fn: (env: Env) => Promise<T>): Promise<T>
}

const roomsOf = (env: Env, ids: readonly number[]) => env.model('maze.room', ids)

/** Makes the tenant and everything in it. */
export async function moleWorld(): Promise<MoleWorld> {
  process.env.HOLDFAST_APPS = join(import.meta.dirname, 'apps')
  const at: Record<string, number> = {}
  const tenant = await testTenant({ apps: ['maze'] })
  const admin = actAs(tenant, 2)
  const mole = await asUser(tenant)
  await withSystemEnv(tenant, 'test.world', {}, async (env) => {
    const add = async (key: string, model: string, values: Record<string, unknown>) => {
      at[key] = (await env.model(model).create(values)).id
    }
    await add('boss', 'maze.person', { name: 'CANARY boss', age: 95 })
    await add('ann', 'maze.person', { name: 'ann', age: 30, boss_id: at['boss'] })
    await add('bob', 'maze.person', { name: 'bob', age: 40 })
    await add('red', 'maze.tag', { name: 'red', level: 1 })
    await add('top', 'maze.room', {
      name: 'top',
      floor: 1,
      note: 'n1',
      owner_id: at['ann'],
      tag_ids: [[6, 0, [at['red']]]],
    })
    await add('vault', 'maze.room', {
      name: 'CANARY vault',
      title: 'CANARY title',
      floor: 9,
      note: 'CANARY note',
      parent_id: at['top'],
      owner_id: at['bob'],
      tag_ids: [[6, 0, [at['red']]]],
    })
    await add('cell', 'maze.room', {
      name: 'cell',
      floor: 2,
      note: 'n2',
      parent_id: at['vault'],
      owner_id: at['boss'],
      keeper_id: at['boss'],
    })
    await add('lamp', 'maze.item', { name: 'lamp', price: 5, room_id: at['top'], maker_id: at['boss'] })
    await add('gold', 'maze.item', { name: 'gold', price: 7, room_id: at['vault'], maker_id: at['bob'] })
  })
  const rules = [
    [
      'permission',
      'maze.room',
      null,
      [
        'name',
        'floor',
        'lit',
        'size',
        'built',
        'title',
        'text',
        'parent_id',
        'child_ids',
        'owner_id',
        'tag_ids',
        'item_ids',
        'keeper_id',
        'owner_age',
        'label',
        'tag_total',
        'create_uid',
        'create_date',
        'write_uid',
        'write_date',
      ],
    ],
    ['global-rule', 'maze.room', [['floor', '!=', 9]], null],
    ['permission', 'maze.person', null, null],
    ['global-rule', 'maze.person', [['age', '<', 90]], null],
    ['permission', 'maze.item', null, null],
    ['permission', 'maze.tag', null, null],
  ].map(([kind, model, domain, fields]) => ({ kind, model, domain, fields }))
  await tenant.pool.query(sql`INSERT INTO hf_access (kind, model, ops, domain, fields, source_model, source_id)
    SELECT kind, model, '{read,write,create,unlink}', domain, fields, 'test', 0
    FROM jsonb_to_recordset(${JSON.stringify(rules)}::jsonb) AS r (kind text, model text, domain jsonb, fields text[])`)
  await bumpEpoch(tenant.pool)
  const id = (key: string): number => {
    const found = at[key]
    if (found === undefined) throw new TypeError(`There is no ${key}.`)
    return found
  }
  return {
    tenant,
    admin,
    mole,
    id,
    rooms: (env, ...keys) => roomsOf(env, keys.map(id)),
    system: (fn) => withSystemEnv(tenant, 'test.look', {}, fn),
  }
}

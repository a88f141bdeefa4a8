import assert from 'node:assert/strict'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { AccessError } from '../errors.ts'
import { sql } from '../sql/index.ts'
import { asUser, tellProof, type TestUser, testTenant } from '../testing/index.ts'
import type { Call } from '../testing/maze/call.ts'
import { randomCall } from '../testing/maze/calls.ts'
import { type Data, Dice, fillMaze, type Model } from '../testing/maze/data.ts'
import { accessRows } from '../testing/maze/dice-rules.ts'
import { type AccessRow, Denied, Policy } from '../testing/maze/policy.ts'
import { bumpEpoch, type Tenant, withSystemEnv } from './index.ts'

process.env.HOLDFAST_APPS = join(import.meta.dirname, '..', 'testing', 'maze', 'apps')
const seed = Number(process.env.HOLDFAST_SEED ?? Date.now() % 1_000_000)
const wantedCases = Number(process.env.HOLDFAST_CASES ?? 2_400)
const casesPerRuleSet = 30

let tenant: Tenant
let data: Data
const dice = new Dice(seed)
const groups: number[] = []
const users: { readonly user: TestUser; readonly groups: ReadonlySet<number> }[] = []

before(async () => {
  tenant = await testTenant({ apps: ['maze'] })
  await withSystemEnv(tenant, 'test.groups', {}, async (env) => {
    for (const label of ['one', 'two', 'three']) groups.push((await env.model('res.groups').create({ name: label })).id)
  })
  for (const own of [[0], [0, 1], [2], [1, 2]]) {
    const user = await asUser(tenant)
    const ids = own.map((i) => groups[i] as number)
    for (const gid of ids)
      await tenant.pool.query(sql`INSERT INTO res_groups_users_rel (uid, gid) VALUES (${user.uid}::int4, ${gid}::int4)`)
    users.push({ user, groups: new Set(ids) })
  }
  data = await fillMaze(
    tenant,
    dice,
    users.map(({ user }) => user.uid),
  )
})

/** The table that decides, without the way through ir.rule. */
async function useRules(rows: readonly AccessRow[]): Promise<void> {
  await tenant.pool.query(sql`DELETE FROM hf_access WHERE model LIKE 'maze.%'`)
  const entries = rows.map(({ kind, model, ops, group, domain, fields }) => ({
    kind,
    model,
    ops,
    group_id: group,
    domain,
    fields,
  }))
  await tenant.pool.query(sql`INSERT INTO hf_access (kind, model, ops, group_id, domain, fields, source_model, source_id)
    SELECT kind, model, ops, group_id, domain, fields, 'test', 0 FROM jsonb_to_recordset(${JSON.stringify(entries)}::jsonb)
      AS r (kind text, model text, ops text[], group_id int4, domain jsonb, fields text[])`)
  await bumpEpoch(tenant.pool)
}

class Undo extends Error {}

// What has to be refused is left to the COMMIT: nothing may stay of it. The rest is asked for and then undone.
async function answer(user: TestUser, call: Call, isRefused: boolean): Promise<unknown> {
  try {
    if (call.mode === 'read') return await user.read((env) => call.actual(env))
    if (isRefused) return await user.write((env) => call.actual(env))
    let result: unknown
    await user
      .write(async (env) => {
        result = await call.actual(env)
        await env.db.query(sql`SELECT 'all that was put off'`)
        throw new Undo()
      })
      .catch((error: unknown) => {
        if (!(error instanceof Undo)) throw error
      })
    return result
  } catch (error) {
    if (error instanceof AccessError) return 'denied'
    throw error
  }
}

function verdict(policy: Policy, call: Call): unknown {
  try {
    return call.expected(policy)
  } catch (error) {
    if (error instanceof Denied) return 'denied'
    throw error
  }
}

test('random users under random rules see and change exactly what the policy says', async (t) => {
  t.diagnostic(`HOLDFAST_SEED=${seed}`)
  const ids = (model: Model) => data[model].map(({ id }) => id)
  let cases = 0
  let denied = 0
  while (cases < wantedCases) {
    const rows = accessRows(dice, groups, ids)
    await useRules(rows)
    for (const { user, groups: own } of users) {
      const policy = new Policy(data, rows, { id: user.uid, groups: own })
      for (let i = 0; i < casesPerRuleSet / users.length; i++) {
        const call = randomCall(dice, ids)
        const wanted = verdict(policy, call)
        const got = await answer(user, call, wanted === 'denied').catch(
          (error: Error) => `${error.name}: ${error.message}`,
        )
        cases++
        if (wanted === 'denied') denied++
        try {
          assert.deepEqual(got, wanted)
        } catch (error) {
          const used = rows.filter((row) => row.group === null || own.has(row.group)).map((row) => JSON.stringify(row))
          throw new Error(`seed ${seed}, case ${cases}, uid ${user.uid}: ${call.title}\n${used.join('\n')}`, {
            cause: error,
          })
        }
      }
    }
  }
  t.diagnostic(`seed ${seed}: ${denied} of them refusals`)
  tellProof(t, { suite: 'random calls and changes under random rules', cases })
  assert.ok(denied < cases * 0.7, 'most calls have to be answered, or the test says little')
})

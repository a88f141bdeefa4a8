/** Two users who may do everything with all records, but know only every other field: each field is hidden from one of them. */

import { bumpEpoch, type Tenant } from '#framework/access/index.ts'
import { sql } from '#framework/sql/index.ts'
import { withSystemEnv } from '#framework/access/index.ts'
import { asUser, type Policy, policyOf, readAccessRows, readContent, testTenant } from '#framework/testing/index.ts'

export interface HalfBlind {
  readonly uid: number
  readonly policy: Policy
}

/** The tenant and its two users; all other rights of the tables of these models are gone. */
export async function halfBlindUsers(): Promise<{ readonly tenant: Tenant; readonly users: readonly HalfBlind[] }> {
  const tenant = await testTenant({ apps: ['sales', 'crm'], demo: true })
  const uids: number[] = []
  await tenant.pool.query(sql`DELETE FROM hf_access`)
  for (const half of [0, 1]) {
    const group = await withSystemEnv(tenant, 'test.half', { mode: 'write' }, async (env) => {
      return (await env.model('res.groups').create({ name: `Half ${half}` })).id
    })
    const rows = [...tenant.registry.models.values()].map((model) => ({
      model: model.name,
      fields: [...model.fields.keys()].filter((name, place) => place % 2 === half || name === 'id'),
    }))
    await tenant.pool.query(sql`INSERT INTO hf_access (kind, model, ops, group_id, fields, source_model, source_id)
      SELECT 'permission', model, '{read,write,create,unlink}', ${group}::int4, fields, 'test', 0
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r (model text, fields text[])`)
    const { uid } = await asUser(tenant, { groups: [] })
    await tenant.pool.query(sql`INSERT INTO res_groups_users_rel (uid, gid) VALUES (${uid}::int4, ${group}::int4)`)
    uids.push(uid)
  }
  await bumpEpoch(tenant.pool)
  const content = await readContent(tenant.pool, tenant.registry)
  const rows = await readAccessRows(tenant.pool)
  const users = uids.map((uid) => {
    const policy = policyOf(tenant, content, rows, uid, { activeTest: false })
    if (!policy) throw new TypeError(`There is no user ${uid}.`)
    return { uid, policy }
  })
  return { tenant, users }
}

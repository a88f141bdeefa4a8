/** Who a user is and which rights rows there are, read from the tables past the kernel. */

import type { Tenant } from '../../access/index.ts'
import { type Queryable, sql } from '../../sql/index.ts'
import type { Content } from './content.ts'
import { type AccessRow, type Person, Policy, type Setting } from './policy.ts'

/** All rows of the table that decides. */
export async function readAccessRows(db: Queryable): Promise<AccessRow[]> {
  return db.query<AccessRow & Record<string, unknown>>(
    sql`SELECT kind, model, ops, group_id AS "group", domain, fields FROM hf_access WHERE active ORDER BY id`,
  )
}

/** `null` for a user who is archived or not there. */
export function personOf(content: Content, uid: number, companies?: readonly number[]): Person | null {
  const users = content.rows.get('res.users')
  const user = users?.get(uid)
  if (user?.active !== true) return null
  const groups = new Set(
    pairs(content, 'res_groups_users_rel', 'gid', 'uid').flatMap(({ gid, uid: who }) => (who === uid ? [gid] : [])),
  )
  const implied = pairs(content, 'res_groups_implied_rel', 'gid', 'hid')
  for (let size = -1; size !== groups.size; ) {
    size = groups.size
    for (const { gid, hid } of implied) if (groups.has(gid)) groups.add(hid)
  }
  const named = [...(content.rows.get('ir.model.data')?.values() ?? [])].filter(
    ({ model, res_id: id }) => model === 'res.groups' && groups.has(id as number),
  )
  const partner = user.partner_id as number
  const commercial = content.rows.get('res.partner')?.get(partner)?.commercial_partner_id as number | null
  const own = pairs(content, 'res_company_users_rel', 'cid', 'user_id').flatMap(({ cid, user_id: who }) =>
    who === uid ? [cid] : [],
  )
  const current = user.company_id as number
  return {
    id: uid,
    partner,
    commercialPartner: commercial ?? partner,
    companies: companies ?? [current, ...own.filter((one) => one !== current)],
    groups: groups as ReadonlySet<number>,
    groupNames: new Set(named.map(({ module, name }) => `${String(module)}.${String(name)}`)),
  }
}

/** The policy of one user; `null` where nobody can be this user. */
export function policyOf(
  tenant: Pick<Tenant, 'registry'>,
  content: Content,
  rows: readonly AccessRow[],
  uid: number,
  setting: Setting & { readonly companies?: readonly number[] } = {},
): Policy | null {
  const person = personOf(content, uid, setting.companies)
  return person && new Policy(tenant.registry.models, content, rows, person, setting)
}

function pairs<const K extends string>(
  content: Content,
  table: string,
  ..._columns: readonly K[]
): readonly Readonly<Record<K, number>>[] {
  const found = content.links.get(table)
  if (!found) throw new TypeError(`There is no table of links ${table}.`)
  return found as readonly Readonly<Record<K, number>>[]
}

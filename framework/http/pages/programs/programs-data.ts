/** Who calls this database, and what may be used for it; read and written as the person who looks. */

import type { RequestOrigin } from '../../../audit/index.ts'
import { type Tenant, withEnv } from '../../../access/index.ts'
import { type ProgramPolicy, programSettings, readProgramPolicy } from '../../../auth/index.ts'
import { type Env, JsonResult, type UserRights } from '../../../orm/index.ts'

export interface ProgramRow {
  readonly protocol: string
  readonly credential: string
  readonly user_id: readonly [number, string] | false
  readonly user_agent: string
  readonly calls: number
  readonly methods: Readonly<Record<string, number>> | false
  readonly first_seen: string
  readonly last_seen: string
}

export interface ProgramsData {
  readonly user: UserRights
  readonly policy: ProgramPolicy
  readonly rows: readonly ProgramRow[]
}

const columns = ['protocol', 'credential', 'user_id', 'user_agent', 'calls', 'methods', 'first_seen', 'last_seen']
const mostRows = 200

/** `null` for everybody but administrators. */
export async function readPrograms(tenant: Tenant, uid: number): Promise<ProgramsData | null> {
  return await withEnv(tenant, uid, { mode: 'read' }, async (env) => {
    if (!isAdministrator(env)) return null
    const found: unknown = await env.model('ir.rpc.client').search_read([], columns, 0, mostRows)
    const rows = found instanceof JsonResult ? found.parse() : found
    return { user: env.user, policy: await readProgramPolicy(tenant), rows: rows as readonly ProgramRow[] }
  })
}

/** Sets the switches; `false` for everybody but administrators, and then nothing is changed. */
export async function writePolicy(
  tenant: Tenant,
  uid: number,
  policy: ProgramPolicy,
  origin: RequestOrigin,
): Promise<boolean> {
  return await withEnv(tenant, uid, { mode: 'write', origin }, async (env) => {
    if (!isAdministrator(env)) return false
    for (const name of Object.keys(programSettings) as (keyof ProgramPolicy)[]) {
      const key = programSettings[name]
      const value = policy[name] ? 'on' : 'off'
      const found = await env.model('ir.config_parameter').search([['key', '=', key]])
      if (found.ids.length > 0) await found.write({ value })
      else if (value === 'off') await env.model('ir.config_parameter').create({ key, value })
    }
    return true
  })
}

function isAdministrator(env: Env): boolean {
  return (
    env.grant.records('ir.rpc.client', 'read') !== false && env.grant.records('ir.config_parameter', 'write') !== false
  )
}

/** What programs may use to sign in: which of the older protocols are on, and whether passwords are taken over them. */

import { ValidationError } from '../../errors.ts'
import { type Queryable, sql } from '../../sql/index.ts'
import type { AuthTenant } from '../auth-tenant.ts'

/** Decided by administrators, per tenant. */
export interface ProgramPolicy {
  readonly xmlRpc: boolean
  readonly jsonRpc: boolean
  /** `false`: API keys only, over every protocol and in `/web/session/authenticate`. */
  readonly passwords: boolean
}

/** The keys of `ir.config_parameter` that hold it; each is `on` or `off`, and `on` where it is absent. */
export const programSettings: Readonly<Record<keyof ProgramPolicy, string>> = {
  xmlRpc: 'rpc.xml_rpc',
  jsonRpc: 'rpc.json_rpc',
  passwords: 'rpc.passwords',
}

const keys = Object.values(programSettings)

/** Whether a system parameter is one of them; who changes it has to move the epoch, so that all processes read it anew. */
export function isProgramSetting(key: unknown): boolean {
  return typeof key === 'string' && keys.includes(key)
}

/** @throws ValidationError ERR_PROGRAM_SETTING when the value of such a parameter is neither `on` nor `off` */
export function checkProgramSetting(key: string, value: unknown): void {
  if (isProgramSetting(key) && value !== 'on' && value !== 'off')
    throw new ValidationError('ERR_PROGRAM_SETTING', `The parameter ${key} is either 'on' or 'off'.`)
}

const remembered = new WeakMap<AuthTenant, { readonly epoch: number; readonly policy: ProgramPolicy }>()

/**
 * The policy as memory has it under the epoch of rights; from the database where memory has none. Whoever goes by it
 * has to run under that epoch (`withEnv` with a `credential`), else ask `readProgramPolicy`.
 */
export function programPolicy(tenant: AuthTenant): ProgramPolicy | Promise<ProgramPolicy> {
  const known = remembered.get(tenant)
  return known !== undefined && known.epoch === tenant.rights?.epoch ? known.policy : readProgramPolicy(tenant)
}

/** The policy as the database has it at this moment. */
export async function readProgramPolicy(tenant: AuthTenant): Promise<ProgramPolicy> {
  const epoch = tenant.rights?.epoch
  const policy = await query(tenant.pool)
  if (epoch !== undefined && tenant.rights?.epoch === epoch) remembered.set(tenant, { epoch, policy })
  return policy
}

async function query(db: Queryable): Promise<ProgramPolicy> {
  const rows = await db.query<{ key: string; value: string | null }>(
    sql`SELECT key, value FROM ir_config_parameter WHERE key = ANY(${keys})`,
  )
  const values = new Map(rows.map(({ key, value }) => [key, value]))
  // A value that means nothing to us closes.
  const isOn = (key: string) => (values.get(key) ?? 'on') === 'on'
  return {
    xmlRpc: isOn(programSettings.xmlRpc),
    jsonRpc: isOn(programSettings.jsonRpc),
    passwords: isOn(programSettings.passwords),
  }
}

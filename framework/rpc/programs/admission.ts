/** Whether a program may come in by this protocol with this credential: the administrators' switches, before any password is tried. */

import { isApiKey, type ProgramPolicy } from '../../auth/index.ts'
import { AccessDenied } from '../../errors.ts'
import type { Tenant } from '../../access/index.ts'
import type { Gate } from '../gate.ts'
import type { Protocol } from './program.ts'

/** The words of each switch; `json-2` and `web` have none: they stay. */
const switches = {
  'xml-rpc': { setting: 'xmlRpc', name: 'XML-RPC' },
  'json-rpc': { setting: 'jsonRpc', name: 'JSON-RPC' },
} as const

/**
 * Lets on what the policy allows. It tells what to do next, and nothing about whether login or password are right.
 * @throws AccessDenied ERR_RPC_PROTOCOL, ERR_RPC_PASSWORDS
 */
export function admit(policy: ProgramPolicy, protocol: Protocol, passwordOrKey: unknown): void {
  if (protocol === 'xml-rpc' || protocol === 'json-rpc') {
    const { setting, name } = switches[protocol]
    if (!policy[setting])
      throw new AccessDenied(
        'ERR_RPC_PROTOCOL',
        `${name} is switched off for this database. Call JSON-2 (POST /json/2/<model>/<method>) with an API key, or ask an administrator to switch ${name} on again.`,
      )
  }
  if (!policy.passwords && typeof passwordOrKey === 'string' && !isApiKey(passwordOrKey))
    throw new AccessDenied(
      'ERR_RPC_PASSWORDS',
      'This database takes no passwords from programs. Make an API key in your account and send it in place of the password.',
    )
}

/**
 * The same by the policy in memory. A yes counts under the epoch of that memory, which the call then proves; a no may be
 * older than what an administrator decided in another process, so it is asked for again.
 */
export async function admitByMemory(
  gate: Gate,
  tenant: Tenant,
  protocol: Protocol,
  passwordOrKey: unknown,
): Promise<ProgramPolicy> {
  const known = gate.policy(tenant)
  const policy = known instanceof Promise ? await known : known
  try {
    admit(policy, protocol, passwordOrKey)
    return policy
  } catch {
    const now = await gate.policyNow(tenant)
    admit(now, protocol, passwordOrKey)
    return now
  }
}

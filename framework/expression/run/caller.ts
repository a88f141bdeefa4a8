/** What an expression may know of whoever asks: names, ids and the clock. */

import type { Env } from '../../orm/index.ts'
import type { Value } from '../functions/overload.ts'
import type { GivenName } from '../types/checked.ts'
import { dateIn } from './moments.ts'

export interface Caller {
  readonly id: number
  readonly name: string
  readonly login: string
  readonly lang: string
  readonly tz: string | null
  readonly partnerId: number
  /** The company of the user, and that of the call. */
  readonly companyId: number
  readonly companyIds: readonly number[]
  readonly currentCompanyId: number
  readonly currentCompanyIds: readonly number[]
  readonly groups: ReadonlySet<string>
  /** In which `today` and parts of points in time are meant. */
  readonly zone: string
  now(): Date
}

/** Whoever `env` stands for. */
export function callerOf(env: Env): Caller {
  const { user } = env
  return {
    ...{ id: user.id, name: user.name, login: user.login, lang: user.lang, tz: user.tz, partnerId: user.partnerId },
    ...{ companyId: user.companyId, companyIds: user.companyIds, groups: user.groups },
    ...{ currentCompanyId: env.companyId, currentCompanyIds: env.companyIds },
    zone: zoneOf(env.context.tz, user.tz),
    now: () => env.now(),
  }
}

/** The first of the names that PostgreSQL and JavaScript both know as a place; else UTC. */
export function zoneOf(...names: readonly unknown[]): string {
  for (const name of names) if (typeof name === 'string' && isZone(name)) return name
  return 'UTC'
}

const known = new Map<string, boolean>()

// Only names of places: what abbreviations and offsets mean, the two disagree about.
function isZone(name: string): boolean {
  if (!/^[A-Z][A-Za-z_]{1,30}(\/[A-Z][A-Za-z_-]{1,30}){1,2}$/.test(name)) return false
  const is = known.get(name) ?? canFormat(name)
  if (known.size < 1_000) known.set(name, is)
  return is
}

function canFormat(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

/** One value that comes with the call. */
export function givenValue(caller: Caller, name: GivenName): Value {
  switch (name) {
    case 'user.id':
      return BigInt(caller.id)
    case 'user.name':
      return caller.name
    case 'user.login':
      return caller.login
    case 'user.lang':
      return caller.lang
    case 'user.tz':
      return caller.tz
    case 'user.partner_id':
      return BigInt(caller.partnerId)
    case 'user.company_id':
      return BigInt(caller.companyId)
    case 'user.company_ids':
      return caller.companyIds.map((id) => BigInt(id))
    case 'company_id':
      return BigInt(caller.currentCompanyId)
    case 'company_ids':
      return caller.currentCompanyIds.map((id) => BigInt(id))
    case 'now':
      return momentOf(caller.now())
    case 'today':
      return dateIn(caller.zone, momentOf(caller.now())) ?? null
  }
}

function momentOf(date: Date): string {
  return date.toISOString().slice(0, 19).replace('T', ' ')
}

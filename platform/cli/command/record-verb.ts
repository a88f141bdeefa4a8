/** Tells a tenant's audit log what its operator did to it. */

import { actorOf, originWithin, recordAudit } from '../../../framework/audit/index.ts'
import type { Hosting } from '../hosting/hosting.ts'
import type { Report, VerbArgs } from './verb.ts'

interface Recorded {
  /** Where the tenant's name stands: an argument, or an option. */
  readonly tenant: 'NAME' | 'TENANT' | 'tenant' | 'over'
  /** `after`: before, there is no log that could take it. */
  readonly when: 'before' | 'after'
}

const before: Recorded = { tenant: 'NAME', when: 'before' }
const after: Recorded = { tenant: 'NAME', when: 'after' }

/** The verbs that touch what is a tenant's. A test names those that do not. */
export const recordedVerbs: ReadonlyMap<string, Recorded> = new Map([
  ['tenant create', after],
  ['tenant settings', before],
  ['tenant rename', before],
  ['tenant suspend', before],
  ['tenant resume', after],
  ['tenant delete', before],
  ['tenant undelete', after],
  ['tenant undo-restore', after],
  ['app install', before],
  ['app upgrade', after],
  ['app uninstall', before],
  ['backup create', before],
  ['audit list', before],
  ['user reset-password', { tenant: 'tenant', when: 'before' }],
  ['import-odoo', { tenant: 'tenant', when: 'after' }],
  ['restore', { tenant: 'over', when: 'after' }],
  ['reporting enable', { tenant: 'TENANT', when: 'before' }],
  ['reporting disable', { tenant: 'TENANT', when: 'before' }],
  ['access explain', { tenant: 'TENANT', when: 'before' }],
])

/** Runs a verb and records it with the tenant that it names. What cannot be recorded is said, and does not stop the operator. */
export async function recordedRun<R>(
  name: string,
  hosting: Hosting,
  args: VerbArgs,
  report: Report,
  run: () => Promise<R>,
): Promise<R> {
  const recorded = recordedVerbs.get(name)
  const tenant = recorded === undefined ? undefined : nameIn(args, recorded.tenant)
  if (recorded === undefined || tenant === undefined) return run()
  if (recorded.when === 'before') await record(name, hosting, tenant, args, report)
  const result = await run()
  if (recorded.when === 'after') await record(name, hosting, tenant, args, report)
  return result
}

function nameIn(args: VerbArgs, place: Recorded['tenant']): string | undefined {
  // A backup comes back over the live database, or beside it under a name of its own.
  const value = args.arguments[place] ?? args.options[place] ?? (place === 'over' ? args.options['as'] : undefined)
  return typeof value === 'string' ? value : undefined
}

/** How long a verb waits for the database that shall be told of it. */
const patienceMs = 10_000

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`it did not answer within ${ms / 1000} seconds`)), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

async function record(verb: string, hosting: Hosting, name: string, args: VerbArgs, report: Report): Promise<void> {
  // One out of service has no log that is awake; one that is not there has none at all.
  const known = hosting.home.tenants.list().find((tenant) => tenant.name === name)
  if (known?.state !== 'active') return
  try {
    const { pool } = await within(patienceMs, hosting.tenants.open(name))
    // Options by name only: their values may be secrets.
    await recordAudit(pool, actorOf(originWithin('command'), null), [
      { kind: 'command.run', what: { verb, options: Object.keys(args.options) } },
    ])
  } catch (cause) {
    report.warn(`The audit log of '${name}' could not take that '${verb}' runs: ${(cause as Error).message}`)
  }
}

/** The queue and the clock of a home, for all of its tenants. */

import { type Jobs, startJobs } from '../../../framework/jobs/index.ts'
import { callMethod, type Log } from '../../../framework/rpc/index.ts'
import { jobDirectory } from '../hosting/directory.ts'
import { onlyCurrent } from '../hosting/open-tenants.ts'
import type { Hosting } from '../hosting/hosting.ts'

/** Starts both; what a tenant had in them goes with the tenant. */
export async function openQueue(
  { home, tenants, alarms }: Pick<Hosting, 'home' | 'tenants' | 'alarms'>,
  log: Log,
): Promise<Jobs> {
  // Tenants from before there were alarms.
  await alarms.ensure(home.tenants.list().map(({ id }) => id))
  const jobs = await startJobs({
    database: home.control.options,
    schema: 'jobs',
    directory: jobDirectory(home, onlyCurrent(tenants)),
    alarms,
    awake: () =>
      home.tenants
        .list()
        .filter(({ state, instance }) => state === 'active' && instance === 'running')
        .map(({ id }) => id),
    call: callMethod,
    log,
  })
  home.tenants.watch(async ({ kind, tenantId }) => {
    if (kind === 'deleted' && tenantId !== null) await jobs.forgetTenant(tenantId)
  })
  return jobs
}

/** What shuts scripts of administrators in on this machine, and whether they run at all. */

import { findIsolation, openSandbox } from '../../sandbox/index.ts'
import { type Finding, finding } from './check.ts'

/** Starts a process of scripts and runs one. */
export async function checkSandbox(): Promise<Finding> {
  const isolation = await findIsolation()
  const lacking = [
    ...(isolation.network ? [] : ['a network of their own']),
    ...(isolation.processes ? [] : ['a view of their own on processes']),
    ...(isolation.limits ? [] : ['limits of memory and processor time']),
    ...(isolation.privileges ? [] : ['a system user without rights']),
  ]
  if (!(await runsScripts()))
    return finding(
      'sandbox',
      'Scripts',
      'fail',
      'their process does not start',
      'Look for what kills `node --permission`.',
    )
  return finding(
    'sandbox',
    'Scripts',
    lacking.length === 0 ? 'ok' : 'warn',
    lacking.length === 0 ? 'shut in: no files, network, other processes' : `shut in, but without ${lacking.join(', ')}`,
    'The kernel refuses what is missing, or util-linux is not installed: allow user namespaces (unshare) for Holdfast’s user. QuickJS and Node’s own permissions hold all the same.',
  )
}

async function runsScripts(): Promise<boolean> {
  const sandbox = openSandbox({ processes: 1 })
  const call = () => Promise.resolve(null)
  try {
    const { value } = await sandbox.run({
      tenant: 'doctor',
      source: 'return input + 1',
      input: 1,
      now: new Date(),
      call,
    })
    return value === 2
  } catch {
    return false
  } finally {
    await sandbox.close()
  }
}

import { setTimeout as delay } from 'node:timers/promises'
import { postgresProcessesIn, signalIfThere } from './processes.ts'

/** Milliseconds after which a process that is told to end is told harder. */
const IMMEDIATE_AFTER_MS = 2_000
const KILL_AFTER_MS = 3_500
/** So long nothing may be found before we believe it: a process that was being started shows up a moment later. */
const QUIET_MS = 400
const ROUND_MS = 50

/**
 * Ends every PostgreSQL process of a home: fast shutdown first, then immediate, then kill.
 * @param root the folder that holds all instances, templates and staging of that home
 * @param quietMs how long nothing may be found before it returns; 0 returns at the first empty look
 * @returns how many processes it had to end
 */
export async function endPostgresProcesses(root: string, quietMs = QUIET_MS): Promise<number> {
  const firstSeen = new Map<number, number>()
  const sent = new Map<number, NodeJS.Signals>()
  let quietSince = Date.now()
  for (;;) {
    const now = Date.now()
    const found = postgresProcessesIn(root)
    for (const { pid, role } of found) {
      const since = firstSeen.get(pid) ?? now
      firstSeen.set(pid, since)
      const signal = signalAfter(now - since, role)
      if (sent.get(pid) === signal) continue
      sent.set(pid, signal)
      signalIfThere(pid, signal)
    }
    if (found.length > 0) quietSince = Date.now()
    else if (now - quietSince >= quietMs) return firstSeen.size
    await delay(ROUND_MS)
  }
}

function signalAfter(elapsedMs: number, role: 'server' | 'helper'): NodeJS.Signals {
  if (elapsedMs >= KILL_AFTER_MS) return 'SIGKILL'
  if (elapsedMs >= IMMEDIATE_AFTER_MS) return 'SIGQUIT'
  return role === 'server' ? 'SIGINT' : 'SIGTERM'
}

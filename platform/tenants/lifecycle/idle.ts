import type { HomeContext } from './context.ts'
import { halt, inTurn, type TenantEntry } from './entry.ts'

const LONGEST_ROUND_MS = 30_000

/**
 * Puts instances to sleep that nobody has used for a time. What is held or runs a statement stays awake.
 * @param idleTimeoutMs 0 turns it off
 * @returns a function that ends the watch
 */
export function watchIdle(
  context: HomeContext,
  entries: ReadonlyMap<string, TenantEntry>,
  idleTimeoutMs: number,
): () => void {
  if (idleTimeoutMs <= 0) return () => {}
  const isIdle = (entry: TenantEntry): boolean =>
    entry.holds === 0 &&
    performance.now() - entry.lastUsedMs >= idleTimeoutMs &&
    context.engine.status(entry.row.id) === 'running'

  const putToSleep = async (entry: TenantEntry): Promise<void> => {
    if (!isIdle(entry)) return
    if ((await context.engine.instance(entry.row.id).activeSessions()) > 0) {
      entry.lastUsedMs = performance.now()
      return
    }
    if (isIdle(entry)) await halt(context, entry, 'asleep')
  }
  const look = async (): Promise<void> => {
    for (const entry of entries.values()) {
      // One that cannot be asked is looked at again in the next round.
      if (isIdle(entry)) await inTurn(entry, () => putToSleep(entry)).catch(() => {})
    }
  }
  let round: Promise<void> = Promise.resolve()
  const timer = setInterval(
    () => {
      round = round.then(look)
    },
    Math.min(Math.max(idleTimeoutMs / 2, 50), LONGEST_ROUND_MS),
  ).unref()
  return () => clearInterval(timer)
}

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { UnavailableError } from '../../../framework/errors.ts'

/** Our link to the guardian process of a home. */
export interface Guard {
  readonly pid: number
  /** Tells it that all is stopped in order, and waits for its end. */
  release(): Promise<void>
}

/**
 * Starts the guardian and returns when it watches; no instance may run before. A guardian that dies is replaced.
 * @param onChange told of the process number of each new guardian
 */
export async function startGuard(root: string, onChange: (pid: number) => void): Promise<Guard> {
  let child = await spawnGuardian(root)
  let isReleased = false
  const watch = (current: ChildProcess): void => {
    current.once('exit', () => {
      if (isReleased) return
      // If no new one can be started now, the sweep at the next start still heals.
      spawnGuardian(root).then(
        (next) => {
          child = next
          onChange(next.pid ?? -1)
          watch(next)
        },
        () => {},
      )
    })
  }
  onChange(child.pid ?? -1)
  watch(child)
  return {
    get pid() {
      return child.pid ?? -1
    },
    release: async () => {
      isReleased = true
      if (child.exitCode !== null || child.signalCode !== null) return
      child.ref()
      const gone = once(child, 'exit')
      child.stdin?.end('release\n')
      await gone
    },
  }
}

async function spawnGuardian(root: string): Promise<ChildProcess> {
  const program = fileURLToPath(new URL('./guardian.ts', import.meta.url))
  const child = spawn(process.execPath, ['--max-old-space-size=32', program, root], {
    detached: true, // a session of its own: Ctrl-C and a hang-up of the terminal do not reach it
    cwd: '/',
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  child.stdin.on('error', () => {})
  const ready = await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(() => null),
    once(child, 'error').then(() => null),
  ])
  if (ready === null)
    throw new UnavailableError('ERR_GUARDIAN', 'The guardian of the database processes did not start.')
  child.stdout.destroy()
  child.unref() // it must not keep a script alive that forgot to close its home
  ;(child.stdin as unknown as { unref?: () => void }).unref?.()
  return child
}

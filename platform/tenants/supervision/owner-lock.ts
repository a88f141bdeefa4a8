import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import { ConflictError } from '../../../framework/errors.ts'
import { writeDurably } from '../files/durable.ts'
import { processStart, signalIfThere } from './processes.ts'

/** Who owns a home: one process at a time. */
export interface Owner {
  readonly pid: number
  readonly startedAt: string | null
}

interface OwnerNote extends Owner {
  readonly guardian: Owner | null
}

/** The right to run a home's instances; held until `release` or the end of the process. */
export interface OwnerLock {
  /** Keeps the guardian's number, so that a next owner can wait for it. */
  noteGuardian(pid: number): Promise<void>
  release(): void
}

/** How long the guardian of a killed owner may take to end that owner's instances. */
const GUARDIAN_PATIENCE_MS = 8_000

/**
 * Takes a home. The lock is one of the kernel's (SQLite's, on an empty file), so it ends with its process, however that ends;
 * the note beside it only serves the error message and the wait for the old guardian.
 * @throws ConflictError ERR_HOME_OWNED naming the process that has it
 */
export async function takeHome(runFolder: string): Promise<OwnerLock> {
  const notePath = join(runFolder, 'owner.json')
  const lock = new DatabaseSync(join(runFolder, 'owner.lock'))
  try {
    lock.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
  } catch (cause) {
    lock.close()
    const owner = readNote(notePath)
    throw new ConflictError(
      'ERR_HOME_OWNED',
      `This Holdfast home is already in use by process ${owner?.pid ?? '(unknown)'}. Stop that one first, or use another HOLDFAST_HOME.`,
      { cause, detail: { runFolder } },
    )
  }
  await outliveGuardian(readNote(notePath)?.guardian ?? null)
  const me: Owner = { pid: process.pid, startedAt: processStart(process.pid) }
  const write = (guardian: Owner | null): Promise<void> => writeDurably(notePath, JSON.stringify({ ...me, guardian }))
  await write(null)
  let isHeld = true
  return {
    noteGuardian: async (pid) => {
      if (isHeld) await write({ pid, startedAt: processStart(pid) })
    },
    release: () => {
      if (!isHeld) return
      isHeld = false
      rmSync(notePath, { force: true })
      lock.close()
    },
  }
}

/** The process that owns a home now, or null. @param runFolder the home's `run` folder */
export function ownerOf(runFolder: string): Owner | null {
  const note = readNote(join(runFolder, 'owner.json'))
  return note !== null && note.startedAt !== null && processStart(note.pid) === note.startedAt ? note : null
}

/** The guardian of a killed owner is still ending instances: ours must not be among them. */
async function outliveGuardian(guardian: Owner | null): Promise<void> {
  if (guardian === null || guardian.startedAt === null) return
  const isThere = (): boolean => processStart(guardian.pid) === guardian.startedAt
  const deadline = Date.now() + GUARDIAN_PATIENCE_MS
  while (isThere() && Date.now() < deadline) await delay(25)
  if (isThere()) signalIfThere(guardian.pid, 'SIGKILL') // its work is repeated by our own sweep
}

function readNote(path: string): OwnerNote | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as OwnerNote
  } catch {
    return null
  }
}

/** Where the control socket of a home lies. Socket names are bounded, homes are not. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** `sun_path` holds 104 bytes on macOS and 108 on Linux, a closing NUL included. */
const MAX_BYTES = 100

/** Chooses the path for a new socket and clears what a killed owner left. Only who owns the home may call it. */
export function claimSocketPath(runFolder: string): string {
  forgetSocketPath(runFolder)
  const inside = join(runFolder, 'control.sock')
  if (Buffer.byteLength(inside) <= MAX_BYTES) return inside
  // A fresh folder of our own (0700): nobody else can have put a socket there. The note lies where only we can read it.
  const path = join(mkdtempSync(join(tmpdir(), 'holdfast-control-')), 's')
  writeFileSync(noteOf(runFolder), path, { mode: 0o600 })
  return path
}

/** The path under which an owner, if there is one, listens. @returns null when there can be none */
export function findSocketPath(runFolder: string): string | null {
  const inside = join(runFolder, 'control.sock')
  return readNote(runFolder) ?? (Buffer.byteLength(inside) <= MAX_BYTES ? inside : null)
}

/** Removes the socket and the note of it. */
export function forgetSocketPath(runFolder: string): void {
  const outside = readNote(runFolder)
  if (outside !== null) rmSync(dirname(outside), { recursive: true, force: true })
  rmSync(noteOf(runFolder), { force: true })
  rmSync(join(runFolder, 'control.sock'), { force: true })
}

function noteOf(runFolder: string): string {
  return join(runFolder, 'control-socket')
}

function readNote(runFolder: string): string | null {
  try {
    const path = readFileSync(noteOf(runFolder), 'utf8').trim()
    // It is removed with its folder, so it must be one that we made.
    return /[\\/]holdfast-control-[A-Za-z0-9]{6}[\\/]s$/.test(path) ? path : null
  } catch {
    return null
  }
}

/** Checkpoints (C2SP tlog-checkpoint): origin, size and root of a log, as a signed note. */

import { HASH_BYTES } from '../tree/hash.ts'
import { type Note, parseNote, type Signer } from './signed-note.ts'

export interface Checkpoint {
  /** Names the log, and the key that signs for it. */
  readonly origin: string
  readonly size: number
  readonly root: Buffer
}

/** Writes and signs a checkpoint; the signer's name is the origin. */
export function signCheckpoint(signer: Signer, size: number, root: Uint8Array): string {
  const text = `${signer.name}\n${size}\n${Buffer.from(root).toString('base64')}\n`
  return `${text}\n${signer.sign(text)}`
}

/** Reads a checkpoint; signatures are not checked. @returns `null` for anything else */
export function parseCheckpoint(note: string): (Checkpoint & { readonly note: Note }) | null {
  const parsed = parseNote(note)
  if (parsed === null) return null
  const [origin = '', count = '', encoded = ''] = parsed.text.split('\n')
  const root = Buffer.from(encoded, 'base64')
  const size = Number(count)
  const isRight =
    origin !== '' &&
    /^(?:0|[1-9]\d{0,14})$/.test(count) &&
    root.length === HASH_BYTES &&
    root.toString('base64') === encoded
  return isRight ? { origin, size, root, note: parsed } : null
}

/** The origin of a tenant's log. It goes with the tenant, whatever its name, generation or machine. */
export function originOf(tenantId: string): string {
  return `holdfast/audit/${tenantId}`
}

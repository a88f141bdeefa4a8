/** The system user that the witness runs as: started as root, one that nobody else is; else the user that we are. */

import { createHash } from 'node:crypto'
import { lstatSync, readFileSync } from 'node:fs'

export interface WitnessAccount {
  readonly uid: number
  readonly gid: number
}

/** Numbers that neither distributions nor systemd give out (its UIDS-GIDS.md calls them unused). */
const FIRST = 60_706
const LAST = 61_183

/**
 * @param folder the witness's; whoever has it already keeps it
 * @returns `null` where we are not root: then it is as we are, and whoever becomes us reaches it
 */
export function witnessAccount(folder: string): WitnessAccount | null {
  if (process.getuid?.() !== 0) return null
  const found = lstatSync(folder, { throwIfNoEntry: false })
  if (found?.isDirectory() && found.uid >= FIRST && found.uid <= LAST) return { uid: found.uid, gid: found.gid }
  const taken = takenNumbers()
  const count = LAST - FIRST + 1
  const start = createHash('sha256').update(folder).digest().readUInt32BE(0) % count
  for (let i = 0; i < count; i++) {
    const id = FIRST + ((start + i) % count)
    if (!taken.has(id)) return { uid: id, gid: id }
  }
  return null
}

function takenNumbers(): Set<number> {
  const taken = new Set<number>()
  for (const file of ['/etc/passwd', '/etc/group'])
    for (const line of readFileSync(file, 'utf8').split('\n')) taken.add(Number(line.split(':')[2]))
  return taken
}

// The folder of recordings, backups and other material that lies beside the project. Tests read it when it is there;
// the product never does.
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const sharedRoot = join(import.meta.dirname, '..', '..', 'shared')

/** The absolute path of a piece of shared test material; it need not exist. */
export function sharedPath(...segments: string[]): string {
  return join(sharedRoot, ...segments)
}

/** Whether that piece of shared material is present on this machine. */
export function hasShared(...segments: string[]): boolean {
  return existsSync(sharedPath(...segments))
}

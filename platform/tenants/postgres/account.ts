import { readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { UnavailableError } from '../../../framework/errors.ts'

/** The unprivileged operating-system user under which PostgreSQL runs. */
export interface Account {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

/**
 * Whom PostgreSQL runs as: null means the user that we are; started as root, `postgres` or else `nobody`, for PostgreSQL
 * refuses root.
 * @throws UnavailableError ERR_POSTGRES_ACCOUNT when root has neither.
 */
export function postgresAccount(): Account | null {
  if (process.getuid?.() !== 0) return null
  const accounts = readFileSync('/etc/passwd', 'utf8').split('\n').map(parseAccount)
  for (const name of ['postgres', 'nobody']) {
    const account = accounts.find((candidate) => candidate?.name === name)
    if (account != null && account.uid !== 0) return account
  }
  throw new UnavailableError(
    'ERR_POSTGRES_ACCOUNT',
    'PostgreSQL does not run as root, and this machine has neither a user `postgres` nor `nobody`. Add one, or start Holdfast as an ordinary user.',
  )
}

function parseAccount(line: string): Account | null {
  const [name, , uid, gid] = line.split(':')
  if (name === undefined || uid === undefined || gid === undefined) return null
  return { name, uid: Number(uid), gid: Number(gid) }
}

/** Whether that account may pass through a folder and all of its parents by their plain permission bits. */
export function mayTraverse(path: string, account: Account | null): boolean {
  if (account === null) return true
  for (let folder = path; ; folder = dirname(folder)) {
    const { mode, uid, gid } = statSync(folder)
    const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001
    if ((mode & bit) === 0) return false
    if (dirname(folder) === folder) return true
  }
}

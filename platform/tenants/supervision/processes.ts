import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { basename, sep } from 'node:path'

/** A PostgreSQL process found on this machine. */
export interface PostgresProcess {
  readonly pid: number
  /** `server` accepts connections; `helper` is initdb, a single-user session, or a backend whose server is gone. */
  readonly role: 'server' | 'helper'
}

const PROGRAMS = new Set(['postgres', 'initdb', 'postgres:'])

/** All PostgreSQL processes whose data folder lies inside `root`. The programs' names are asked too: a shell that stands in the folder is none. */
export function postgresProcessesIn(root: string): PostgresProcess[] {
  const inside = root.endsWith(sep) ? root : root + sep
  return process.platform === 'linux' ? fromProc(inside) : fromPs(inside)
}

/** Tells two processes apart that had the same number one after the other; null when there is no such process. */
export function processStart(pid: number): string | null {
  try {
    if (process.platform !== 'linux') {
      return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || null
    }
    // proc(5): field 22, counted after the command name, which may itself hold spaces and parentheses.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? null : (fields[19] ?? null)
  } catch {
    return null
  }
}

/** Sends a signal to a process that may be gone already. */
export function signalIfThere(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

function fromProc(inside: string): PostgresProcess[] {
  const found: PostgresProcess[] = []
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry)
    if (!Number.isInteger(pid)) continue
    const words = readOr(`/proc/${pid}/cmdline`).split('\0')
    const program = basename((words[0] ?? '').split(' ')[0] ?? '')
    if (!PROGRAMS.has(program)) continue
    const dataDir = words[words.indexOf('-D') + 1] ?? ''
    if (words.includes('-D') && dataDir.startsWith(inside)) {
      found.push({ pid, role: program === 'postgres' && !words.includes('--single') ? 'server' : 'helper' })
    } else if (workingFolder(pid).startsWith(inside) && !hasLivingServer(pid, inside)) {
      found.push({ pid, role: 'helper' })
    }
  }
  return found
}

/** A backend renames itself, but stands in its data folder; it is left to its server as long as it has one. */
function hasLivingServer(pid: number, inside: string): boolean {
  const stat = readOr(`/proc/${pid}/stat`)
  const parent = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? '1'
  return readOr(`/proc/${parent}/cmdline`).includes(`\0${inside}`)
}

function fromPs(inside: string): PostgresProcess[] {
  const lines = execFileSync('ps', ['-axww', '-o', 'pid=,command='], { encoding: 'utf8' }).split('\n')
  const found: PostgresProcess[] = []
  for (const line of lines) {
    const [, pid, program, rest] = /^\s*(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? []
    if (pid === undefined || program === undefined || rest === undefined) continue
    if (!PROGRAMS.has(basename(program)) || !rest.includes(`-D ${inside}`)) continue
    found.push({
      pid: Number(pid),
      role: basename(program) === 'postgres' && !rest.includes('--single') ? 'server' : 'helper',
    })
  }
  return found
}

function readOr(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return '' // it ended while we looked
  }
}

function workingFolder(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`)
  } catch {
    return ''
  }
}

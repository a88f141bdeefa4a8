/** What processes hold in memory, as Linux counts it. */

import { readdir, readFile } from 'node:fs/promises'

/** Memory of one PostgreSQL instance; `pssBytes` is `null` where the system does not tell. */
export interface InstanceMemory {
  /** Proportional set size of all its processes: shared pages count once among those who share them. */
  readonly pssBytes: number | null
  readonly processes: number
}

/** The instance that listens in this folder of sockets. */
export async function instanceMemory(socketFolder: string): Promise<InstanceMemory> {
  const lock = (await readdir(socketFolder)).find((name) => name.endsWith('.lock'))
  const text = lock === undefined ? '' : await readFile(`${socketFolder}/${lock}`, 'utf8')
  const postmaster = Number.parseInt(text, 10)
  if (!Number.isInteger(postmaster)) return { pssBytes: null, processes: 0 }
  const pids = [postmaster, ...(await childrenOf(postmaster))]
  let pss = 0
  for (const pid of pids) {
    const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => null)
    const kilobytes = /^Pss:\s+(\d+) kB$/m.exec(rollup ?? '')?.[1]
    if (kilobytes !== undefined) pss += Number(kilobytes) * 1024
    // One that does background work for a moment (autovacuum) may be gone by now; the first one never is.
    else if (pid === postmaster) return { pssBytes: null, processes: pids.length }
  }
  return { pssBytes: pss, processes: pids.length }
}

async function childrenOf(parent: number): Promise<number[]> {
  const text = await readFile(`/proc/${parent}/task/${parent}/children`, 'utf8').catch(() => '')
  return text.split(' ').filter(Boolean).map(Number)
}

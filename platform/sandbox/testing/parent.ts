/** A parent that is killed: says which process runs its script, which never ends. */

import { readdirSync, readFileSync } from 'node:fs'
import { openSandbox } from '../index.ts'
import { tryScript } from './script.ts'

const sandbox = openSandbox({ limits: { killMs: 60_000, wallMs: 60_000 } })
await tryScript(sandbox, 'return 1')
console.log(innermost(process.pid))
await tryScript(sandbox, 'return Array(2 ** 28).join("x").length')

function innermost(pid: number): number {
  for (const name of readdirSync('/proc').filter((one) => /^\d+$/.test(one))) {
    const status = statusOf(name)
    if (Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]) === pid) return innermost(Number(name))
  }
  return pid
}

function statusOf(name: string): string {
  try {
    return readFileSync(`/proc/${name}/status`, 'utf8')
  } catch {
    return ''
  }
}

/** Checks of the machine: program versions, user, clock, service manager. */

import { lookup } from 'node:dns/promises'
import { existsSync } from 'node:fs'
import { availableParallelism, totalmem } from 'node:os'
import { size } from '../output/words.ts'
import { type Finding, finding } from './check.ts'
import { checkSandbox } from './sandbox.ts'

const LEAST_NODE = 24
const LEAST_MEMORY = 1_500_000_000

/** What can be said without a home. */
export async function checkMachine(env: NodeJS.ProcessEnv): Promise<Finding[]> {
  return [
    checkNode(),
    checkUser(),
    checkMemory(),
    checkClock(),
    checkServiceManager(env),
    await checkNames(),
    await checkSandbox(),
  ]
}

function checkNode(): Finding {
  const major = Number(process.versions.node.split('.')[0])
  return finding(
    'node',
    'Node',
    major >= LEAST_NODE ? 'ok' : 'fail',
    process.versions.node,
    `Start with bin/holdfast, which brings Node ${LEAST_NODE}.`,
  )
}

function checkUser(): Finding {
  const isRoot = process.getuid?.() === 0
  return finding(
    'user',
    'System user',
    isRoot ? 'warn' : 'ok',
    isRoot
      ? 'root (PostgreSQL itself runs as an unprivileged user)'
      : `uid ${process.getuid?.() ?? 'unknown'}, unprivileged`,
    'Run Holdfast as a user of its own: what reaches it then reaches nothing else of the machine.',
  )
}

function checkMemory(): Finding {
  const bytes = totalmem()
  return finding(
    'memory',
    'Memory',
    bytes >= LEAST_MEMORY ? 'ok' : 'warn',
    `${size(bytes)}, ${availableParallelism()} processors`,
    'With so little memory, let databases sleep soon: HOLDFAST_IDLE_MINUTES=2.',
  )
}

// RFC 6761 §6.3 has names below localhost lead to this machine; browsers and curl do so by themselves, C libraries not always.
async function checkNames(): Promise<Finding> {
  const isKnown = await lookup('demo.localhost').then(
    () => true,
    () => false,
  )
  return finding(
    'names',
    'Names below localhost',
    isKnown ? 'ok' : 'info',
    isKnown ? 'lead to this machine' : 'are not known to programs here (browsers know them)',
    `Programs take https://localhost with the database's name, or get a line in /etc/hosts: 127.0.0.1 demo.localhost`,
  )
}

// systemd-timesyncd and chrony leave these marks when the clock follows a time server.
function checkClock(): Finding {
  const marks = [
    '/run/systemd/timesync/synchronized',
    '/run/chrony/chronyd.pid',
    '/var/run/chrony/chronyd.pid',
    '/run/ntpd.pid',
    '/run/openntpd.pid',
  ]
  const isKept = marks.some((path) => existsSync(path))
  return finding(
    'clock',
    'Clock',
    isKept ? 'ok' : 'info',
    isKept
      ? 'follows a time server'
      : `${new Date().toISOString().slice(0, 16)}Z, no sign of a time server on this machine`,
    'Links, sessions and certificates expire by the clock: run chrony or systemd-timesyncd, unless the host of a container does.',
  )
}

function checkServiceManager(env: NodeJS.ProcessEnv): Finding {
  const isUnder = env['INVOCATION_ID'] !== undefined
  const isThere = existsSync('/run/systemd/system')
  const found = isUnder
    ? 'started by systemd'
    : isThere
      ? 'systemd is there; this shell was not started by it'
      : 'none found'
  return finding(
    'service',
    'Service manager',
    isUnder ? 'ok' : 'info',
    found,
    `For real use let a service manager start 'holdfast up' at boot and again after a crash; docs/guides/operate.md has a unit file.`,
  )
}

// The counterparts that some tests talk to (Debian's Python clients, Chromium, attack tools, Go's verifier of
// transparency logs, a system PostgreSQL): what is missing is
// installed where this runs as root on a machine with apt; elsewhere the tests that need it say so and are skipped.
// HOLDFAST_SYSTEM_PACKAGES=no leaves the machine as it is. It never fails: the tests decide what they can do without.
'use strict'

const { spawnSync } = require('node:child_process')
const fs = require('node:fs')

const wanted = [
  { name: 'python3-minimal', isThere: () => fs.existsSync('/usr/bin/python3') },
  { name: 'python3-odoorpc', isThere: () => fs.existsSync('/usr/lib/python3/dist-packages/odoorpc') },
  { name: 'python3-passlib', isThere: () => fs.existsSync('/usr/lib/python3/dist-packages/passlib') },
  { name: 'chromium', isThere: () => fs.existsSync('/usr/bin/chromium') },
  { name: 'sqlmap', isThere: () => fs.existsSync('/usr/bin/sqlmap') },
  { name: 'wapiti', isThere: () => fs.existsSync('/usr/bin/wapiti') },
  { name: 'golang-go', isThere: () => fs.existsSync('/usr/bin/go') },
  {
    name: 'golang-golang-x-mod-dev',
    isThere: () => fs.existsSync('/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog'),
  },
  { name: 'postgresql', isThere: hasPostgres },
  { name: 'postgresql-client', isThere: () => fs.existsSync('/usr/bin/psql') },
]
const limitMs = 10 * 60 * 1000

const missing = wanted.filter((one) => !one.isThere()).map((one) => one.name)
if (missing.length > 0) provide(missing)

function provide(names) {
  if (process.env.HOLDFAST_SYSTEM_PACKAGES === 'no') return tell(names, 'HOLDFAST_SYSTEM_PACKAGES=no')
  if (process.platform !== 'linux' || process.getuid() !== 0) return tell(names, 'installing them needs root')
  if (!fs.existsSync('/usr/bin/apt-get')) return tell(names, 'this machine has no apt-get')
  process.stderr.write(`Holdfast: installing what the tests talk to: ${names.join(' ')}\n`)
  const problem = apt(['update']) || apt(['install', '--yes', '--no-install-recommends', ...names])
  const still = wanted.filter((one) => !one.isThere()).map((one) => one.name)
  if (still.length > 0) tell(still, problem || 'apt-get installed something else under that name')
}

/** Runs apt-get; returns its last words when it fails, else null. */
function apt(args) {
  const options = ['-q', '-o', 'DPkg::Lock::Timeout=120', '-o', 'Acquire::Retries=1', '-o', 'Acquire::http::Timeout=20']
  const run = spawnSync('apt-get', [...options, ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    timeout: limitMs,
    maxBuffer: 64 * 1024 * 1024,
  })
  if (run.status === 0) return null
  const lastWords = (run.stderr || run.stdout || '').trim().split('\n').slice(-3).join(' / ')
  return `apt-get ${args[0]} failed: ${run.error ? run.error.message : lastWords || `exit code ${run.status}`}`
}

function hasPostgres() {
  const folder = '/usr/lib/postgresql'
  return (
    fs.existsSync(folder) &&
    fs.readdirSync(folder).some((version) => fs.existsSync(`${folder}/${version}/bin/postgres`))
  )
}

function tell(names, reason) {
  process.stderr.write(`Holdfast: tests that need ${names.join(', ')} will be skipped (${reason}).\n`)
}

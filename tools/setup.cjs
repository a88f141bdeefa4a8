// Brings node_modules to what package-lock.json says, so that `npm start` and `npm test` work on a fresh clone.
// Plain CommonJS for the machine's own Node (18 or newer); Node 24 itself arrives as a package of the lock file.
// It writes to stderr only: stdout belongs to the command that runs after it.
'use strict'

const fs = require('node:fs')
const path = require('node:path')

const root = path.join(__dirname, '..')
const lockFile = path.join(root, 'package-lock.json')
const modules = path.join(root, 'node_modules')
// A copy of the lock file that was installed last; bin/holdfast compares the same two files without starting Node.
const stamp = path.join(modules, '.holdfast-installed-lock')
const node24 = path.join(modules, '.bin', 'node')
const busyFile = path.join(root, '.setup-lock')
const waitMs = 10 * 60 * 1000

if (!isUpToDate()) {
  setUp().then(
    () => process.exit(0),
    (error) => fail(error),
  )
}

function isUpToDate() {
  return sameBytes(lockFile, stamp) && fs.existsSync(node24)
}

async function setUp() {
  const major = Number(process.versions.node.split('.')[0])
  if (major < 18) {
    throw new SetupError(
      `this machine's Node is ${process.versions.node}`,
      'Setting Holdfast up needs Node 18 or newer (it then brings its own Node 24).',
      'Install a newer Node, then run the same command again.',
    )
  }
  const release = await takeTurn()
  try {
    if (isUpToDate()) return
    // A tree that npm itself brought to this lock file (`npm install` by a developer) is taken as it is.
    if (!isInstalledByNpm()) await npmCi()
    provideNode24()
    const temporary = `${stamp}.${process.pid}`
    fs.copyFileSync(lockFile, temporary)
    fs.renameSync(temporary, stamp)
  } finally {
    release()
  }
}

function sameBytes(one, other) {
  try {
    return fs.readFileSync(one).equals(fs.readFileSync(other))
  } catch {
    return false
  }
}

/** Whether npm's own record of the installed tree names the same packages as the lock file. */
function isInstalledByNpm() {
  let wanted
  let installed
  try {
    wanted = JSON.parse(fs.readFileSync(lockFile, 'utf8')).packages
    installed = JSON.parse(fs.readFileSync(path.join(modules, '.package-lock.json'), 'utf8')).packages
  } catch {
    return false
  }
  for (const [place, entry] of Object.entries(wanted)) {
    if (place === '') continue
    const present = installed[place]
    if (!present && entry.optional) continue
    if (!present || present.version !== entry.version || present.integrity !== entry.integrity) return false
    if (!fs.existsSync(path.join(root, place, 'package.json'))) return false
  }
  return Object.keys(installed).every((place) => place in wanted)
}

function npmCi() {
  const { spawn } = require('node:child_process')
  process.stderr.write('Holdfast: setting up (npm ci); this takes a minute the first time.\n')
  const words = ['ci', '--ignore-scripts', '--loglevel=error', '--no-audit', '--no-fund']
  const underNpm = process.env.npm_execpath
  const [command, args] =
    underNpm && /npm-cli\.c?js$/.test(underNpm) ? [process.execPath, [underNpm, ...words]] : ['npm', words]
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 2, 2] })
    const pass = (signal) => child.kill(signal)
    process.on('SIGINT', pass)
    process.on('SIGTERM', pass)
    child.on('error', (error) =>
      reject(
        new SetupError(
          `npm could not be started (${error.code || error.message})`,
          'The packages of package-lock.json are installed with npm, which comes with Node.',
          'Install npm (or the complete Node package), then run the same command again.',
        ),
      ),
    )
    child.on('close', (code, signal) => {
      process.off('SIGINT', pass)
      process.off('SIGTERM', pass)
      if (code === 0) return resolve()
      if (signal === 'SIGINT' || signal === 'SIGTERM') process.exitCode = 130
      reject(
        new SetupError(
          signal ? `npm ci was stopped by ${signal}` : `npm ci ended with exit code ${code}`,
          'The lines above are npm’s own; usual causes: no network, a full disk, or a half-edited package-lock.json.',
          'Put that right, then run the same command again; nothing else needs to be cleaned up.',
        ),
      )
    })
  })
}

/** Makes node_modules/.bin/node a Node 24: the package's, or the machine's own where no package exists for it. */
function provideNode24() {
  const { spawnSync } = require('node:child_process')
  const own = Number(process.versions.node.split('.')[0])
  if (!fs.existsSync(node24) && own >= 24 && !process.execPath.startsWith(modules + path.sep)) {
    fs.mkdirSync(path.dirname(node24), { recursive: true })
    fs.rmSync(node24, { force: true })
    fs.symlinkSync(process.execPath, node24)
  }
  const run = spawnSync(node24, ['--version'], { encoding: 'utf8' })
  const version = (run.stdout || '').trim()
  if (!/^v(2[4-9]|[3-9]\d)\./.test(version)) {
    throw new SetupError(
      `Node 24 is missing for ${process.platform}-${process.arch}`,
      version
        ? `node_modules/.bin/node is ${version}.`
        : 'The optional package that carries it was not installed: the download failed, or there is none for this machine.',
      'Run the same command again; if it stays so, install Node 24 on this machine and run it with that.',
    )
  }
}

/** Waits until no other set-up of this checkout runs; returns the function that gives the turn back. */
async function takeTurn() {
  const mine = `${process.pid} ${Date.now()}`
  const deadline = Date.now() + waitMs
  let told = false
  for (;;) {
    try {
      fs.writeFileSync(busyFile, mine, { flag: 'wx' })
      process.once('exit', () => releaseIfMine(mine))
      return () => releaseIfMine(mine)
    } catch (error) {
      if (error.code !== 'EEXIST') {
        throw new SetupError(
          `the folder ${root} cannot be written (${error.code})`,
          'The packages are installed beside package.json.',
          'Run the command as the user who owns the checkout.',
        )
      }
    }
    const holder = readIfThere(busyFile)
    if (holder !== null && isDead(holder)) stealFrom(holder)
    else if (!told) {
      told = true
      process.stderr.write('Holdfast: another set-up of this checkout is running; waiting for it.\n')
    }
    if (Date.now() > deadline) {
      throw new SetupError(
        'another set-up has been running for ten minutes',
        `${busyFile} names its process: ${holder}.`,
        'Stop that process, or remove the file if there is none, then run the same command again.',
      )
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

function isDead(holder) {
  const pid = Number(holder.split(' ')[0])
  // An empty file is one that its owner is about to fill, or was killed over; ten seconds tell which.
  if (!pid) return ageMs(busyFile) > 10_000
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return error.code === 'ESRCH'
  }
}

// Renaming is atomic, so of several waiters one gets the dead holder's file. Should it turn out to be a newer one, it
// goes back: link() never replaces a file that came in between.
function stealFrom(holder) {
  const stolen = `${busyFile}.${process.pid}`
  try {
    fs.renameSync(busyFile, stolen)
    if (readIfThere(stolen) !== holder) fs.linkSync(stolen, busyFile)
  } catch (error) {
    if (error.code !== 'ENOENT' && error.code !== 'EEXIST') throw error
  } finally {
    fs.rmSync(stolen, { force: true })
  }
}

function releaseIfMine(mine) {
  if (readIfThere(busyFile) === mine) fs.rmSync(busyFile, { force: true })
}

function readIfThere(file) {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch {
    return null
  }
}

function ageMs(file) {
  try {
    return Date.now() - fs.statSync(file).mtimeMs
  } catch {
    return 0
  }
}

function fail(error) {
  if (error instanceof SetupError) {
    process.stderr.write(`\nHoldfast could not be set up: ${error.message}.\n  ${error.why}\n  ${error.next}\n`)
  } else {
    process.stderr.write(`\nHoldfast could not be set up: ${error?.stack ?? error}\n`)
  }
  process.exit(process.exitCode || 1)
}

// A function, not a class: it must exist before the first line of the file runs it.
function SetupError(message, why, next) {
  this.message = message
  this.why = why
  this.next = next
}

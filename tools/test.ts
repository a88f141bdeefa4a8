// The runner behind `npm test`: every *.test.ts of the project in a process of its own, several side by side.
//   npm test                      all tests
//   npm test -- sql rpc/json      only files whose path contains one of the words
// HOLDFAST_TEST_CONCURRENCY: files at once (default: cores + 1, at least 2).
// HOLDFAST_TEST_TIMEOUT: seconds that one file may take (default 300).
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { isTestFile, listFiles } from './layers/tree.ts'
import type { TestResult } from './test-events.ts'

const areas = ['framework', 'apps', 'client', 'platform', 'tools', 'promises', 'tests']
const events = join(import.meta.dirname, 'test-events.ts')
const mostOutputBytes = 200_000

interface FileRun {
  readonly file: string
  readonly results: readonly TestResult[]
  /** What went wrong with the file as a whole: crash, time-out, no tests; null when nothing did. */
  readonly trouble: string | null
  /** Whether a process that it started outlived it. */
  readonly leftOver: boolean
  readonly output: string
  readonly durationMs: number
}

interface Totals {
  passed: number
  failed: number
  skipped: number
}

const running = new Set<ChildProcess>()
let isStopping = false

/** Runs the test files below `root` whose path contains one of `words` (all when none); returns the exit code. */
export async function runTests(root: string, words: readonly string[]): Promise<number> {
  const files = listFiles(
    root,
    areas,
    (path) => isTestFile(path) && (words.length === 0 || words.some((word) => path.includes(word))),
  )
  const temporary = mkdtempSync(join(tmpdir(), 'holdfast-test-'))
  const totals: Totals = { passed: 0, failed: 0, skipped: 0 }
  const runs: FileRun[] = []
  const planned = plan(files)
  const waiting = [...planned]
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined && !isStopping; next = waiting.shift()) {
      const run = await runFile(root, next, join(temporary, `${runs.length}-${waiting.length}.jsonl`))
      runs.push(run)
      if (!isStopping) print(run, totals, `${runs.length}/${planned.length}`)
    }
  }
  try {
    await Promise.all(
      Array.from({ length: numberFrom('HOLDFAST_TEST_CONCURRENCY', Math.max(2, availableParallelism() + 1)) }, worker),
    )
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
  printEnd(runs, totals, words)
  return totals.failed > 0 || totals.passed + totals.skipped === 0 || isStopping ? 1 : 0
}

interface Planned {
  readonly file: string
  readonly label: string
  readonly env: Readonly<Record<string, string>>
}

/** Suites whose subject is what PostgreSQL does: they run on the system's PostgreSQL as well, where there is one. */
const bothEngines = [
  'framework/orm/',
  'framework/access/',
  'framework/modules/schema/',
  'apps/sales/',
  'platform/backups/backups.test.ts',
]

/** Among them one that starts the others over and over: what it asks is the same whatever PostgreSQL does. */
const aboutOurCode = 'framework/access/mutation.test.ts'

// Files whose path was asked for by name run once, as asked.
function plan(files: readonly string[]): Planned[] {
  const once = files.map((file) => ({ file, label: file, env: {} }))
  const bin = process.env.HOLDFAST_POSTGRES_BIN ? undefined : systemPostgres()
  if (bin === undefined) return once
  const again = files.filter((file) => file !== aboutOurCode && bothEngines.some((prefix) => file.startsWith(prefix)))
  return [...once, ...again.map((file) => ({ file, label: `${file} on ${bin}`, env: { HOLDFAST_POSTGRES_BIN: bin } }))]
}

/** Binaries of the newest PostgreSQL (15 or later) that the system brings, where Debian and its kin put them. */
function systemPostgres(): string | undefined {
  const base = '/usr/lib/postgresql'
  const versions = existsSync(base) ? readdirSync(base).map(Number) : []
  const newest = Math.max(0, ...versions.filter((version) => version >= 15))
  const bin = join(base, String(newest), 'bin')
  return existsSync(join(bin, 'initdb')) ? bin : undefined
}

function numberFrom(name: string, fallback: number): number {
  const value = Number(process.env[name])
  return Number.isFinite(value) && value > 0 ? value : fallback
}

async function runFile(root: string, planned: Planned, eventFile: string): Promise<FileRun> {
  const { file, label } = planned
  const limitSeconds = numberFrom('HOLDFAST_TEST_TIMEOUT', 300)
  const started = performance.now()
  // The runner may itself be under test: its children must not take its parent for theirs.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const args = ['--enable-source-maps', `--test-reporter=${events}`, `--test-reporter-destination=${eventFile}`, file]
  // A process group of its own, so that a time-out ends what the file started as well.
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...env, ...planned.env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.add(child)
  const output = collect(child)
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    killGroup(child, 'SIGKILL')
  }, limitSeconds * 1000)
  const { code, signal } = await ended(child)
  clearTimeout(timer)
  running.delete(child)
  const leftOver = !isLate && !(await groupIsGone(child))
  killGroup(child, 'SIGKILL')
  const results = readResults(eventFile)
  const trouble = isLate ? lateTrouble(limitSeconds, results) : troubleOf(code, signal, results)
  return { file: label, results, trouble, leftOver, output: output(), durationMs: performance.now() - started }
}

function collect(child: ChildProcess): () => string {
  const parts: Buffer[] = []
  let size = 0
  const add = (part: Buffer): void => {
    size += part.length
    parts.push(part)
    // The end tells most; the beginning of an endless log goes.
    while (size > mostOutputBytes && parts.length > 1) size -= (parts.shift() as Buffer).length
  }
  child.stdout?.on('data', add)
  child.stderr?.on('data', add)
  return () => Buffer.concat(parts).toString('utf8')
}

function ended(child: ChildProcess): Promise<{ code: number | null; signal: string | null }> {
  return new Promise((done) => {
    child.once('error', (error) => done({ code: null, signal: error.message }))
    // 'exit', not 'close': a grandchild that holds the pipe open must not hold the runner.
    child.once('exit', (code, signal) => setTimeout(() => done({ code, signal }), 20))
  })
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, signal)
  } catch {
    // The group is gone, as it should be.
  }
}

/** Waits up to three seconds for the last processes of a file to end by themselves. */
async function groupIsGone(child: ChildProcess): Promise<boolean> {
  for (let tries = 0; tries < 30; tries++) {
    try {
      process.kill(-(child.pid ?? 0), 0)
    } catch {
      return true
    }
    await new Promise((done) => setTimeout(done, 100))
  }
  return false
}

function readResults(eventFile: string): TestResult[] {
  let text: string
  try {
    text = readFileSync(eventFile, 'utf8')
  } catch {
    return []
  }
  // A killed process may leave half a line.
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  return whole.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as TestResult]))
}

function lateTrouble(limitSeconds: number, results: readonly TestResult[]): string {
  const last = results.at(-1)
  const where = last ? `the last test that ended is “${last.name}”` : 'no test ended'
  return `took more than ${limitSeconds} s and was stopped; ${where} (a test hangs, or something stays open after the last)`
}

function troubleOf(code: number | null, signal: string | null, results: readonly TestResult[]): string | null {
  const hasFailed = results.some((one) => one.outcome === 'failed')
  if (signal !== null) return `was ended by ${signal}`
  if (code !== 0 && !hasFailed) return `ended with exit code ${code} though no test failed`
  if (results.length === 0) return 'holds no tests'
  return null
}

function print(run: FileRun, totals: Totals, progress: string): void {
  // A test that holds other tests fails with them; only the innermost counts and is shown.
  const failed = run.results.filter((one) => one.outcome === 'failed' && !one.isEcho)
  const skipped = run.results.filter((one) => one.outcome === 'skipped')
  const passed = run.results.filter((one) => one.outcome === 'passed' && !one.isSuite)
  totals.passed += passed.length
  totals.skipped += skipped.length
  totals.failed += failed.length + (run.trouble ? 1 : 0)
  const isGood = failed.length === 0 && !run.trouble
  console.log(
    `${isGood ? 'ok  ' : 'FAIL'} ${progress} ${run.file} (${passed.length} passed, ${seconds(run.durationMs)})`,
  )
  for (const one of skipped) console.log(`     skipped: ${one.name} (${one.reason})`)
  if (run.leftOver) console.log('     left processes running; they were ended')
  if (isGood) return
  for (const one of failed) console.log(`\n     FAILED: ${one.name}\n${indent(one.error ?? '')}`)
  if (run.trouble) console.log(`\n     FAILED: ${run.file} ${run.trouble}`)
  if (run.output.trim() !== '') console.log(`\n     Output of ${run.file}:\n${indent(run.output.trimEnd())}\n`)
}

function printEnd(runs: readonly FileRun[], totals: Totals, words: readonly string[]): void {
  const slowest = [...runs].sort((a, b) => b.durationMs - a.durationMs).slice(0, 10)
  if (slowest.length > 0) console.log('\nSlowest files:')
  for (const run of slowest) console.log(`  ${seconds(run.durationMs).padStart(8)}  ${run.file}`)
  const bad = runs.filter((run) => run.trouble || run.results.some((one) => one.outcome === 'failed'))
  if (bad.length > 0) console.log(`\nFailed files:\n${bad.map((run) => `  ${run.file}`).join('\n')}`)
  if (runs.length === 0)
    console.log(words.length > 0 ? `No test file has ${words.join(' or ')} in its path.` : 'No tests.')
  const skipped = totals.skipped > 0 ? `, ${totals.skipped} skipped` : ''
  console.log(`\n${totals.passed} passed, ${totals.failed} failed${skipped}`)
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}

function indent(text: string): string {
  return text.replace(/^/gm, '       ')
}

function stopAll(signal: NodeJS.Signals): void {
  if (isStopping) for (const child of running) killGroup(child, 'SIGKILL')
  isStopping = true
  for (const child of running) killGroup(child, signal)
}

if (import.meta.main) {
  process.on('SIGINT', stopAll)
  process.on('SIGTERM', stopAll)
  process.exitCode = await runTests(resolve(import.meta.dirname, '..'), process.argv.slice(2))
}

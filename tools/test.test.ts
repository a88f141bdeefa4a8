import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

const head = `import assert from 'node:assert/strict'\nimport { test, describe } from 'node:test'\n`

/** Runs the runner on a project of these test files. */
function run(
  files: Record<string, string>,
  words: string[] = [],
  env: Record<string, string> = {},
): { code: number | null; out: string } {
  const root = mkdtempSync(join(tmpdir(), 'holdfast-runner-'))
  try {
    mkdirSync(join(root, 'framework'))
    for (const [name, text] of Object.entries(files)) writeFileSync(join(root, 'framework', name), head + text)
    const runner = join(import.meta.dirname, 'test.ts')
    const script = `import { runTests } from ${JSON.stringify(runner)}; process.exitCode = await runTests(${JSON.stringify(root)}, ${JSON.stringify(words)})`
    const child = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
      encoding: 'utf8',
      env: { ...process.env, ...env },
      timeout: 60_000,
    })
    return { code: child.status, out: child.stdout + child.stderr }
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

const lastLine = (out: string): string | undefined => out.trimEnd().split('\n').at(-1)

test('passes are counted without their suites and end with exit code 0', () => {
  const { code, out } = run({ 'a.test.ts': `describe('s', () => { test('one', () => {}); test('two', () => {}) })` })
  assert.equal(lastLine(out), '2 passed, 0 failed')
  assert.equal(code, 0)
})

test('a failure is shown with its title, its error and the output of its file, and gives exit code 1', () => {
  const { code, out } = run({
    'a.test.ts': `console.log('said before'); test('outer', async (t) => { await t.test('the rule', () => assert.equal(41, 42)) })`,
    'b.test.ts': `test('fine', () => {})`,
  })
  assert.equal(lastLine(out), '1 passed, 1 failed')
  assert.match(out, /FAILED: the rule/)
  assert.match(out, /41 !== 42/)
  assert.match(out, /said before/)
  assert.equal(code, 1)
})

test('a skipped test is told with its reason', () => {
  const { code, out } = run({ 'a.test.ts': `test('x', { skip: 'no client here' }, () => {}); test('y', () => {})` })
  assert.match(out, /skipped: x \(no client here\)/)
  assert.equal(lastLine(out), '1 passed, 0 failed, 1 skipped')
  assert.equal(code, 0)
})

test('a file that breaks before or after its tests counts as a failure', () => {
  for (const text of [
    `throw new Error('at load')`,
    `this is no program`,
    `test('x', () => {}); process.on('exit', () => { process.exitCode = 3 })`,
  ]) {
    const { code, out } = run({ 'a.test.ts': text })
    assert.match(lastLine(out) ?? '', /passed, 1 failed$/, text)
    assert.equal(code, 1)
  }
})

test('a file without tests counts as a failure', () => {
  const { code, out } = run({ 'a.test.ts': 'export const a = assert.ok === test || describe' })
  assert.match(out, /holds no tests/)
  assert.equal(code, 1)
})

test('a file that does not end is stopped and named', () => {
  const { code, out } = run({ 'a.test.ts': `test('x', () => {}); setInterval(() => {}, 1000)` }, [], {
    HOLDFAST_TEST_TIMEOUT: '1',
  })
  assert.match(out, /a\.test\.ts took more than 1 s and was stopped; the last test that ended is “x”/)
  assert.equal(lastLine(out), '1 passed, 1 failed')
  assert.equal(code, 1)
})

test('words choose files by their path, and no match is no success', () => {
  const files = { 'a.test.ts': `test('x', () => {})`, 'b.test.ts': `test('y', () => assert.fail())` }
  assert.equal(lastLine(run(files, ['work/a.t']).out), '1 passed, 0 failed')
  const none = run(files, ['nothing'])
  assert.equal(lastLine(none.out), '0 passed, 0 failed')
  assert.equal(none.code, 1)
})

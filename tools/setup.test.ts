import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'

const project = join(import.meta.dirname, '..')

/** A checkout with an npm of our own that does what `npm` says and writes a line per call to npm-calls. */
function checkout(t: TestContext, npm = 'sleep 0.3'): { root: string; env: NodeJS.ProcessEnv } {
  const root = mkdtempSync(join(tmpdir(), 'holdfast-setup-'))
  t.after(() => rmSync(root, { recursive: true, force: true }))
  for (const path of ['tools', 'bin', 'platform/cli', 'path']) mkdirSync(join(root, path), { recursive: true })
  cpSync(join(project, 'tools/setup.cjs'), join(root, 'tools/setup.cjs'))
  cpSync(join(project, 'bin/holdfast'), join(root, 'bin/holdfast'))
  writeFileSync(join(root, 'package-lock.json'), '{"packages":{}}')
  const words = `rm -rf node_modules; mkdir -p node_modules/.bin; ln -s '${process.execPath}' node_modules/.bin/node`
  writeFileSync(join(root, 'path/npm'), `#!/bin/sh\necho "$*" >> npm-calls\necho from npm\n${words}\n${npm}\n`)
  chmodSync(join(root, 'path/npm'), 0o755)
  symlinkSync(process.execPath, join(root, 'path/node'))
  const { npm_execpath: _, ...rest } = process.env
  return { root, env: { ...rest, PATH: `${join(root, 'path')}:/usr/bin:/bin` } }
}

function setUp({ root, env }: ReturnType<typeof checkout>): { code: number | null; out: string; err: string } {
  const run = spawnSync(process.execPath, [join(root, 'tools/setup.cjs')], { env, encoding: 'utf8', timeout: 30_000 })
  return { code: run.status, out: run.stdout, err: run.stderr }
}

const calls = (root: string): string[] => readFileSync(join(root, 'npm-calls'), 'utf8').trimEnd().split('\n')

test('a fresh checkout is set up once, without install scripts and without a word on stdout', (t) => {
  const place = checkout(t)
  assert.deepEqual([setUp(place).code, setUp(place).code], [0, 0])
  assert.deepEqual(calls(place.root), ['ci --ignore-scripts --loglevel=error --no-audit --no-fund'])
  writeFileSync(join(place.root, 'package-lock.json'), '{"packages":{"":{}}}')
  assert.equal(setUp(place).out, '')
  assert.equal(calls(place.root).length, 2)
})

test('two set-ups at once install once', async (t) => {
  const { root, env } = checkout(t)
  const start = (): Promise<unknown[]> =>
    once(spawn(process.execPath, [join(root, 'tools/setup.cjs')], { env }), 'exit')
  const ends = await Promise.all([start(), start(), start()])
  assert.deepEqual(
    ends.map(([code]) => code),
    [0, 0, 0],
  )
  assert.equal(calls(root).length, 1)
  assert.equal(existsSync(join(root, '.setup-lock')), false)
})

test('the lock of a set-up that was killed is taken over', (t) => {
  const place = checkout(t)
  const dead = spawnSync('true').pid
  writeFileSync(join(place.root, '.setup-lock'), `${dead} 0`)
  assert.equal(setUp(place).code, 0)
  assert.equal(existsSync(join(place.root, '.setup-lock')), false)
})

test('a failed installation says what, why and what next, and is tried again', (t) => {
  const place = checkout(t, 'exit 7')
  for (const round of [1, 2]) {
    const { code, err } = setUp(place)
    assert.equal(code, 1)
    assert.match(err, /could not be set up: npm ci ended with exit code 7/)
    assert.match(err, /run the same command again/)
    assert.equal(calls(place.root).length, round)
  }
})

test('an installation without Node 24 is refused', (t) => {
  const { code, err } = setUp(
    checkout(
      t,
      `printf '#!/bin/sh\\necho v20.1.0\\n' > n; chmod +x n; rm node_modules/.bin/node; mv n node_modules/.bin/node`,
    ),
  )
  assert.equal(code, 1)
  assert.match(err, /node_modules\/\.bin\/node is v20\.1\.0/)
})

test('a tree that npm install brought to the lock file is taken as it is', (t) => {
  const place = checkout(t)
  const entry = { version: '1.0.0', integrity: 'sha512-x' }
  const lock = JSON.stringify({
    packages: { '': {}, 'node_modules/a': entry, 'node_modules/b': { ...entry, optional: true } },
  })
  writeFileSync(join(place.root, 'package-lock.json'), lock)
  mkdirSync(join(place.root, 'node_modules/.bin'), { recursive: true })
  mkdirSync(join(place.root, 'node_modules/a'))
  writeFileSync(join(place.root, 'node_modules/a/package.json'), '{}')
  symlinkSync(process.execPath, join(place.root, 'node_modules/.bin/node'))
  writeFileSync(
    join(place.root, 'node_modules/.package-lock.json'),
    JSON.stringify({ packages: { 'node_modules/a': entry } }),
  )
  assert.equal(setUp(place).code, 0)
  assert.equal(existsSync(join(place.root, 'npm-calls')), false)
})

const program = `
process.on('SIGTERM', () => { console.error('stopped in order'); process.exit(0) })
process.on('SIGINT', () => { console.error('interrupted in order'); process.exit(0) })
console.log(JSON.stringify({ pid: process.pid, args: process.argv.slice(2) }))
if (process.argv[2] === 'up') setInterval(() => {}, 1000)
`

test('bin/holdfast runs from any folder, through links, with its arguments, set-up included and stdout clean', (t) => {
  const { root, env } = checkout(t)
  writeFileSync(join(root, 'platform/cli/main.ts'), program)
  mkdirSync(join(root, 'else where'))
  symlinkSync('../bin/holdfast', join(root, 'else where/one'))
  symlinkSync('one', join(root, 'else where/two'))
  const run = spawnSync('./two', ['tenant', 'a b', '--json'], { cwd: join(root, 'else where'), env, encoding: 'utf8' })
  assert.equal(run.status, 0, run.stderr)
  assert.deepEqual(JSON.parse(run.stdout).args, ['tenant', 'a b', '--json'])
  assert.match(run.stderr, /from npm/)
})

for (const [signal, words] of [
  ['SIGTERM', 'stopped in order'],
  ['SIGINT', 'interrupted in order'],
] as const) {
  test(`${signal} sent to bin/holdfast reaches the program itself`, async (t) => {
    const { root, env } = checkout(t)
    writeFileSync(join(root, 'platform/cli/main.ts'), program)
    const child = spawn(join(root, 'bin/holdfast'), ['up'], { env })
    let said = ''
    child.stderr.on('data', (part) => {
      said += part
    })
    const [line] = await once(child.stdout, 'data')
    assert.equal(JSON.parse(String(line)).pid, child.pid)
    child.kill(signal)
    const [code] = await once(child, 'close')
    assert.equal(code, 0)
    assert.match(said, new RegExp(words))
  })
}

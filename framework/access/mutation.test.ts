import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Mutant } from '../testing/mutants/mutant.ts'
import { mutants } from '../testing/mutants/mutants.ts'

/** A few per run, others each day; HOLDFAST_MUTANTS=all tries every one of them (minutes). */
const perRun = 4
const day = Math.floor(Date.now() / 86_400_000)
const chosen =
  process.env.HOLDFAST_MUTANTS === 'all'
    ? mutants
    : Array.from({ length: perRun }, (_, i) => mutants[(day * perRun + i) % mutants.length] as Mutant)
const hook = join(import.meta.dirname, '..', 'testing', 'mutants', 'hook.ts')

/** Exit code of a test file, run with one clause taken away (or none), and what it printed. */
function run(file: string, mutant: string | null): Promise<{ readonly code: number | null; readonly text: string }> {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const options = mutant === null ? [] : ['--import', hook]
  const child = spawn(process.execPath, [...options, join(import.meta.dirname, file)], {
    env: { ...env, HOLDFAST_MUTANT: mutant ?? '', HOLDFAST_CASES: '1200', HOLDFAST_SEED: '11' },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 90_000,
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += String(chunk)))
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, text })))
}

for (const { name, test: file } of chosen) {
  test(`${file} notices when a clause is gone: ${name}`, async () => {
    const { code, text } = await run(file, name)
    assert.doesNotMatch(text, /TypeError: (The clause|There is no mutant)|SyntaxError/, 'the mutant itself is broken')
    assert.match(text, /AssertionError|AccessError|InvalidRequestError/, 'red has to come from the attack')
    assert.equal(code, 1)
  })
}

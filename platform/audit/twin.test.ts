import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { type AuditMutant, auditMutants } from '../../framework/testing/mutants/audit-mutants.ts'

/** Those that need no database every time, two of the others per day; HOLDFAST_MUTANTS=all tries every one of them. */
const slow = auditMutants.filter(({ test: file }) => !isQuick(file))
const day = Math.floor(Date.now() / 86_400_000)
const chosen =
  process.env.HOLDFAST_MUTANTS === 'all'
    ? auditMutants
    : [
        ...auditMutants.filter(({ test: file }) => isQuick(file)),
        ...[0, 1].map((i) => slow[(day * 2 + i) % slow.length] as AuditMutant),
      ]
const hook = join(import.meta.dirname, '..', '..', 'framework', 'testing', 'mutants', 'hook.ts')

function isQuick(file: string): boolean {
  return file.endsWith('judge.test.ts') || file.endsWith('tree.test.ts')
}

function run({ name, test: file }: AuditMutant): Promise<{ readonly code: number | null; readonly text: string }> {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const child = spawn(process.execPath, ['--import', hook, join(import.meta.dirname, file)], {
    env: { ...env, HOLDFAST_MUTANT: name },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 90_000,
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += String(chunk)))
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, text })))
}

for (const mutant of chosen) {
  test(`${mutant.test} notices when a clause is gone: ${mutant.name}`, async () => {
    const { code, text } = await run(mutant)
    assert.doesNotMatch(text, /TypeError: (The clause|There is no mutant)|SyntaxError/, 'the mutant itself is broken')
    assert.match(text, /AssertionError|ConstraintViolation|ERR_/, 'red has to come from the attack')
    assert.equal(code, 1)
  })
}

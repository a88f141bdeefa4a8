import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { type Derived, deriveMutants, guarded } from './derive.ts'
import { knownSurvivors, tryMutant } from './mutate.ts'
import { pageOf } from './page.ts'
import { readProof } from './proof.ts'
import { runSuite } from './run-suite.ts'
import { type Twin, twins } from './twins.ts'

const root = join(import.meta.dirname, '..', '..')
const day = Math.floor(Date.now() / 86_400_000)
const ofToday = <T>(list: readonly T[], nth = 0): T => list[(day + nth * 7) % list.length] as T

describe('mutants derived from the sources', () => {
  const derived = deriveMutants(root)

  it('are there for every guarded file, each under a name of its own', () => {
    assert.ok(derived.length > 400, String(derived.length))
    assert.equal(new Set(derived.map(({ id }) => id)).size, derived.length)
    for (const file of guarded)
      assert.ok(
        derived.some((one) => one.file === file),
        file,
      )
  })

  it('that are known to change nothing are still there, and each says why', () => {
    for (const [id, reason] of Object.entries(knownSurvivors(root))) {
      assert.ok(
        derived.some((one) => one.id === id),
        `${id} is gone: remove its line`,
      )
      assert.ok(reason.length > 20, id)
    }
  })

  it('are noticed: one of those that the long run saw noticed, another one each day', async () => {
    const { noticed } = (await readProof()).mutants
    const left = derived.filter(({ id }) => id in noticed)
    assert.ok(left.length > 0, `only ${left.length} clauses of the last long run are left: run it again`)
    const { fate, mutant } = await tryMutant(root, ofToday<Derived>(left))
    assert.notEqual(fate, 'survived', `${mutant.id}: ${mutant.clause}`)
  })
})

describe('broken twins', () => {
  it('have one seeded hole each, in a clause that is there', () => {
    for (const { name, file, clause } of twins)
      assert.ok(readFileSync(join(root, file), 'utf8').includes(clause), `${name}: the clause is no longer in ${file}`)
  })

  it('turn their suite red: one of them, another one each day', async () => {
    const { name, suite, only, ...seeded } = ofToday<Twin>(twins)
    const run = await runSuite(root, suite, { seeded, only, env: { HOLDFAST_CASES: '2500', HOLDFAST_SEED: '11' } })
    assert.equal(run.is, 'red', name)
    assert.match(run.text, /AssertionError/, 'red has to come from the attack')
  })
})

it('the page of the proof says what its figures say', async () => {
  const written = readFileSync(join(root, 'docs/security/proof.md'), 'utf8')
  assert.equal(written, pageOf(await readProof()))
})

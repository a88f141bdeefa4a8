import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import {
  edit,
  findPromiseFaults,
  type PromiseFile,
  readPromises,
  stateOf,
  testTitles,
  writeReadme,
} from './promises.ts'
import { hasShared, sharedPath } from './shared.ts'

const file = 'promises/software/csrf.json'
const code = 'framework/http/csrf.ts'
const testFile = 'framework/http/csrf.test.ts'
const mark = '// Keeps promise: software/csrf\nexport const a = 1\n'
const kept: PromiseFile = {
  id: 'software/csrf',
  sentence: { en: 'Forged requests fail.', nl: 'Vervalste verzoeken mislukken.' },
  figures: null,
  needs: ['test'],
  evidence: [{ kind: 'test', file: testFile, title: 'a forged request is refused' }],
}
const cleanFiles: Record<string, string> = {
  [code]: mark,
  [testFile]: `test('a forged request is refused', () => {})`,
}

/** Makes a project of one promise and these files, with its table written, and gives the faults after `spoil`. */
function faultsOf(promise: unknown, files = cleanFiles, spoil: (root: string) => void = () => {}): string[] {
  return inProject(promise, files, (root) => {
    spoil(root)
    return findPromiseFaults(root).map((fault) => `${fault.file}: ${fault.message}`)
  })
}

function inProject<T>(promise: unknown, files: Record<string, string>, use: (root: string) => T): T {
  const root = mkdtempSync(join(tmpdir(), 'holdfast-promises-'))
  const put = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  try {
    for (const [path, text] of Object.entries(files)) put(path, text)
    put(file, JSON.stringify(kept))
    writeReadme(root)
    put(file, typeof promise === 'string' ? promise : JSON.stringify(promise))
    if (isWhole(promise)) writeReadme(root)
    return use(root)
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

function isWhole(promise: unknown): boolean {
  return typeof promise === 'object' && promise !== null && Array.isArray((promise as PromiseFile).evidence)
}

function refuses(promise: unknown, what: RegExp, files = cleanFiles): void {
  const faults = faultsOf(promise, files)
  assert.ok(
    faults.some((one) => what.test(one)),
    `expected ${what}, found ${JSON.stringify(faults)}`,
  )
}

test('a promise with its marked line and its test is in order', () => {
  assert.deepEqual(faultsOf(kept), [])
})

test('a promise that is still to do is in order and says what is missing', () => {
  assert.deepEqual(faultsOf({ ...kept, evidence: [{ kind: 'todo', missing: 'all of it' }] }, {}), [])
})

test('a kept promise without a marked line is refused', () => {
  refuses(kept, /no line of code is marked/, { ...cleanFiles, [code]: 'export const a = 1' })
})

test('a mark in a test file does not count as code', () => {
  refuses(kept, /no line of code is marked/, { [testFile]: mark + cleanFiles[testFile] })
})

test('a mark that names no promise is refused, with its line', () => {
  const faults = inProject(
    kept,
    { ...cleanFiles, [code]: `${mark}// Keeps promise: software/nothing` },
    findPromiseFaults,
  )
  assert.deepEqual(
    faults.map(({ file: where, line }) => ({ where, line })),
    [{ where: code, line: 3 }],
  )
  refuses(kept, /names no promise/, { ...cleanFiles, [code]: `${mark}// Keeps promise: csrf` })
})

test('one mark may name several promises, and words after them explain', () => {
  const several = '// Keeps promise: software/csrf, software/other (the second half).'
  refuses(kept, /“Keeps promise: software\/other” names no promise/, { ...cleanFiles, [code]: several })
})

test('a kept promise that names no test is refused', () => {
  const probe = { ...kept, needs: ['probe'], evidence: [{ kind: 'probe', file: code, title: 'x' }] }
  refuses(probe, /names no test/, { [code]: `${mark}probe('x', f)` })
})

test('evidence in a missing file is refused', () => {
  refuses(kept, /does not exist/, { [code]: mark })
})

test('evidence with a title that no running test has is refused', () => {
  for (const text of [
    `test('another title', () => {})`,
    `// test('a forged request is refused')`,
    `const a = 'a forged request is refused'`,
    `test.skip('a forged request is refused', () => {})`,
    `test('a forged request is refused', { skip: true }, () => {})`,
    `test.todo('a forged request is refused')`,
  ]) {
    refuses(kept, /no running test titled/, { [code]: mark, [testFile]: text })
  }
})

test('test evidence outside a test file is refused', () => {
  const misplaced = { ...kept, evidence: [{ kind: 'test', file: code, title: 'x' }] }
  refuses(misplaced, /is no test file/, { [code]: `${mark}test('x')` })
})

test('an attestation that has expired or has no date is refused', () => {
  const attest = (expires?: string): unknown => ({
    ...kept,
    evidence: [
      ...kept.evidence,
      { kind: 'attest', file: 'docs/a.md', title: 'Guards', ...(expires ? { expires } : {}) },
    ],
  })
  const files = { ...cleanFiles, 'docs/a.md': 'x' }
  refuses(attest('2020-01-01'), /expired on 2020-01-01/, files)
  refuses(attest(), /needs a date/, files)
  assert.deepEqual(faultsOf(attest('2999-01-01'), files), [])
})

test('a promise file of the wrong shape is refused', () => {
  refuses('{', /is not JSON/)
  refuses({ ...kept, id: 'software/other' }, /id must be its path/)
  refuses({ ...kept, sentence: { en: 'x' } }, /English \(en\) and Dutch \(nl\)/)
  refuses({ ...kept, figures: { floor: { en: '1' } } }, /figures need a floor/)
  refuses({ ...kept, needs: ['hope'] }, /needs must list/)
  refuses({ ...kept, evidence: [] }, /must not be empty/)
  refuses({ ...kept, evidence: [{ kind: 'todo' }] }, /each evidence is/)
})

test('a stale or missing table is refused', () => {
  const stale = faultsOf(kept, cleanFiles, (root) => writeFileSync(join(root, 'promises/README.md'), 'old'))
  assert.match(stale.join(), /is stale/)
  const missing = faultsOf(kept, cleanFiles, (root) => rmSync(join(root, 'promises/README.md')))
  assert.match(missing.join(), /is stale/)
})

test('a promise counts as kept only with every kind of evidence that it needs and nothing missing', () => {
  assert.equal(stateOf(kept), 'kept')
  assert.equal(stateOf({ ...kept, needs: ['test', 'drill'] }), 'partly')
  assert.equal(stateOf({ ...kept, evidence: [...kept.evidence, { kind: 'todo', missing: 'x' }] }), 'partly')
  assert.equal(stateOf({ ...kept, evidence: [{ kind: 'todo', missing: 'x' }] }), 'todo')
})

test('two commands flip a promise from to do to kept', () => {
  const todo = { ...kept, evidence: [{ kind: 'todo', missing: 'all' }] }
  inProject(todo, cleanFiles, (root) => {
    assert.match(edit(root, ['done', 'software/csrf']) ?? '', /no evidence yet/)
    assert.equal(edit(root, ['keep', 'software/csrf', testFile, 'a forged request is refused']), null)
    assert.equal(stateOf(readPromises(root)[0] as PromiseFile), 'partly')
    assert.equal(edit(root, ['done', 'software/csrf']), null)
    assert.equal(stateOf(readPromises(root)[0] as PromiseFile), 'kept')
    assert.deepEqual(findPromiseFaults(root), [])
    assert.match(edit(root, ['keep', 'software/none', testFile, 'x']) ?? '', /no promise/)
  })
})

test('titles are found in tests, suites and subtests', () => {
  assert.deepEqual(
    [...testTitles("test('a', f); describe(`b`, f); t.test('c', {}, f); it(\"d\")")],
    ['a', 'b', 'c', 'd'],
  )
})

test('every published promise has its file', {
  skip: hasShared('PROMISES.md') ? false : 'no shared material here',
}, () => {
  const published = [...readFileSync(sharedPath('PROMISES.md'), 'utf8').matchAll(/^\| ([a-z]+\/[a-z0-9-]+) \|/gm)]
  const own = readPromises(join(import.meta.dirname, '..')).map((promise) => promise.id)
  assert.ok(published.length > 40)
  assert.deepEqual(own.sort(), published.map((match) => match[1]).sort())
})

// Ties each published promise to the code that keeps it and the test that shows it, and writes promises/README.md.
//   node tools/promises.ts                                check
//   node tools/promises.ts write                          rewrite promises/README.md
//   node tools/promises.ts keep ID FILE 'TITLE' [KIND]    add evidence (test, drill, probe, attest)
//   node tools/promises.ts done ID                        drop what is written as missing: the promise is kept
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isTestFile, listFiles } from './layers/tree.ts'
import { tokenize } from './layers/tokens.ts'

const kinds = ['test', 'drill', 'probe', 'attest'] as const

/** How a promise can be shown: on every commit, on a schedule, on the live system, by a dated document. */
export type EvidenceKind = (typeof kinds)[number]

/** What shows a promise: a titled test, drill or probe in a file, or a document; or, as `todo`, what is still missing. */
export type Evidence =
  | { readonly kind: 'test' | 'drill' | 'probe'; readonly file: string; readonly title: string }
  | { readonly kind: 'attest'; readonly file: string; readonly title: string; readonly expires: string }
  | { readonly kind: 'todo'; readonly missing: string }

/** A text in both languages of the published page. */
export interface Bilingual {
  readonly en: string
  readonly nl: string
}

/** One published promise: the content of promises/<area>/<slug>.json. */
export interface PromiseFile {
  readonly id: string
  readonly sentence: Bilingual
  /** What customers are told at least, and what we hold ourselves to; null where the promise has no figure. */
  readonly figures: { readonly floor: Bilingual; readonly ours: Bilingual | null } | null
  /** The kinds of evidence without which it does not count as kept. */
  readonly needs: readonly EvidenceKind[]
  readonly evidence: readonly Evidence[]
}

/** Derived, never written down: `todo` has no evidence yet, `partly` some, `kept` all that it needs. */
export type PromiseState = 'todo' | 'partly' | 'kept'

interface PromiseFault {
  readonly file: string
  readonly line: number
  readonly rule: string
  readonly message: string
}

interface Mark {
  readonly id: string
  readonly file: string
  readonly line: number
}

const readme = 'promises/README.md'
const codeAreas = ['framework', 'apps', 'client', 'platform', 'bin']
const markPattern = /Keeps promise:\s*(.*)$/gm
const idPattern = /^[a-z0-9-]+\/[a-z0-9-]+$/

/** The state of a promise by its evidence. */
export function stateOf(promise: PromiseFile): PromiseState {
  const shown = promise.evidence.filter((one) => one.kind !== 'todo')
  if (shown.length === 0) return 'todo'
  const isComplete =
    shown.length === promise.evidence.length && promise.needs.every((kind) => shown.some((one) => one.kind === kind))
  return isComplete ? 'kept' : 'partly'
}

/** All promises of a project, by id. */
export function readPromises(root: string): PromiseFile[] {
  return promisePaths(root).map((path) => JSON.parse(readFileSync(join(root, path), 'utf8')) as PromiseFile)
}

/** Everything that is not in order between promises, code and tests of the project below `root`. */
export function findPromiseFaults(root: string): PromiseFault[] {
  const faults: PromiseFault[] = []
  const promises: PromiseFile[] = []
  const add = (file: string, message: string, line = 1): void => {
    faults.push({ file, line, rule: 'promise', message })
  }
  for (const path of promisePaths(root)) {
    const promise = parse(root, path, (message) => add(path, message))
    if (promise) promises.push(promise)
  }
  if (promises.length === 0) add('promises', 'holds no promise')
  const marks = findMarks(root)
  for (const mark of marks) {
    if (!promises.some((promise) => promise.id === mark.id)) {
      add(mark.file, `“Keeps promise: ${mark.id}” names no promise`, mark.line)
    }
  }
  for (const promise of promises) {
    const path = pathOf(promise.id)
    for (const message of evidenceFaults(root, promise)) add(path, message)
    const state = stateOf(promise)
    const isMarked = marks.some((mark) => mark.id === promise.id)
    const isTested = promise.evidence.some((one) => one.kind === 'test')
    if (state === 'kept' && !isTested) add(path, 'counts as kept but names no test')
    if ((state === 'kept' || isTested) && !isMarked) {
      add(path, `no line of code is marked “// Keeps promise: ${promise.id}”`)
    }
  }
  const isWritten =
    existsSync(join(root, readme)) && readFileSync(join(root, readme), 'utf8') === renderReadme(promises, marks)
  if (!isWritten && faults.length === 0) add(readme, 'is stale: run `npm run check -- promises --fix`')
  return faults
}

/** Writes the table of all promises for readers. */
export function writeReadme(root: string): void {
  writeFileSync(join(root, readme), renderReadme(readPromises(root), findMarks(root)))
}

function pathOf(id: string): string {
  return `promises/${id}.json`
}

function promisePaths(root: string): string[] {
  return listFiles(root, ['promises'], (path) => path.endsWith('.json'))
}

function parse(root: string, path: string, fail: (message: string) => void): PromiseFile | null {
  let value: PromiseFile
  try {
    value = JSON.parse(readFileSync(join(root, path), 'utf8')) as PromiseFile
  } catch {
    fail('is not JSON')
    return null
  }
  const complaint = shapeFault(value, path)
  if (complaint) fail(complaint)
  return complaint ? null : value
}

/** What is wrong with the shape of a promise file; null when nothing is. */
function shapeFault(value: PromiseFile, path: string): string | null {
  const isText = (text: unknown): boolean => typeof text === 'string' && text.trim() !== ''
  const isBoth = (text: Bilingual | null | undefined): boolean => isText(text?.en) && isText(text?.nl)
  if (!idPattern.test(value.id ?? '') || pathOf(value.id) !== path) return 'its id must be its path: area/slug'
  if (!isBoth(value.sentence)) return 'its sentence must stand in English (en) and Dutch (nl)'
  if (value.figures === undefined) return 'figures must be given, or null'
  if (
    value.figures !== null &&
    !(isBoth(value.figures.floor) && (value.figures.ours === null || isBoth(value.figures.ours)))
  ) {
    return 'figures need a floor and ours (or null), each in en and nl'
  }
  if (!Array.isArray(value.needs) || value.needs.length === 0 || !value.needs.every((kind) => kinds.includes(kind))) {
    return `needs must list one or more of ${kinds.join(', ')}`
  }
  if (!Array.isArray(value.evidence) || value.evidence.length === 0) return 'evidence must not be empty; use todo'
  for (const one of value.evidence) {
    if (
      one.kind === 'todo' ? !isText(one.missing) : !(kinds.includes(one.kind) && isText(one.file) && isText(one.title))
    ) {
      return 'each evidence is a todo with what is missing, or a kind with file and title'
    }
  }
  return null
}

function evidenceFaults(root: string, promise: PromiseFile): string[] {
  return promise.evidence.flatMap((one) => {
    if (one.kind === 'todo') return []
    const path = join(root, one.file)
    if (!existsSync(path)) return [`${one.kind} evidence names ${one.file}, which does not exist`]
    if (one.kind === 'attest') {
      const expires = Date.parse(one.expires ?? '')
      if (Number.isNaN(expires)) return [`the attestation ${one.file} needs a date in expires`]
      return expires < Date.now() ? [`the attestation ${one.file} expired on ${one.expires}`] : []
    }
    if (one.kind === 'test' && !isTestFile(one.file)) return [`${one.file} is no test file`]
    const titles = testTitles(readFileSync(path, 'utf8'))
    return titles.has(one.title) ? [] : [`${one.file} has no running test titled “${one.title}”`]
  })
}

/** Titles of the tests and suites in a file's text, those that are skipped or to do left out. */
export function testTitles(text: string): Set<string> {
  const tokens = tokenize(text)
  const titles = new Set<string>()
  for (const [index, token] of tokens.entries()) {
    if ((token.kind !== 'string' && token.kind !== 'template') || token.text === null) continue
    if (tokens[index - 1]?.text !== '(') continue
    const word = tokens[index - 2]?.text ?? ''
    const isSet = tokens[index + 1]?.text === ',' && tokens[index + 2]?.text === '{'
    const option = tokens[index + 3]?.text
    const isOff = isSet && (option === 'skip' || option === 'todo') && tokens[index + 5]?.text === 'true'
    if (['test', 'it', 'describe', 'suite', 'drill', 'probe'].includes(word) && !isOff) titles.add(token.text)
  }
  return titles
}

function findMarks(root: string): Mark[] {
  const marks: Mark[] = []
  for (const file of listFiles(root, codeAreas, (path) => !isTestFile(path))) {
    const text = readFileSync(join(root, file), 'utf8')
    if (!text.includes('Keeps promise:')) continue
    for (const match of text.matchAll(markPattern)) {
      const line = text.slice(0, match.index).split('\n').length
      // Several ids may share a line; words after the ids explain.
      const ids = (match[1] as string).split(/,\s*/).map((part) => part.trim().split(/[\s*;.(]/, 1)[0] as string)
      const sound = ids.filter((id) => idPattern.test(id))
      for (const id of sound.length > 0 ? sound : ['(no id)']) marks.push({ id, file, line })
    }
  }
  return marks
}

function renderReadme(promises: readonly PromiseFile[], marks: readonly Mark[]): string {
  const count = (state: PromiseState): number => promises.filter((promise) => stateOf(promise) === state).length
  const lines = [
    '# The promises',
    '',
    'Written by `tools/promises.ts` from the files beside it; `npm run check` fails when it is stale.',
    '',
    `${promises.length} promises: ${count('kept')} kept, ${count('partly')} partly, ${count('todo')} to do.`,
  ]
  let area = ''
  for (const promise of [...promises].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    const own = promise.id.split('/')[0] as string
    if (own !== area) {
      area = own
      lines.push(
        '',
        `## ${area}`,
        '',
        '| promise | state | what we promise | shown by | kept in |',
        '|---|---|---|---|---|',
      )
    }
    lines.push(renderRow(promise, marks))
  }
  return `${lines.join('\n')}\n`
}

function renderRow(promise: PromiseFile, marks: readonly Mark[]): string {
  const files = [...new Set(marks.filter((mark) => mark.id === promise.id).map((mark) => mark.file))].sort()
  const { figures } = promise
  const figure = figures ? ` **${figures.floor.en}**${figures.ours ? `; ours: **${figures.ours.en}**` : ''}` : ''
  const shown = promise.evidence.map((one) =>
    one.kind === 'todo' ? `missing: ${one.missing}` : `${one.kind}: [${one.title}](../${one.file})`,
  )
  const cells = [
    `[${promise.id}](${promise.id}.json)`,
    stateOf(promise),
    `${promise.sentence.en}${figure}`,
    `needs ${promise.needs.join(', ')}<br>${shown.join('<br>')}`,
    files.map((file) => `[${file}](../${file})`).join('<br>') || '–',
  ]
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`
}

/** Changes one promise file by a command line; returns what went wrong, or null. */
export function edit(root: string, words: readonly string[]): string | null {
  const [verb, id = '', file = '', title = '', kind = 'test'] = words
  const path = join(root, pathOf(id))
  if (!idPattern.test(id) || !existsSync(path)) return `there is no promise ${id}`
  const promise = JSON.parse(readFileSync(path, 'utf8')) as PromiseFile
  let evidence = [...promise.evidence]
  if (verb === 'keep') {
    if (!['test', 'drill', 'probe'].includes(kind) || file === '' || title === '')
      return "use: keep ID FILE 'TITLE' [KIND]"
    const added = { kind: kind as 'test', file, title }
    const same = JSON.stringify(added)
    const shown = evidence.filter((one) => one.kind !== 'todo' && JSON.stringify(one) !== same)
    evidence = [...shown, added, ...evidence.filter((one) => one.kind === 'todo')]
  } else evidence = evidence.filter((one) => one.kind !== 'todo')
  if (evidence.length === 0) return `${id} has no evidence yet; add it with keep first`
  const text = JSON.stringify({ ...promise, evidence }, null, 2)
  // The formatter wants a short list of words on one line.
  const needs = `"needs": [${promise.needs.map((kind) => JSON.stringify(kind)).join(', ')}]`
  writeFileSync(path, `${text.replace(/"needs": \[[^\]]*\]/, needs)}\n`)
  writeReadme(root)
  return null
}

function main(root: string, words: readonly string[]): number {
  const [verb] = words
  if (verb === 'write') writeReadme(root)
  else if (verb === 'keep' || verb === 'done') {
    const problem = edit(root, words)
    if (problem) console.error(problem)
    if (problem) return 1
  } else if (verb !== undefined) {
    console.error('verbs: write, keep, done; without a verb it checks')
    return 2
  }
  const faults = findPromiseFaults(root)
  for (const { file, line, message } of faults) console.error(`${file}:${line} ${message}`)
  console.log(faults.length === 0 ? 'promises: in order' : `promises: ${faults.length} faults`)
  return faults.length === 0 ? 0 : 1
}

if (import.meta.main) process.exitCode = main(join(import.meta.dirname, '..'), process.argv.slice(2))

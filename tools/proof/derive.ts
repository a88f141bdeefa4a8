/**
 * Mutants of the compiler and the Grant, derived from the sources themselves: each condition, each part of a statement and
 * each question to the Grant taken away in turn. Nobody has to remember to list a new clause.
 */

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Derived {
  /** File and clause; the same as long as the clause is. */
  readonly id: string
  /** Below the root. */
  readonly file: string
  readonly line: number
  readonly what: 'condition' | 'fragment' | 'operand' | 'grant' | 'filter' | 'call'
  readonly start: number
  readonly end: number
  readonly clause: string
  readonly instead: string
}

/** What keeps access rights between a request and its statement. */
export const guarded: readonly string[] = [
  'framework/access/rights.ts',
  'framework/orm/query/scope.ts',
  'framework/orm/query/hanging.ts',
  'framework/orm/query/reference.ts',
  'framework/orm/query/spec.ts',
  'framework/orm/query/order.ts',
  'framework/orm/query/select.ts',
  'framework/orm/domain/compile.ts',
  'framework/orm/domain/relation.ts',
  'framework/orm/domain/hierarchy.ts',
  'framework/orm/domain/scalar.ts',
  'framework/orm/model/reading.ts',
  'framework/orm/model/groups/term.ts',
  'framework/orm/model/groups/key.ts',
  'framework/orm/model/groups/aggregates.ts',
  'framework/orm/write/operation.ts',
  'framework/orm/write/link-rights.ts',
  'framework/orm/write/row-rule.ts',
  'framework/orm/write/split.ts',
  'framework/orm/write/update.ts',
  'framework/orm/write/unlink.ts',
  'framework/orm/seen.ts',
]

/** All mutants of these files, in the order of their places. */
export function deriveMutants(root: string, files: readonly string[] = guarded): Derived[] {
  return files.flatMap((file) => {
    const source = readFileSync(join(root, file), 'utf8')
    const found = [
      ...conditions(source),
      ...fragments(source),
      ...operands(source),
      ...grants(source),
      ...filters(source),
      ...calls(source),
    ]
    const seen = new Map<string, number>()
    return found
      .toSorted((a, b) => a.start - b.start || a.end - b.end)
      .map((one): Derived => {
        const key = createHash('sha256').update(`${one.what} ${one.clause} ${one.instead}`).digest('hex').slice(0, 8)
        const nth = (seen.get(key) ?? 0) + 1
        seen.set(key, nth)
        const line = source.slice(0, one.start).split('\n').length
        return { ...one, file, line, id: `${file}#${key}${nth > 1 ? `.${nth}` : ''}` }
      })
  })
}

type Place = Omit<Derived, 'id' | 'file' | 'line'>

// `if (…)` never holds: the refusal, the early answer or the special case is gone.
function conditions(source: string): Place[] {
  return matches(source, /\bif \(/g).flatMap(({ index, text }) => {
    const open = index + text.length - 1
    const end = closing(source, open)
    return end < 0 ? [] : [place(source, 'condition', open + 1, end, 'false as boolean')]
  })
}

// Parts of a statement that hold a rule: `${scope.andCondition(…)}` and `AND ${…}`.
function fragments(source: string): Place[] {
  return matches(source, /( AND )?\$\{/g).flatMap(({ index, text }) => {
    const open = index + text.length - 1
    const end = closing(source, open)
    if (end < 0) return []
    const inner = source.slice(open + 1, end)
    const isRule = /andCondition|^(rule|condition|active|own|guard|either)$|\bcondition\b/.test(inner)
    return text.startsWith(' AND') || isRule ? [place(source, 'fragment', index, end + 1, '')] : []
  })
}

// One side of an `&&` between simple operands is gone.
function operands(source: string): Place[] {
  return matches(source, / && (?=[!\w(])/g).flatMap(({ index, text }) => {
    const end = operandEnd(source, index + text.length)
    return end < 0 ? [] : [place(source, 'operand', index, end, '')]
  })
}

// The Grant says yes.
function grants(source: string): Place[] {
  return matches(source, /\b(?:this\.|scope\.)?(?:env\.)?grant\.(?:field|records)\(|\bpermits\(/g).flatMap(
    ({ index, text }) => {
      const end = closing(source, index + text.length - 1)
      return end < 0 || /function $/.test(source.slice(0, index))
        ? []
        : [place(source, 'grant', index, end + 1, 'true as boolean')]
    },
  )
}

// What is filtered out stays in.
function filters(source: string): Place[] {
  return matches(source, /\s*\.filter\(/g).flatMap(({ index, text }) => {
    const end = closing(source, index + text.length - 1)
    return end < 0 ? [] : [place(source, 'filter', index, end + 1, '')]
  })
}

// A question that throws is not asked.
function calls(source: string): Place[] {
  const asking = /^[ \t]*(?:await )?(?:this\.|scope\.)?(?:require\w+|mayRead|check\w*|scope\.field)\(/gm
  return matches(source, asking).flatMap(({ index, text }) => {
    const end = closing(source, index + text.length - 1)
    const isStatement = end > 0 && /^\n/.test(source.slice(end + 1))
    return isStatement ? [place(source, 'call', index, end + 1, '')] : []
  })
}

function place(source: string, what: Derived['what'], start: number, end: number, instead: string): Place {
  return { what, start, end, clause: source.slice(start, end), instead }
}

function matches(source: string, pattern: RegExp): { readonly index: number; readonly text: string }[] {
  return [...source.matchAll(pattern)]
    .map(({ index, 0: text }) => ({ index, text }))
    .filter(({ index }) => !isComment(source, index))
}

function isComment(source: string, index: number): boolean {
  const line = source.slice(source.lastIndexOf('\n', index) + 1, index)
  return /^\s*(\/\/|\*|\/\*)/.test(line) || line.includes(' // ')
}

/** Index of what closes the bracket at `open`; texts and templates are passed over. -1: none. */
export function closing(source: string, open: number): number {
  const pairs: Readonly<Record<string, string>> = { '(': ')', '{': '}', '[': ']' }
  const waiting: string[] = []
  for (let at = open; at < source.length; at++) {
    const char = source[at] ?? ''
    if (char === "'" || char === '"') at = quoted(source, at)
    else if (char === '`') at = template(source, at)
    else if (pairs[char]) waiting.push(pairs[char])
    else if (char === waiting.at(-1)) {
      waiting.pop()
      if (waiting.length === 0) return at
    }
  }
  return -1
}

function quoted(source: string, open: number): number {
  let at = open + 1
  while (at < source.length && source[at] !== source[open]) at += source[at] === '\\' ? 2 : 1
  return at
}

function template(source: string, open: number): number {
  let at = open + 1
  while (at < source.length && source[at] !== '`') {
    if (source[at] === '\\') at += 2
    else if (source[at] === '$' && source[at + 1] === '{') at = closing(source, at + 1) + 1
    else at++
  }
  return at
}

// An operand ends where its bracket, a weaker operator or the statement does.
function operandEnd(source: string, from: number): number {
  for (let at = from; at < source.length; at++) {
    const char = source[at] ?? ''
    if (char === "'" || char === '"') at = quoted(source, at)
    else if (char === '`') at = template(source, at)
    else if ('([{'.includes(char)) at = closing(source, at)
    else if (')]},;\n'.includes(char) || /^ (&&|\|\||\?) /.test(source.slice(at, at + 4))) return at
    if (at < 0) return -1
  }
  return -1
}

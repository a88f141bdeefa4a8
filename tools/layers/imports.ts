// Reads the imports of a source file from its tokens: static, dynamic, re-exported, in types, and through require.
import type { Token } from './tokens.ts'

/** One import of a module; `names` holds what is taken ('*' for everything, 'default', or an exported name). */
export interface Import {
  /** The module's name as written; null where it is computed at run time. */
  readonly specifier: string | null
  readonly names: readonly string[]
  /** Names among `names` that exist in types only. */
  readonly typeNames: readonly string[]
  readonly line: number
}

/** The imports of one file in the order of the text. */
export function importsOf(tokens: readonly Token[]): Import[] {
  const found: Import[] = []
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index] as Token
    if (token.kind !== 'word' || isProperty(tokens, index)) continue
    const next = tokens[index + 1]
    if (token.text === 'import') {
      if (next?.text === '(' && next.kind === 'punctuation') found.push(called(tokens, index + 2, token.line))
      else if (next && next.text !== '.') pushClause(found, tokens, index + 1, token.line)
    } else if (token.text === 'export') {
      if (next?.text === '*' || next?.text === '{' || next?.text === 'type') {
        pushClause(found, tokens, index + 1, token.line)
      }
    } else if (token.text === 'require' && next?.text === '(' && next.kind === 'punctuation') {
      found.push(called(tokens, index + 2, token.line))
    }
  }
  for (const [index, token] of tokens.entries()) {
    // process.getBuiltinModule('child_process') is an import in all but name.
    if (token.kind === 'word' && token.text === 'getBuiltinModule') found.push(called(tokens, index + 2, token.line))
  }
  return found
}

function isProperty(tokens: readonly Token[], index: number): boolean {
  const before = tokens[index - 1]
  if (before?.kind !== 'punctuation' || before.text !== '.') return false
  // `...require('x')` spreads; a single dot reads a property.
  return tokens[index - 2]?.text !== '.' || tokens[index - 3]?.text !== '.'
}

function called(tokens: readonly Token[], index: number, line: number): Import {
  const argument = tokens[index]
  const after = tokens[index + 1]
  const isLiteral = argument?.kind === 'string' || argument?.kind === 'template'
  const isWhole = after?.text === ')' || after?.text === ','
  return { specifier: isLiteral && isWhole ? argument.text : null, names: ['*'], typeNames: [], line }
}

/** Reads `a, { b as c, type d } from 'x'`, `* from 'x'` or `'x'`; anything else is no import and adds nothing. */
function pushClause(found: Import[], tokens: readonly Token[], start: number, line: number): void {
  const names: string[] = []
  const typeNames: string[] = []
  let index = start
  const first = tokens[index]
  if (first?.kind === 'string') {
    found.push({ specifier: first.text, names, typeNames, line })
    return
  }
  let allTypes = false
  const second = tokens[index + 1]
  if (first?.text === 'type' && second?.text !== 'from' && second?.text !== ',' && second?.text !== '=') {
    allTypes = true
    index++
  }
  const add = (name: string, isType: boolean): void => {
    names.push(name)
    if (isType || allTypes) typeNames.push(name)
  }
  for (; index < tokens.length; index++) {
    const token = tokens[index] as Token
    if (token.kind === 'word' && token.text === 'from' && tokens[index + 1]?.kind === 'string') {
      found.push({ specifier: (tokens[index + 1] as Token).text, names, typeNames, line })
      return
    }
    if (token.text === '*' && token.kind === 'punctuation') {
      add('*', false)
      if (tokens[index + 1]?.text === 'as') index += 2
    } else if (token.text === '{') index = braces(tokens, index + 1, add)
    else if (token.kind === 'word') add('default', false)
    else if (token.text !== ',') return
  }
}

/** Reads the names between braces and returns the index of the closing one. */
function braces(tokens: readonly Token[], start: number, add: (name: string, isType: boolean) => void): number {
  let index = start
  while (index < tokens.length && tokens[index]?.text !== '}') {
    let isType = false
    const next = tokens[index + 1]
    if (tokens[index]?.text === 'type' && next?.text !== ',' && next?.text !== '}' && next?.text !== 'as') {
      isType = true
      index++
    }
    add(tokens[index]?.text ?? '', isType)
    while (index < tokens.length && tokens[index]?.text !== ',' && tokens[index]?.text !== '}') index++
    if (tokens[index]?.text === ',') index++
  }
  return index
}

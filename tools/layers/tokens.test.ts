import assert from 'node:assert/strict'
import { test } from 'node:test'
import { importsOf } from './imports.ts'
import { tokenize } from './tokens.ts'

const specifiers = (source: string): (string | null)[] => importsOf(tokenize(source)).map((one) => one.specifier)

test('every form of import is seen', () => {
  const forms: readonly [string, string][] = [
    [`import 'a'`, 'a'],
    [`import a from 'a'`, 'a'],
    [`import a, { b as c } from 'a'`, 'a'],
    [`import a, * as b from "a"`, 'a'],
    [`import type { A } from 'a'`, 'a'],
    [`import { type A, b } from 'a' with { type: 'json' }`, 'a'],
    [`import type from 'a'`, 'a'],
    [`import {\n  a,\n  // } from 'b'\n  c,\n} from 'a'`, 'a'],
    [`export * from 'a'`, 'a'],
    [`export * as b from 'a'`, 'a'],
    [`export { b, type C } from 'a'`, 'a'],
    [`export type { C } from 'a'`, 'a'],
    [`const a = await import('a')`, 'a'],
    ['const a = await import(`a`)', 'a'],
    [`let a: import('a').B`, 'a'],
    [`const a = require('a')`, 'a'],
    [`f(...require('a'))`, 'a'],
    [`process.getBuiltinModule('a')`, 'a'],
    [`import { eval as e } from '\\x61'`, 'a'],
    ['const t = `x ${await import("a")} y`', 'a'],
    [`const q = b / c; import('a')`, 'a'],
    [`const r = /['"\`]/.test(b); import('a')`, 'a'],
    [`if (b) /"/.test(c); import('a')`, 'a'],
    [`const n = b! / 2; import('a') // "`, 'a'],
    [`const p = b++ / 2, q = "/"; import('a')`, 'a'],
    [`const t = \`\${\`\${b}\`}\`; import('a')`, 'a'],
    [`#!/usr/bin/env node '\nimport 'a'`, 'a'],
  ]
  for (const [source, specifier] of forms) assert.deepEqual(specifiers(source), [specifier], source)
})

test('a computed import is reported as such', () => {
  for (const source of ['import(a)', "import('a' + b)", 'import(`a${b}`)', 'require(a)', 'getBuiltinModule(a)']) {
    assert.deepEqual(specifiers(source), [null], source)
  }
})

test('what only looks like an import is none', () => {
  const looks = [
    `// import 'a'`,
    `/* import 'a' */`,
    `const a = "import 'a'"`,
    "const a = `import 'a'`",
    `const a = /import 'a'/`,
    `import.meta.dirname`,
    `a.import('a')`,
    `a.require('a')`,
    `export const from = 'a'`,
    `export { a }\nconst b = 'a'`,
    `export type A = 'a'`,
    `declare module '#framework' { }`,
    `const a = { import: 'a' }`,
  ]
  for (const source of looks) assert.deepEqual(specifiers(source), [], source)
})

test('imported names are told apart from their types and their local names', () => {
  const [one] = importsOf(tokenize(`import d, { a as b, type C, type as t } from 'a'`))
  assert.deepEqual(one?.names, ['default', 'a', 'C', 'type'])
  assert.deepEqual(one?.typeNames, ['C'])
  const [all] = importsOf(tokenize(`import type { A, B } from 'a'`))
  assert.deepEqual(all?.typeNames, ['A', 'B'])
})

test('lines are counted through comments, strings and templates', () => {
  const tokens = tokenize('/*\n*/ `\n${a}\n` "x\\\ny"\nlast')
  assert.equal(tokens.at(-1)?.text, 'last')
  assert.equal(tokens.at(-1)?.line, 6)
})

test('any text is read to its end without an error', () => {
  for (const source of [
    '`',
    '`${',
    "'",
    '/',
    '/[',
    '/*',
    '\\u{',
    '}',
    ')',
    'a\\',
    '`${`',
    '"\\',
    '\\u{zz}',
    'import {',
    'import(',
  ]) {
    importsOf(tokenize(source))
  }
})

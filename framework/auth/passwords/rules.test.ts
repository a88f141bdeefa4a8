import assert from 'node:assert/strict'
import { test } from 'node:test'
import { passwordFault } from './rules.ts'

const rules = {
  minimumLength: 15,
  contextWords: ['marit@example.com', 'oosterling', 'koperwerk', 'bindery', 'example', 'holdfast', 'marit'],
}

const cases: readonly (readonly [string, string | null])[] = [
  ['fourteen chars', 'ERR_PASSWORD_SHORT'],
  ['', 'ERR_PASSWORD_SHORT'],
  ['🔑🔑🔑🔑🔑🔑🔑🔑', 'ERR_PASSWORD_SHORT'],
  ['x'.repeat(1025), 'ERR_PASSWORD_LONG'],
  ['copper kettle\0 on the stove', 'ERR_PASSWORD_TEXT'],
  ['copper kettle \ud800 stove', 'ERR_PASSWORD_TEXT'],
  ['Koperwerk-Bindery-1', 'ERR_PASSWORD_CONTEXT'],
  ['marit@example.com', 'ERR_PASSWORD_CONTEXT'],
  ['HoldfastHoldfast2026', 'ERR_PASSWORD_CONTEXT'],
  ['Password12345678', 'ERR_PASSWORD_COMMON'],
  ['P@ssw0rd-P@ssw0rd', 'ERR_PASSWORD_COMMON'],
  ['qwertyuiop123456', 'ERR_PASSWORD_COMMON'],
  ['aaaaaaaaaaaaaaaaaaaa', 'ERR_PASSWORD_COMMON'],
  ['kettlkettlkettlkettl', 'ERR_PASSWORD_COMMON'],
  ['1234567890123456', 'ERR_PASSWORD_COMMON'],
  ['iloveyou-summer-2026', 'ERR_PASSWORD_COMMON'],
  ['copper kettle stove', null],
  ['correct horse battery staple', null],
  ['all lower case letters are fine', null],
  ['密码不需要特殊字符只需要足够长度', null],
  ['4711 0815 2342 9176', null],
  ['marit drinkt thee om kwart over vier', null],
]

for (const [password, expected] of cases) {
  test(`${JSON.stringify(password.slice(0, 40))} is ${expected === null ? 'accepted' : `refused with ${expected}`}`, () => {
    assert.equal(passwordFault(password, rules)?.code ?? null, expected)
  })
}

test('an administrator who lowers the minimum to 8 gets 8, and not 7', () => {
  const eight = { ...rules, minimumLength: 8 }
  assert.equal(passwordFault('zebra-kw', eight), null)
  assert.equal(passwordFault('zebra-k', eight)?.code, 'ERR_PASSWORD_SHORT')
  assert.equal(passwordFault('gt-sales-pw-1', eight), null)
})

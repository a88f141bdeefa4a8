import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { compareErrors, findCodes, findErrorFaults, readRows } from './errors.ts'
import { importsOf } from '../layers/imports.ts'
import type { Source } from '../layers/tree.ts'
import { tokenize } from '../layers/tokens.ts'

const classes = 'export class UserError extends AppError {\n  readonly status = 400\n}\n'

function source(path: string, text: string): Source {
  const tokens = tokenize(text)
  return { path, room: 'framework/sql', isTest: path.endsWith('.test.ts'), text, tokens, imports: importsOf(tokens) }
}

describe('the table of errors', () => {
  it('has a row with meaning and advice for every code that the source can throw, and no other', () => {
    assert.deepEqual(findErrorFaults(join(import.meta.dirname, '..', '..')), [])
  })

  it('is found wrong when a code lacks its row, a row its code, or class and status differ', () => {
    const code = `${classes}throw new UserError('ERR_A_THING', 'Text')\nconst other = { code: 'ERR_OTHER' }`
    const { codes } = findCodes([source('framework/a.ts', code), source('framework/a.test.ts', `'ERR_IN_TEST'`)])
    assert.deepEqual(
      codes.map(({ code: name, class: thrown, status }) => [name, thrown, status]),
      [
        ['ERR_A_THING', 'UserError', 400],
        ['ERR_OTHER', null, null],
      ],
    )
    const rows = readRows(
      '| `ERR_A_THING` | UserError | 404 | It is a thing. | Wait. |\n| `ERR_GONE` | – | – | It was one. | Nothing. |',
    )
    assert.deepEqual(
      compareErrors(codes, rows).map(({ message }) => message),
      ['ERR_A_THING is UserError 400 in the code', 'no code throws ERR_GONE any more', 'ERR_OTHER has no row'],
    )
    const unwritten = readRows('| `ERR_A_THING` | UserError | 400 | ? framework/sql | ? |')
    assert.match(compareErrors(codes.slice(0, 1), unwritten)[0]?.message ?? '', /lacks its meaning/)
  })

  it('is found wrong when a code is put together from parts that nobody listed', () => {
    const { faults } = findCodes([source('framework/a.ts', `${classes}throw new UserError(\`ERR_\${what}\`, 'Text')`)])
    assert.equal(faults.length, 1)
    assert.match(faults[0]?.message ?? '', /does not know which codes/)
  })
})

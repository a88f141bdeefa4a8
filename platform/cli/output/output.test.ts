import assert from 'node:assert/strict'
import { test } from 'node:test'
import { table } from './table.ts'
import { terminalOf } from './terminal.ts'
import { ago, count, duration, size } from './words.ts'
import { wrap } from './wrap.ts'

const terminal = terminalOf(process.stdout, { NO_COLOR: '1' })

test('sizes, times and counts read as people say them', () => {
  assert.deepEqual([0, 999, 1_000, 1_449_000, 99_600_000, 1e12].map(size), [
    '0 B',
    '999 B',
    '1.0 kB',
    '1.4 MB',
    '100 MB',
    '1.0 TB',
  ])
  assert.deepEqual([5, 900, 61_000, 7_500_000].map(duration), ['5 ms', '900 ms', '1 min 1 s', '125 min 0 s'])
  assert.deepEqual([count(1, 'row'), count(0, 'row'), count(5_635, 'row')], ['1 row', '0 rows', '5,635 rows'])
  const now = new Date('2026-05-14T12:00:00Z')
  const before = (seconds: number): string => ago(new Date(now.getTime() - seconds * 1000).toISOString(), now)
  assert.deepEqual([3, 60, 3_600, 7_000, 86_400 * 3].map(before), [
    'just now',
    '1 minute ago',
    '1 hour ago',
    '2 hours ago',
    '3 days ago',
  ])
})

test('a table is aligned, numbers to the right, without trailing spaces', () => {
  const text = table(
    [
      { a: 'x', n: '5' },
      { a: 'longer', n: '500' },
    ],
    [
      { title: 'NAME', cell: ({ a }) => a },
      { title: 'N', isNumber: true, cell: ({ n }) => n },
      { title: 'REST', cell: () => '' },
    ],
    terminal,
  )
  assert.equal(text, ['NAME      N  REST', 'x         5', 'longer  500'].join('\n'))
})

test('wrapped text keeps its paragraphs and breaks nothing but spaces', () => {
  const long = `one two three four five six seven\n\n${'x'.repeat(50)} end`
  assert.equal(wrap(long, 24, 2), `one two three four\n  five six seven\n\n  ${'x'.repeat(50)}\n  end`)
})

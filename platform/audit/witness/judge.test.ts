import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toyLog } from '../testing/toy-log.ts'
import { judge, type Known } from './judge.ts'
import type { Submission } from './messages.ts'

const entries = Array.from({ length: 20 }, (_, i) => `entry ${i}`)
const honest = toyLog('log', 1, entries)
/** The same key tells another story from entry 5 on. */
const forked = toyLog('log', 1, [...entries.slice(0, 5), 'rewritten', ...entries.slice(6)])

/** What the witness knows after it has accepted the log of that size. */
function knownAt(size: number): Known {
  const submission = honest.submission(0, size)
  const judgement = judge(null, submission)
  assert.ok(judgement.accepted)
  return { verifierKey: submission.verifierKey, checkpoint: judgement.checkpoint, tree: judgement.tree }
}
const verdict = (known: Known | null, submission: Submission) => {
  const judgement = judge(known, submission)
  return judgement.accepted ? judgement.checkpoint.size : judgement.reason
}

describe('a witness', () => {
  it('accepts what continues the checkpoint that it holds, and the same one again', () => {
    const known = knownAt(7)
    assert.equal(verdict(known, honest.submission(7, 20)), 20)
    assert.equal(verdict(known, honest.submission(7, 7)), 7)
    assert.equal(verdict(null, honest.submission(0, 0)), 0)
  })

  it('refuses a log that has become shorter', () => {
    assert.equal(verdict(knownAt(7), honest.submission(0, 6)), 'rollback')
    assert.equal(verdict(knownAt(7), honest.submission(0, 0)), 'rollback')
  })

  it('refuses another history, of the same length or longer, whatever proof comes along', () => {
    assert.equal(verdict(knownAt(7), forked.submission(7, 7)), 'fork')
    assert.equal(verdict(knownAt(7), forked.submission(7, 20)), 'fork')
    assert.equal(verdict(knownAt(7), { ...forked.submission(7, 20), proof: honest.submission(7, 20).proof }), 'fork')
    assert.equal(verdict(knownAt(7), { ...forked.submission(0, 20), older: 7 }), 'fork')
    // What is added is not what the root says.
    assert.equal(verdict(knownAt(7), { ...honest.submission(7, 20), proof: [] }), 'fork')
    const other = Buffer.alloc(13 * 32, 7).toString('base64')
    assert.equal(verdict(knownAt(7), { ...honest.submission(7, 20), hashes: other }), 'fork')
  })

  it('refuses a checkpoint that the key of the log did not sign', () => {
    const { note } = honest.submission(7, 20)
    assert.equal(
      verdict(knownAt(7), { ...honest.submission(7, 20), note: note.replace('\n20\n', '\n19\n') }),
      'signature',
    )
    const stranger = toyLog('log', 2, entries)
    assert.equal(verdict(knownAt(7), stranger.submission(7, 20)), 'key')
    assert.equal(
      verdict(knownAt(7), { ...stranger.submission(7, 20), verifierKey: honest.submission(0, 1).verifierKey }),
      'signature',
    )
    assert.equal(verdict(null, { ...toyLog('other', 1, entries).submission(0, 20), note }), 'key')
  })

  it('asks again for what starts from another checkpoint, and for what is no checkpoint', () => {
    assert.equal(verdict(knownAt(7), honest.submission(5, 20)), 'stale')
    assert.equal(verdict(null, honest.submission(5, 20)), 'stale')
    assert.equal(verdict(null, { ...honest.submission(0, 20), note: 'hello\n' }), 'malformed')
    assert.equal(verdict(null, { ...honest.submission(0, 20), verifierKey: 'log+00000000+AAAA' }), 'malformed')
    assert.equal(
      verdict(knownAt(7), { ...honest.submission(7, 20), hashes: honest.submission(8, 20).hashes }),
      'malformed',
    )
  })
})

import assert from 'node:assert/strict'
import { existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { parseCheckpoint, parseVerifierKey, type Verifier } from '../../../framework/audit/index.ts'
import { toyLog } from '../testing/toy-log.ts'
import { openWitness } from './client.ts'

const entries = Array.from({ length: 20 }, (_, i) => `entry ${i}`)
const honest = toyLog('log', 1, entries)
const forked = toyLog('log', 1, [...entries.slice(0, 5), 'rewritten', ...entries.slice(6)])
const homes: string[] = []
const newHome = (): string => {
  const home = mkdtempSync(join(tmpdir(), 'holdfast-witness-'))
  homes.push(home)
  return home
}
after(() => {
  for (const home of homes) rmSync(home, { recursive: true, force: true })
})

describe('the witness as a process', () => {
  it('cosigns what it accepts, and remembers it over its own end', async () => {
    const home = newHome()
    const first = openWitness(home)
    const verdict = await first.add(honest.submission(0, 7))
    assert.ok(verdict.accepted)
    const { verifierKey } = await first.who()
    await first.close()
    const again = openWitness(home)
    assert.equal((await again.who()).verifierKey, verifierKey)
    assert.equal((await again.held('log'))?.note, verdict.note)
    const verifier = parseVerifierKey(verifierKey) as Verifier
    const note = parseCheckpoint(verdict.note)?.note
    assert.ok(note !== undefined && verifier.hasSigned(note))
    assert.ok(!verifier.hasSigned({ ...note, text: note.text.replace('\n7\n', '\n8\n') }))
    const longer = await again.add(honest.submission(7, 20))
    assert.ok(longer.accepted)
    assert.equal((await again.view('log')).hashes.length, 20 * 32)
    await again.close()
  })

  it('tells of a refusal until something is accepted again', async () => {
    const witness = openWitness(newHome())
    await witness.add(honest.submission(0, 7))
    const refused = await witness.add(forked.submission(7, 20))
    assert.equal(refused.accepted === false && refused.reason, 'fork')
    await witness.add(honest.submission(0, 3))
    const [held] = await witness.all()
    assert.deepEqual([held?.size, held?.refused?.reason], [7, 'fork'])
    assert.equal(held?.refused?.note, forked.note(20))
    await witness.add(honest.submission(7, 20))
    assert.equal((await witness.held('log'))?.refused, null)
    await witness.close()
  })

  it('starts again when it was killed, and takes up where it stood', async () => {
    const home = newHome()
    const witness = openWitness(home)
    for (let size = 1; size <= 20; size++) {
      const { pid } = await witness.who()
      const adding = witness.add(honest.submission(size - 1, size)).catch(() => null)
      if (size % 4 === 0) process.kill(pid, 'SIGKILL')
      await adding
      const held = (await witness.held('log'))?.size ?? 0
      if (held < size) assert.ok((await witness.add(honest.submission(held, size))).accepted)
      assert.equal((await witness.held('log'))?.size, size)
    }
    await witness.close()
  })

  it('answers for no log whose hashes were tampered with, and says so', async () => {
    const home = newHome()
    const witness = openWitness(home)
    await witness.add(honest.submission(0, 7))
    await witness.close()
    const file = readdirSync(join(home, 'witness')).find((name) => name.endsWith('.hashes')) as string
    truncateSync(join(home, 'witness', file), 32)
    const again = openWitness(home)
    await assert.rejects(again.add(honest.submission(7, 20)), { code: 'ERR_AUDIT_WITNESS' })
    await again.close()
  })

  it('keeps to a folder and a user of its own, where Holdfast may become somebody else', async () => {
    const home = newHome()
    const witness = openWitness(home)
    await witness.add(honest.submission(0, 7))
    const { pid, account } = await witness.who()
    const folder = lstatSync(join(home, 'witness'))
    assert.equal(folder.mode & 0o777, 0o700)
    assert.equal(account === null, process.getuid?.() !== 0)
    if (account !== null) {
      assert.equal(folder.uid, account.uid)
      for (const name of readdirSync(join(home, 'witness')))
        assert.equal(lstatSync(join(home, 'witness', name)).uid, account.uid)
      if (existsSync('/proc')) {
        const status = readFileSync(`/proc/${pid}/status`, 'utf8')
        const [uid, gid, groups] = ['Uid', 'Gid', 'Groups'].map((name) =>
          new RegExp(`^${name}:(.*)$`, 'm').exec(status)?.[1]?.trim().split(/\s+/),
        )
        assert.deepEqual(new Set(uid), new Set([String(account.uid)]))
        assert.deepEqual(new Set(gid), new Set([String(account.gid)]))
        assert.deepEqual(groups, [''])
        assert.match(status, /^CapEff:\s*0+$/m)
      }
    }
    await witness.close()
  })
})

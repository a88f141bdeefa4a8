import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { claimSocketPath, findSocketPath, forgetSocketPath } from './socket-path.ts'

test('the socket of a home with a long path lies in a closed folder that only the home tells of', async () => {
  const home = mkdtempSync(join(tmpdir(), 'holdfast-long-'))
  const run = join(home, 'x'.repeat(120), 'run')
  mkdirSync(run, { recursive: true, mode: 0o700 })
  try {
    const path = claimSocketPath(run)
    assert.ok(Buffer.byteLength(path) < 100)
    assert.equal(statSync(dirname(path)).mode & 0o777, 0o700)
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(path, resolve))
    assert.equal(findSocketPath(run), path)
    await new Promise((resolve) => server.close(resolve))
    forgetSocketPath(run)
    assert.equal(existsSync(dirname(path)), false)
    assert.equal(findSocketPath(run), null, 'no note, and no socket can have so long a path')
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
})

test('a note that names anything but a folder of ours is not followed, and nothing is removed for it', () => {
  const run = mkdtempSync(join(tmpdir(), 'holdfast-note-'))
  const precious = join(run, 'precious')
  mkdirSync(precious)
  try {
    for (const path of [
      join(precious, 's'),
      '/etc/s',
      '../s',
      `${precious}/../holdfast-control-abcdef/../precious/s`,
    ]) {
      writeFileSync(join(run, 'control-socket'), path)
      assert.equal(findSocketPath(run), join(run, 'control.sock'), path)
      forgetSocketPath(run)
      assert.ok(existsSync(precious))
    }
  } finally {
    rmSync(run, { recursive: true, force: true })
  }
})

import assert from 'node:assert/strict'
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { TestHome } from '../testing/holdfast.ts'

interface Logged {
  readonly reference?: string
  readonly cause?: readonly { readonly message: string; readonly stack?: string }[]
}

describe('an error that nobody expected', () => {
  const home = new TestHome()
  after(() => home.remove())

  const log = (): Logged[] =>
    readFileSync(join(home.path, 'log', 'holdfast.log'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Logged)
  /** Runs it, sees it fail with a reference and without a stack. @returns what stands under the reference */
  const failing = async (...words: string[]): Promise<string> => {
    const ended = await home.run(...words)
    assert.equal(ended.code, 1, ended.stderr)
    assert.doesNotMatch(ended.stdout + ended.stderr, /\bat .*:\d+:\d+/)
    const reference = /reference: ([0-9a-f]{8})/.exec(ended.stdout + ended.stderr)?.[1]
    assert.ok(reference, ended.stdout + ended.stderr)
    const entries = log().filter((entry) => entry.reference === reference)
    assert.equal(entries.length, 1)
    return JSON.stringify(entries[0]?.cause)
  }

  test('stands with its stack in the home’s log when the first start fails', async () => {
    writeFileSync(join(home.path, 'certificates'), 'a file where a folder has to be')
    assert.match(await failing('up', '--json'), /(EEXIST|ENOTDIR).*\bat .*:\d+:\d+/)
    assert.deepEqual(home.postgresProcesses(), [])
    rmSync(join(home.path, 'certificates'))
    assert.equal(statSync(join(home.path, 'log', 'holdfast.log')).mode & 0o077, 0)
  })

  test('stands there, too, when a short command fails, with or without --json', async () => {
    // Well-formed, and yet nothing that a path can hold: nobody foresees that.
    writeFileSync(join(home.path, 'control.json'), JSON.stringify({ instance: 'i_\0', credential: 'AAAA' }))
    for (const words of [['tenant', 'list'], ['tenant', 'list', '--json'], ['up']])
      assert.match(await failing(...words), /null bytes.*\bat .*:\d+:\d+/)
  })

  test('a mistake of the person is no such error and leaves nothing in the log', async () => {
    const before = log().length
    assert.equal((await home.run('tennant', 'list')).code, 2)
    assert.equal(log().length, before)
    const fresh = new TestHome()
    assert.equal((await fresh.run('tenant', 'list')).code, 3)
    assert.equal(existsSync(join(fresh.path, 'log')), false)
    await fresh.remove()
  })

  test('where the log cannot be written, the cause goes to stderr: a reference stands somewhere', async () => {
    rmSync(join(home.path, 'log'), { recursive: true })
    writeFileSync(join(home.path, 'log'), '')
    const ended = await home.run('tenant', 'list')
    assert.equal(ended.code, 1)
    assert.match(ended.stderr, /"reference":"[0-9a-f]{8}".*null bytes/)
  })
})

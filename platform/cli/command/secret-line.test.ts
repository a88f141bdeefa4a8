import assert from 'node:assert/strict'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { verbs } from '../verbs/table.ts'
import { parseCommand } from './parse.ts'
import { readSecretLines } from './secret-line.ts'

const program = join(import.meta.dirname, '..', '..', '..', 'bin', 'holdfast')
const folder = mkdtempSync(join(tmpdir(), 'holdfast-secret-'))
after(() => rmSync(folder, { recursive: true }))

const read = async (path: string): Promise<unknown> => {
  const words = ['tenant', 'create', 'acme', '--admin-password-file', path]
  const { verb, args } = parseCommand(words, verbs, folder)
  const { options } = await readSecretLines(verb, args, new AbortController().signal)
  return options['admin-password-file']
}

const readContent = (content: string | Uint8Array): Promise<unknown> => {
  writeFileSync(join(folder, 'password'), content)
  return read('password')
}

describe('a file with a secret', () => {
  test('gives its first line without line end and byte order mark, and with all of its blanks', async () => {
    for (const content of ['secret', 'secret\n', 'secret\r\nnot this', '\ufeffsecret\n', 'secret\n\n\n'])
      assert.equal(await readContent(content), 'secret', JSON.stringify(content))
    assert.equal(await readContent(' se cret \n'), ' se cret ')
    assert.equal(await readContent('Gruß aus 東京\n'), 'Gruß aus 東京')
  })

  test('is refused when its first line holds no password that a person could type again', async () => {
    const latin1 = Uint8Array.from([0x47, 0x72, 0x75, 0xdf, 0x0a])
    for (const content of ['', '\n', '\r\nsecret', '\ufeff', latin1])
      await assert.rejects(readContent(content), { code: 'ERR_PASSWORD_FILE' }, JSON.stringify(content))
  })

  test('is read to a bound only, and a folder is none', async () => {
    await assert.rejects(read('/dev/zero'), { code: 'ERR_PASSWORD_FILE', message: /longer than any password/ })
    await assert.rejects(read(folder), { code: 'ERR_PASSWORD_FILE', message: /is a folder/ })
    await assert.rejects(read('not-there'), { code: 'ENOENT' })
  })

  test('may be a pipe of the process that was asked', () => {
    const script = `${program} tenant create acme --dry-run --json --admin-password-file <(printf '\\n')`
    const { stdout } = spawnSync('bash', ['-c', script], { env: { ...process.env, HOLDFAST_HOME: folder } })
    assert.match(stdout.toString(), /ERR_PASSWORD_FILE/)
  })

  test('that is a pipe without a writer does not hold a command that is told to stop', {
    timeout: 20_000,
  }, async () => {
    execFileSync('mkfifo', [join(folder, 'pipe')])
    const words = ['tenant', 'create', 'acme', '--admin-password-file', join(folder, 'pipe')]
    const child = spawn(program, words, { env: { ...process.env, HOLDFAST_HOME: folder }, stdio: 'ignore' })
    const ended = once(child, 'close')
    await delay(2_000)
    child.kill('SIGTERM')
    assert.deepEqual(await ended, [null, 'SIGTERM'])
  })
})

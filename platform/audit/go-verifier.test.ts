import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, it } from 'node:test'
import { consistencyProof, inclusionProof, readEntry } from '../../framework/audit/index.ts'
import { testHome } from '../../framework/testing/index.ts'
import { openTenantLog } from './tenant-log.ts'
import { auditWorkshop } from './testing/workshop.ts'
import { openWitness } from './witness/client.ts'

interface Check {
  readonly Name: string
  readonly Note: string
  readonly Index?: number
  readonly Entry?: string
  readonly Proof?: readonly string[]
  readonly Older?: string
}

const go = ['/usr/bin/go', '/usr/lib/go-1.19/bin/go'].find((path) => existsSync(path))
const isThere = go !== undefined && existsSync('/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog')
const folder = mkdtempSync(join(tmpdir(), 'holdfast-go-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** What Go says to each check. */
function askGo(keys: { readonly Key: string; readonly WitnessKey: string }, checks: readonly Check[]): string[] {
  const program = join(folder, 'verifier')
  if (!existsSync(program))
    execFileSync(go ?? '', ['build', '-o', program, '.'], {
      cwd: join(import.meta.dirname, 'testing', 'go-verifier'),
      env: {
        ...process.env,
        GO111MODULE: 'off',
        GOPATH: '/usr/share/gocode',
        GOCACHE: join(folder, 'cache'),
        GOFLAGS: '',
      },
    })
  return execFileSync(program, { input: JSON.stringify({ ...keys, Checks: checks }), encoding: 'utf8' })
    .trimEnd()
    .split('\n')
}

it('Go’s checksum-database libraries accept notes, entries and histories of a log that we wrote, and nothing else', {
  skip: isThere ? false : 'needs Debian’s golang-go and golang-golang-x-mod-dev',
}, async () => {
  const home = await testHome()
  const witness = openWitness(folder)
  const connection = await home.tenants.create({ name: 'audited' })
  const log = openTenantLog(connection, await home.tenants.auditSeed(connection.id), witness)
  after(() => log.close())
  after(() => witness.close())
  const shop = await auditWorkshop({ pool: log.pool })
  const sizes = [1, 7, 64, 100, 203]
  const notes: string[] = []
  for (const [i, size] of sizes.entries()) {
    await shop.record(size - (sizes[i - 1] ?? 0))
    await log.seal()
    const { note, witness: verdict } = await log.checkpoint()
    assert.equal(verdict.state, 'cosigned')
    notes.push(note)
  }
  const base64 = (hashes: readonly Buffer[]) => hashes.map((hash) => hash.toString('base64'))
  const good: Check[] = []
  for (const [i, size] of sizes.entries()) {
    const Note = notes[i] as string
    for (const index of new Set([0, size >> 1, size - 1]))
      good.push({
        Name: `entry ${index} of ${size}`,
        Note,
        Index: index,
        Entry: (await readEntry(log.pool, null, index)).text,
        Proof: base64(await inclusionProof(log.pool, index, size)),
      })
    for (const [k, older] of sizes.slice(0, i + 1).entries())
      good.push({
        Name: `${older} to ${size}`,
        Note,
        Older: notes[k] as string,
        Proof: base64(await consistencyProof(log.pool, older, size)),
      })
  }
  const [last] = notes.slice(-1) as [string]
  const entry = good.find(({ Name }) => Name === 'entry 101 of 203') as Check
  const step = good.find(({ Name }) => Name === '64 to 203') as Check
  const bad: Check[] = [
    { Name: 'size', Note: last.replace('\n203\n', '\n204\n') },
    { Name: 'witness alone', Note: last.replace(/— holdfast\/audit.*\n/, '') },
    { Name: 'log alone', Note: last.replace(/— holdfast\/witness.*\n/, '') },
    { ...entry, Name: 'altered', Entry: entry.Entry?.replace('res.partner', 'res.company') ?? '' },
    { ...entry, Name: 'moved', Index: 102 },
    { ...step, Name: 'cut', Proof: step.Proof?.slice(1) ?? [] },
    { ...step, Name: 'other', Older: notes[1] as string },
  ]
  const { verifierKey } = await witness.who()
  const said = askGo({ Key: log.verifierKey, WitnessKey: verifierKey }, [...good, ...bad])
  assert.deepEqual(
    said.slice(0, good.length),
    good.map(({ Name }) => `ok ${Name}`),
  )
  assert.deepEqual(
    said.slice(good.length).map((line) => line.split(':')[0]),
    bad.map(({ Name }) => `NO ${Name}`),
  )
})

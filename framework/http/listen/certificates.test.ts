import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { openAuthority } from './certificates.ts'

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-certificates-'))
})
after(() => rm(folder, { recursive: true, force: true }))

const now = new Date('2026-11-21T12:00:00Z')
const later = (days: number) => new Date(now.getTime() + days * 86_400_000)
const leafOf = (pair: { cert: string }) => new X509Certificate(pair.cert)

test('authority and certificate are made once, kept, and readable by their owner only', async () => {
  const authority = await openAuthority(folder, ['example.test'], now)
  const first = await authority.server(now)
  const again = await (await openAuthority(folder, ['example.test'], later(1))).server(later(1))
  assert.equal(again.cert, first.cert)
  assert.equal((await stat(folder)).mode & 0o777, 0o700)
  for (const file of ['ca.key', 'server.key']) assert.equal((await stat(join(folder, file))).mode & 0o777, 0o600)
  const leaf = leafOf(first)
  const ca = new X509Certificate(await readFile(authority.caPath))
  assert.ok(leaf.verify(ca.publicKey) && ca.ca && !leaf.ca)
  assert.equal(leaf.publicKey.asymmetricKeyDetails?.namedCurve, 'secp384r1')
  assert.ok(leaf.validToDate.getTime() - leaf.validFromDate.getTime() <= 90 * 86_400_000)
  for (const host of ['localhost', 'example.test', 'a.example.test']) assert.ok(leaf.checkHost(host), host)
  for (const address of ['127.0.0.1', '::1']) assert.ok(leaf.checkIP(address), address)
  assert.equal(leaf.checkHost('evil.test'), undefined)
})

test('the certificate is renewed by itself before it ends, by the same authority', async () => {
  const authority = await openAuthority(folder, ['example.test'], now)
  const first = leafOf(await authority.server(now))
  assert.equal(leafOf(await authority.server(later(58))).serialNumber, first.serialNumber)
  const renewed = leafOf(await authority.server(later(60)))
  assert.notEqual(renewed.serialNumber, first.serialNumber)
  assert.ok(renewed.verify(new X509Certificate(await readFile(authority.caPath)).publicKey))
})

test('new domains get a new certificate; a damaged or half-written pair is made anew', async () => {
  const before_ = leafOf(await (await openAuthority(folder, ['example.test'], later(60))).server(later(60)))
  const more = leafOf(await (await openAuthority(folder, ['example.test', 'second.test'], later(60))).server(later(60)))
  assert.notEqual(more.serialNumber, before_.serialNumber)
  assert.ok(more.checkHost('a.second.test'))
  await writeFile(join(folder, 'server.key'), 'half')
  const healed = leafOf(await (await openAuthority(folder, ['second.test'], later(60))).server(later(60)))
  assert.ok(healed.checkHost('second.test') !== undefined && healed.checkHost('example.test') === undefined)
})

test('a tenant host gets a certificate of its own', async () => {
  const authority = await openAuthority(folder, [], now)
  const leaf = leafOf(await authority.forHost('demo.localhost', now))
  assert.ok(leaf.checkHost('demo.localhost') !== undefined && leaf.checkHost('other.localhost') === undefined)
})

/**
 * The local certificate authority and the server's certificate, made at first start, renewed without hands. Operators who
 * have a certificate of a public authority put a proxy in front or replace the files.
 */

import 'reflect-metadata'
import { randomBytes, webcrypto } from 'node:crypto'
import { chmod, mkdir, open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import * as x509 from '@peculiar/x509'

/** CA/Browser Forum and Mozilla: at most 90 days; renewed when a third is left. */
const leafDays = 89
const renewDays = 30
const caDays = 3_650
const dayMs = 86_400_000
/** Clocks of machines differ; a certificate is valid an hour before it is made. */
const skewMs = 3_600_000

// P-384 with SHA-384: 192-bit strength, for authority and leaf (ASVS 5.0 V11.2.3 asks for 128).
const algorithm = { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' } as const

export interface KeyAndChain {
  /** PEM, PKCS #8. */
  readonly key: string
  /** PEM, leaf first, then the authority. */
  readonly cert: string
}

export interface CertificateAuthority {
  /** Path of the authority's certificate, for clients to trust. */
  readonly caPath: string
  /** The certificate for shared hosts and addresses, renewed if it is time. */
  server(now: Date): Promise<KeyAndChain>
  /** A certificate for one tenant host: no wildcard below `localhost` is accepted by any client. */
  forHost(host: string, now: Date): Promise<KeyAndChain>
}

interface Pair {
  readonly certificate: x509.X509Certificate
  readonly keys: webcrypto.CryptoKeyPair
}

/** Opens or makes the authority in a folder (0700, keys 0600). @param domains configured domains besides localhost */
export async function openAuthority(
  folder: string,
  domains: readonly string[],
  now: Date,
): Promise<CertificateAuthority> {
  x509.cryptoProvider.set(webcrypto as typeof globalThis.crypto)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await chmod(folder, 0o700)
  const caPath = join(folder, 'ca.pem')
  const authority = (await load(folder, 'ca', now)) ?? (await makeAuthority(folder, now))
  const shared = ['localhost', '127.0.0.1', '::1', ...domains.flatMap((domain) => [domain, `*.${domain}`])]
  const hostKeys = (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair
  return {
    caPath,
    server: async (at) => {
      const known = await load(folder, 'server', at)
      const serves =
        known !== null &&
        isFresh(known, at) &&
        namesOf(known.certificate).join() === shared.join() &&
        (await known.certificate.verify({ publicKey: authority.certificate.publicKey, date: at }))
      return chain(serves ? known : await makeServer(folder, authority, shared, at), authority)
    },
    forHost: async (host, at) =>
      chain({ certificate: await sign(authority, hostKeys, [host], at), keys: hostKeys }, authority),
  }
}

async function makeAuthority(folder: string, now: Date): Promise<Pair> {
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    // The number tells two authorities apart in a list of trusted ones.
    name: `CN=Holdfast local authority ${serial().slice(0, 8)}`,
    notBefore: new Date(now.getTime() - skewMs),
    notAfter: new Date(now.getTime() + caDays * dayMs),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return save(folder, 'ca', { certificate, keys })
}

async function makeServer(folder: string, authority: Pair, names: readonly string[], now: Date): Promise<Pair> {
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair
  return save(folder, 'server', { certificate: await sign(authority, keys, names, now), keys })
}

async function sign(
  authority: Pair,
  keys: webcrypto.CryptoKeyPair,
  names: readonly string[],
  now: Date,
): Promise<x509.X509Certificate> {
  return x509.X509CertificateGenerator.create({
    serialNumber: serial(),
    subject: `CN=${names[0]}`,
    issuer: authority.certificate.subject,
    notBefore: new Date(now.getTime() - skewMs),
    notAfter: new Date(now.getTime() + leafDays * dayMs - skewMs),
    signingKey: authority.keys.privateKey,
    publicKey: keys.publicKey,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        names.map((value) => ({ type: isAddress(value) ? 'ip' : 'dns', value })),
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(authority.certificate.publicKey),
    ],
  })
}

function isAddress(name: string): boolean {
  return name.includes(':') || /^[0-9.]+$/.test(name)
}

// RFC 5280 §4.1.2.2: positive, at most 20 octets; CA/Browser Forum: at least 64 random bits.
function serial(): string {
  const bytes = randomBytes(16)
  bytes[0] = ((bytes[0] as number) & 0x7f) | 0x40
  return bytes.toString('hex')
}

function isFresh({ certificate }: Pair, now: Date): boolean {
  return certificate.notBefore <= now && certificate.notAfter.getTime() - now.getTime() > renewDays * dayMs
}

function namesOf(certificate: x509.X509Certificate): string[] {
  return certificate.getExtension(x509.SubjectAlternativeNameExtension)?.names.items.map((name) => name.value) ?? []
}

// A missing, unreadable or expired pair is made anew; a folder that a killed start left half written is such a pair.
async function load(folder: string, name: string, now: Date): Promise<Pair | null> {
  try {
    const [cert, key] = await Promise.all([
      readFile(join(folder, `${name}.pem`), 'utf8'),
      readFile(join(folder, `${name}.key`), 'utf8'),
    ])
    const certificate = new x509.X509Certificate(cert)
    const privateKey = await webcrypto.subtle.importKey('pkcs8', x509.PemConverter.decodeFirst(key), algorithm, true, [
      'sign',
    ])
    const publicKey = (await certificate.publicKey.export(algorithm, ['verify'])) as webcrypto.CryptoKey
    if (!(await belongTogether(privateKey, publicKey)) || certificate.notAfter <= now) return null
    return { certificate, keys: { privateKey, publicKey } }
  } catch {
    return null
  }
}

async function belongTogether(privateKey: webcrypto.CryptoKey, publicKey: webcrypto.CryptoKey): Promise<boolean> {
  const probe = randomBytes(32)
  return webcrypto.subtle.verify(algorithm, publicKey, await webcrypto.subtle.sign(algorithm, privateKey, probe), probe)
}

async function save(folder: string, name: string, pair: Pair): Promise<Pair> {
  await writeWhole(join(folder, `${name}.key`), await keyPem(pair), 0o600)
  await writeWhole(join(folder, `${name}.pem`), `${pair.certificate.toString('pem')}\n`, 0o644)
  return pair
}

async function keyPem({ keys }: Pair): Promise<string> {
  return `${x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY')}\n`
}

async function writeWhole(path: string, content: string, mode: number): Promise<void> {
  const file = await open(`${path}.new`, 'w', mode)
  try {
    await file.chmod(mode)
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(`${path}.new`, path)
}

async function chain(leaf: Pair, authority: Pair): Promise<KeyAndChain> {
  return {
    key: await keyPem(leaf),
    cert: `${leaf.certificate.toString('pem')}\n${authority.certificate.toString('pem')}\n`,
  }
}

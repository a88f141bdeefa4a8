/** Checks of where data lies: rights, space, encryption of the disk, leftovers, certificate. */

import { X509Certificate } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statfsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { moment, size } from '../output/words.ts'
import { type Finding, finding } from './check.ts'

const TIGHT_BYTES = 5_000_000_000
const LEAST_BYTES = 1_000_000_000
const DAY_MS = 86_400_000

/** @param home absolute path of a home that exists */
export function checkStorage(home: string): Finding[] {
  const instances = liveFolder(home)
  return [checkRights(home), checkSpace(instances), checkEncryption(instances), checkCertificate(home)]
}

// The instances lie in the home, or where PostgreSQL's account can reach them when the home is closed to it.
function liveFolder(home: string): string {
  const inside = join(home, 'instances')
  return existsSync(inside) ? inside : home
}

function checkRights(home: string): Finding {
  const open: string[] = []
  for (const name of ['keys', 'files', 'run', 'log', 'backups', 'certificates', 'facts', 'witness']) {
    const path = join(home, name)
    if (existsSync(path) && (statSync(path).mode & 0o077) !== 0) open.push(path)
  }
  const keyFiles = existsSync(join(home, 'keys'))
    ? readdirSync(join(home, 'keys')).map((name) => join(home, 'keys', name))
    : []
  for (const path of keyFiles) if ((statSync(path).mode & 0o077) !== 0) open.push(path)
  const isClosed = open.length === 0
  return finding(
    'rights',
    'Rights of the home',
    isClosed ? 'ok' : 'fail',
    isClosed ? 'keys, files and sockets are closed to other users' : `open to other users: ${open.join(', ')}`,
    `chmod -R go= ${open.join(' ')}`,
  )
}

function checkSpace(folder: string): Finding {
  const { bavail, bsize } = statfsSync(folder)
  const free = bavail * bsize
  const verdict = free < LEAST_BYTES ? 'fail' : free < TIGHT_BYTES ? 'warn' : 'ok'
  return finding(
    'disk-space',
    'Disk space',
    verdict,
    `${size(free)} free`,
    'Make room: a database that cannot write stops.',
  )
}

interface Mount {
  readonly device: string
  readonly at: string
  readonly type: string
}

/**
 * Whether the live databases lie on an encrypted file system. Attachments, keys and backups are sealed by Holdfast itself;
 * the instances are plain files of PostgreSQL. Says "no" unless it finds proof.
 */
function checkEncryption(folder: string): Finding {
  const title = 'Encryption of live data'
  const advice = `Attachments and backups are sealed by Holdfast, but PostgreSQL's own files lie on this disk as they are. Put the home on LUKS, fscrypt or gocryptfs.`
  const mount = mountOf(folder)
  if (mount === null) return finding('encryption', title, 'warn', 'cannot be told on this system', advice)
  const proof = encryptionOf(mount)
  if (proof !== null) return finding('encryption', title, 'ok', `${proof} (${mount.at})`)
  return finding('encryption', title, 'warn', `none found: ${mount.device} (${mount.type}) at ${mount.at}`, advice)
}

function mountOf(folder: string): Mount | null {
  let text: string
  try {
    text = readFileSync('/proc/self/mounts', 'utf8')
  } catch {
    return null
  }
  let best: Mount | null = null
  for (const line of text.split('\n')) {
    const [device, rawAt, type] = line.split(' ')
    if (device === undefined || rawAt === undefined || type === undefined) continue
    const at = rawAt.replace(/\\040/g, ' ')
    const isAbove = folder === at || folder.startsWith(at === '/' ? '/' : `${at}/`)
    // Of two on the same folder the later one is what is seen.
    if (isAbove && (best === null || at.length >= best.at.length)) best = { device, at, type }
  }
  return best
}

function encryptionOf({ device, type }: Mount): string | null {
  if (/^(fuse\.)?(gocryptfs|encfs|cryfs)$/.test(type) || type === 'ecryptfs') return type
  const name = device.startsWith('/dev/') ? resolvedName(device) : null
  if (name === null) return null
  // A dm-crypt device says so in its uuid; below LVM it is one of the devices underneath.
  const seen = [name]
  for (const at of seen) {
    const base = `/sys/class/block/${at}`
    const uuid = readOr(`${base}/dm/uuid`)
    if (uuid.startsWith('CRYPT-')) return `dm-crypt (${uuid.split('-')[1] ?? ''})`
    if (existsSync(`${base}/slaves`))
      for (const below of readdirSync(`${base}/slaves`)) if (!seen.includes(below)) seen.push(below)
  }
  return null
}

function resolvedName(device: string): string | null {
  try {
    const { rdev } = statSync(device)
    // Linux: major 12 bits at 8, minor 8 bits at 0 and the rest at 20.
    const [major, minor] = [(rdev >> 8) & 0xfff, (rdev & 0xff) | ((rdev >> 12) & 0xfff00)]
    const uevent = readOr(`/sys/dev/block/${major}:${minor}/uevent`)
    return /DEVNAME=(\S+)/.exec(uevent)?.[1] ?? null
  } catch {
    return null
  }
}

function checkCertificate(home: string): Finding {
  const path = join(home, 'certificates', 'server.pem')
  const text = readOr(path)
  if (text === '') return finding('certificate', 'Certificate', 'info', `none yet; 'holdfast up' makes one`)
  const validTo = endOf(text)
  if (validTo === null)
    return finding(
      'certificate',
      'Certificate',
      'fail',
      `${path} cannot be read`,
      `Remove it; 'holdfast up' makes a new one.`,
    )
  const days = Math.floor((new Date(validTo).getTime() - Date.now()) / DAY_MS)
  const verdict = days < 0 ? 'fail' : days < 14 ? 'warn' : 'ok'
  return finding(
    'certificate',
    'Certificate',
    verdict,
    `valid until ${moment(validTo).slice(0, 10)} (${days} days)`,
    `It renews itself while 'holdfast up' runs; start it.`,
  )
}

function endOf(certificate: string): string | null {
  try {
    return new X509Certificate(certificate).validTo
  } catch {
    return null
  }
}

function readOr(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

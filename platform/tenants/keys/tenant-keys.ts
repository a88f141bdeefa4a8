import { createHmac, randomBytes } from 'node:crypto'
import { MissingError } from '../../../framework/errors.ts'
import type { KeyManagement } from './root-key.ts'

/**
 * What a tenant's key is for: `seal` wraps the data keys of its objects, `names` keys the hashes that name its files, `audit`
 * signs checkpoints of its audit log and stays in the process that owns the home.
 */
export type KeyPurpose = 'seal' | 'names' | 'audit'

/** A tenant's key as the registry keeps it: wrapped by the root key, bound to tenant, purpose and version. */
export interface WrappedTenantKey {
  readonly purpose: KeyPurpose
  readonly version: number
  readonly wrapped: Uint8Array
}

/** The opened keys of one tenant, held in memory only. */
export interface TenantKeys {
  readonly tenantId: string
  /** The version of the sealing key that new objects take. */
  readonly sealVersion: number
  /** @throws MissingError ERR_KEY_DESTROYED when that version is gone. */
  sealKey(version: number): Uint8Array
  /** The keyed hash (HMAC-SHA-256, hex) under which a file's bytes are known within this tenant only. */
  nameOf(bytes: Uint8Array): string
  /** The keys themselves, for another process of the same Holdfast. */
  material(): TenantKeyMaterial
}

/** Keys in the clear. */
export interface TenantKeyMaterial {
  readonly tenantId: string
  readonly sealing: readonly (readonly [version: number, key: Uint8Array])[]
  readonly naming: Uint8Array
}

/** Makes a tenant's key of 256 random bits and wraps it. */
export async function makeTenantKey(
  kms: KeyManagement,
  tenantId: string,
  purpose: KeyPurpose,
  version: number,
): Promise<WrappedTenantKey> {
  const wrapped = await kms.wrap(randomBytes(32), keyContext(tenantId, purpose, version))
  return { purpose, version, wrapped }
}

/** Wraps an existing key anew: with the current root key, or for another tenant (a copy of the first one's data). */
export async function rewrapTenantKey(
  kms: KeyManagement,
  key: WrappedTenantKey,
  from: string,
  to: string = from,
): Promise<WrappedTenantKey> {
  const plain = await openTenantKey(kms, from, key)
  return { ...key, wrapped: await kms.wrap(plain, keyContext(to, key.purpose, key.version)) }
}

/** Opens one key. @throws ServerError ERR_KEY_REFUSED when it was wrapped for somebody else or another purpose */
export function openTenantKey(kms: KeyManagement, tenantId: string, key: WrappedTenantKey): Promise<Uint8Array> {
  return kms.unwrap(key.wrapped, keyContext(tenantId, key.purpose, key.version))
}

/** Opens a tenant's keys. @throws ServerError ERR_KEY_REFUSED when one was wrapped for somebody else. */
export async function openTenantKeys(
  kms: KeyManagement,
  tenantId: string,
  wrapped: readonly WrappedTenantKey[],
): Promise<TenantKeys> {
  const sealing = new Map<number, Uint8Array>()
  let naming: Uint8Array | null = null
  for (const key of wrapped) {
    if (key.purpose === 'audit') continue
    const plain = await openTenantKey(kms, tenantId, key)
    if (key.purpose === 'seal') sealing.set(key.version, plain)
    else naming = plain
  }
  if (sealing.size === 0 || naming === null) throw destroyed()
  return openKeyMaterial({ tenantId, sealing: [...sealing], naming })
}

/** Keys from what `material` gave. */
export function openKeyMaterial(material: TenantKeyMaterial): TenantKeys {
  const { tenantId, naming } = material
  const sealing = new Map(material.sealing)
  return {
    tenantId,
    sealVersion: Math.max(...sealing.keys()),
    sealKey: (version) => {
      const key = sealing.get(version)
      if (key === undefined) throw destroyed()
      return key
    },
    nameOf: (bytes) => createHmac('sha256', naming).update(bytes).digest('hex'),
    material: () => material,
  }
}

/** Keys of a tenant that exists nowhere, for tests of what is sealed with them. */
export function temporaryTenantKeys(tenantId: string): TenantKeys {
  return openKeyMaterial({ tenantId, sealing: [[1, randomBytes(32)]], naming: randomBytes(32) })
}

function keyContext(tenantId: string, purpose: KeyPurpose, version: number): string {
  return `holdfast:tenant-key:${tenantId}:${purpose}:${version}`
}

function destroyed(): MissingError {
  return new MissingError(
    'ERR_KEY_DESTROYED',
    'The key that this data was sealed with is not there, or no longer there; without it nobody can open the data.',
  )
}

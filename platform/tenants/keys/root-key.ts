import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ServerError } from '../../../framework/errors.ts'
import { writeDurably } from '../files/durable.ts'

/**
 * What Holdfast asks of a key-management service: to wrap and unwrap small secrets. The context is authenticated, so that
 * a wrapped secret cannot be moved to another tenant or purpose. A file, Vault transit or PKCS#11 can stand behind it.
 */
export interface KeyManagement {
  /** Names the root key that wraps now. */
  readonly currentKeyId: string
  /** Seals at most a few kilobytes with the current root key. */
  wrap(plain: Uint8Array, context: string): Promise<Uint8Array>
  /** @throws ServerError ERR_KEY_REFUSED when the bytes, the context or the key are not the right ones. */
  unwrap(wrapped: Uint8Array, context: string): Promise<Uint8Array>
}

interface RootKeyFile {
  readonly current: string
  readonly keys: Readonly<Record<string, string>>
}

const NONCE_BYTES = 12
const TAG_BYTES = 16
const ID_BYTES = 8

/**
 * Opens `<folder>/root.key`, making it (mode 0600, 256 random bits) when the folder has none.
 * @param mayMake false in a home that was used already: a new key opens nothing of it, and would stand in the way of the lost one
 * @throws ServerError ERR_KEY_FILE when the key is damaged, or lost from a used home
 */
export async function openRootKey(
  folder: string,
  mayMake = true,
): Promise<KeyManagement & { rotate(): Promise<void> }> {
  const path = join(folder, 'root.key')
  let file = await readRootKey(path)
  if (file === null) {
    if (!mayMake)
      throw new ServerError('ERR_KEY_FILE', `The root key ${path} is gone; put back the copy that you keep of it.`)
    file = withNewKey({})
    await writeDurably(path, JSON.stringify(file), 0o600)
  }
  let state = file
  return {
    get currentKeyId() {
      return state.current
    },
    wrap: async (plain, context) => wrapWith(state.current, keyOf(state, state.current), plain, context),
    unwrap: async (wrapped, context) => {
      const id = Buffer.from(wrapped.subarray(0, ID_BYTES)).toString('hex')
      return unwrapWith(keyOf(state, id), wrapped, context)
    },
    // Older keys stay in the file until everything that they wrap has been wrapped anew.
    rotate: async () => {
      const next = withNewKey(state.keys)
      await writeDurably(path, JSON.stringify(next), 0o600)
      state = next
    },
  }
}

/** AES-256-GCM with a random 96-bit nonce; layout: key id (8 bytes), nonce, ciphertext, tag. */
function wrapWith(id: string, key: Buffer, plain: Uint8Array, context: string): Uint8Array {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  cipher.setAAD(Buffer.from(context))
  return Buffer.concat([Buffer.from(id, 'hex'), nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

function unwrapWith(key: Buffer, wrapped: Uint8Array, context: string): Uint8Array {
  if (wrapped.length < ID_BYTES + NONCE_BYTES + TAG_BYTES) throw refused()
  const bytes = Buffer.from(wrapped)
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(ID_BYTES, ID_BYTES + NONCE_BYTES))
  decipher.setAAD(Buffer.from(context))
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES))
  try {
    return Buffer.concat([decipher.update(bytes.subarray(ID_BYTES + NONCE_BYTES, -TAG_BYTES)), decipher.final()])
  } catch (cause) {
    throw refused(cause)
  }
}

function keyOf(file: RootKeyFile, id: string): Buffer {
  const key = file.keys[id]
  if (key === undefined) throw refused()
  return Buffer.from(key, 'base64')
}

function withNewKey(older: Readonly<Record<string, string>>): RootKeyFile {
  const id = randomBytes(ID_BYTES).toString('hex')
  return { current: id, keys: { ...older, [id]: randomBytes(32).toString('base64') } }
}

async function readRootKey(path: string): Promise<RootKeyFile | null> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
  const value = parseOrNull(text)
  if (typeof value !== 'object' || value === null || !('current' in value) || !('keys' in value)) {
    throw new ServerError('ERR_KEY_FILE', 'The root key file is damaged; put back the copy that you keep of it.')
  }
  return value as RootKeyFile
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function refused(cause?: unknown): ServerError {
  return new ServerError('ERR_KEY_REFUSED', 'A sealed secret could not be opened with the keys at hand.', { cause })
}

/** The document of a user as text with its tag, kept in memory until rights or models change. */

import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { type Tenant, withEnv } from '../../access/index.ts'
import { describeApi } from './describe.ts'
import { openApi } from './openapi.ts'

export interface ApiDocument {
  readonly json: string
  /** The same compressed: a twentieth of it. */
  readonly gzip: Buffer
  /** Strong entity tag, with its quotes (RFC 9110 §8.8.3). */
  readonly etag: string
}

interface Kept {
  readonly epoch: number
  readonly registry: string
  readonly document: ApiDocument
}

/** Documents in memory, of all tenants together; up to a megabyte each. */
const mostKept = 16
const kept = new Map<string, Kept>()

// A number instead of the tenant itself, so that what is kept holds no tenant in memory.
const numbers = new WeakMap<Tenant, number>()
let lastNumber = 0

/** The OpenAPI document of what this user may call now. */
export async function apiDocument(tenant: Tenant, uid: number): Promise<ApiDocument> {
  // The environment proves the epoch when it ends: an answer from memory counts no longer than the rights it was made of.
  return await withEnv(tenant, uid, { mode: 'read' }, async (env) => {
    const { epoch, registry } = env
    const key = `${numberOf(tenant)} ${uid} ${env.lang}`
    const found = kept.get(key)
    kept.delete(key)
    const isCurrent = found !== undefined && found.epoch === epoch && found.registry === registry.key
    const document = isCurrent ? found.document : write(openApi(tenant.name, describeApi(env)))
    const [oldest] = kept.keys()
    if (kept.size >= mostKept && oldest !== undefined) kept.delete(oldest)
    if (epoch !== undefined) kept.set(key, { epoch, registry: registry.key, document })
    return document
  })
}

function write(document: unknown): ApiDocument {
  const json = JSON.stringify(document)
  return {
    json,
    gzip: gzipSync(json, { level: 6 }),
    etag: `"${createHash('sha256').update(json).digest('base64url').slice(0, 27)}"`,
  }
}

function numberOf(tenant: Tenant): number {
  let number = numbers.get(tenant)
  if (number === undefined) {
    number = ++lastNumber
    numbers.set(tenant, number)
  }
  return number
}

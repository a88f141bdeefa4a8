/** The document of a user as text with its tag, kept in memory until rights or models change. */

import { createHash } from 'node:crypto'
import { type Tenant, withEnv } from '../../access/index.ts'
import { describeApi } from './describe.ts'
import { openApi } from './openapi.ts'

export interface ApiDocument {
  readonly json: string
  /** Strong entity tag, with its quotes (RFC 9110 §8.8.3). */
  readonly etag: string
}

interface Kept {
  readonly epoch: number
  readonly registry: string
  readonly byUser: Map<string, ApiDocument>
}

/** Documents of one tenant in memory; half a megabyte each. */
const mostKept = 8
const kept = new WeakMap<Tenant, Kept>()

/** The OpenAPI document of what this user may call now. */
export async function apiDocument(tenant: Tenant, uid: number): Promise<ApiDocument> {
  // The environment proves the epoch when it ends: an answer from memory counts no longer than the rights it was made of.
  return await withEnv(tenant, uid, { mode: 'read' }, async (env) => {
    const { epoch, registry } = env
    const memory = epoch === undefined ? undefined : memoryOf(tenant, epoch, registry.key)
    const key = `${uid} ${env.lang}`
    const found = memory?.byUser.get(key)
    if (found !== undefined) return found
    const json = JSON.stringify(openApi(tenant.name, describeApi(env)))
    const document = { json, etag: `"${createHash('sha256').update(json).digest('base64url').slice(0, 27)}"` }
    if (memory !== undefined) {
      const [oldest] = memory.byUser.keys()
      if (memory.byUser.size >= mostKept && oldest !== undefined) memory.byUser.delete(oldest)
      memory.byUser.set(key, document)
    }
    return document
  })
}

function memoryOf(tenant: Tenant, epoch: number, registry: string): Kept {
  const found = kept.get(tenant)
  if (found?.epoch === epoch && found.registry === registry) return found
  const fresh = { epoch, registry, byUser: new Map<string, ApiDocument>() }
  kept.set(tenant, fresh)
  return fresh
}

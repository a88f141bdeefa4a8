import { join } from 'node:path'
import type { DatabaseAddress } from '../../../framework/sql/index.ts'
import type { DatabaseEndpoint } from '../instances/engine.ts'
import { openFileStore, type TenantFileStore } from '../files/file-store.ts'
import type { EmbeddedEngine } from '../instances/embedded-engine.ts'
import { type Instance, superviseInstance } from '../instances/instance.ts'
import type { Layout } from '../instances/layout.ts'
import type { Templates } from '../instances/templates.ts'
import type { KeyManagement } from '../keys/root-key.ts'
import { Secret } from '../keys/secret.ts'
import type { TenantKeys } from '../keys/tenant-keys.ts'
import type { Credentials, Toolset } from '../postgres/cluster-folder.ts'
import type { Registry } from '../registry/registry.ts'
import type { Workflows } from '../registry/workflow.ts'

/** Something that happened to a tenant; no customer content, fit for a log. */
export interface TenantEvent {
  readonly kind:
    | 'created'
    | 'asleep'
    | 'crashed'
    | 'generation'
    | 'rekeyed'
    | 'renamed'
    | 'suspended'
    | 'resumed'
    | 'deleting'
    | 'deleted'
    | 'superuser'
    | 'swept'
  readonly tenantId: string | null
  readonly detail?: string
}

/** What all operations on a home share. */
export interface HomeContext {
  readonly layout: Layout
  readonly tools: Toolset
  readonly kms: KeyManagement
  readonly engine: EmbeddedEngine
  readonly templates: Templates
  readonly registry: Registry
  readonly workflows: Workflows
  /** Tells this home's registry from any other, so that a sweep never removes what another one knows. */
  readonly registryId: string
  now(): Date
  emit(event: TenantEvent): Promise<void>
}

/** All that the code of a request gets of a tenant: its own database and files, nothing of anybody else. */
export interface TenantConnection {
  readonly id: string
  readonly name: string
  readonly generation: number
  /** The runtime role's way in; valid for this generation only. */
  readonly database: DatabaseEndpoint
  /** The same, as `openPool` takes it. */
  readonly address: DatabaseAddress
  readonly files: TenantFileStore
  /** Where they lie. */
  readonly filesFolder: string
  /** The tenant's keys, to seal backups and secret columns. */
  readonly keys: TenantKeys
  /** Keeps the instance awake until the returned function is called (backups, long reports). */
  hold(): () => void
}

/** Where an instance of that opaque name lies. */
export function instanceFolder(context: HomeContext, name: string): string {
  return join(context.layout.instances, name)
}

/** Where a tenant's attachments lie. */
export function filesFolder(context: HomeContext, tenantId: string): string {
  return join(context.layout.files, tenantId)
}

/** Takes an instance folder of a tenant under supervision. */
export function supervise(
  context: HomeContext,
  tenantId: string,
  name: string,
  generation: number,
  credentials: Credentials,
): Instance {
  return superviseInstance({
    tools: context.tools,
    name,
    folder: instanceFolder(context, name),
    sockets: context.layout.sockets,
    generation,
    credentials,
    onCrash: (_name, failures) => void context.emit({ kind: 'crashed', tenantId, detail: `failure ${failures}` }),
  })
}

/** Seals the passwords of a generation for the registry. */
export function sealCredentials(
  kms: KeyManagement,
  tenantId: string,
  generation: number,
  credentials: Credentials,
): Promise<Uint8Array> {
  const text = JSON.stringify({ admin: credentials.admin.reveal(), runtime: credentials.runtime.reveal() })
  return kms.wrap(Buffer.from(text), credentialContext(tenantId, generation))
}

/** Opens them again. @throws ServerError ERR_KEY_REFUSED when they are another tenant's or generation's */
export async function openCredentials(
  kms: KeyManagement,
  tenantId: string,
  generation: number,
  sealed: Uint8Array,
): Promise<Credentials> {
  const text = Buffer.from(await kms.unwrap(sealed, credentialContext(tenantId, generation))).toString()
  const value = JSON.parse(text) as { admin: string; runtime: string }
  return { admin: new Secret(value.admin), runtime: new Secret(value.runtime) }
}

/** Builds what a request gets. @param hold see `TenantConnection.hold` */
export function connectionOf(
  context: HomeContext,
  tenant: { id: string; name: string },
  instance: Instance,
  keys: TenantKeys,
  hold: () => () => void,
): TenantConnection {
  const database = instance.runtime
  const folder = filesFolder(context, tenant.id)
  return {
    id: tenant.id,
    name: tenant.name,
    generation: instance.generation,
    database,
    address: addressOf(database),
    files: openFileStore(folder, keys, () => instance.generation),
    filesFolder: folder,
    keys,
    hold,
  }
}

/** An endpoint as `openPool` takes it; the password is asked for at each connect and stands in no object that is printed. */
export function addressOf(endpoint: DatabaseEndpoint): DatabaseAddress {
  return {
    host: endpoint.socketDir,
    port: endpoint.port,
    database: endpoint.database,
    user: endpoint.user,
    password: () => endpoint.password.reveal(),
  }
}

function credentialContext(tenantId: string, generation: number): string {
  return `holdfast:credential:${tenantId}:${generation}`
}

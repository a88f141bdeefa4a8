import { randomBytes, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { MissingError } from '../../../framework/errors.ts'
import { openFileStore } from '../files/file-store.ts'
import type { Template } from '../instances/templates.ts'
import { makeTenantKey, openTenantKeys, rewrapTenantKey, type WrappedTenantKey } from '../keys/tenant-keys.ts'
import {
  copyCluster,
  discard,
  newCredentials,
  publish,
  removeFolder,
  renewCredentials,
  writeMarker,
} from '../postgres/cluster-folder.ts'
import type { TenantRow } from '../registry/registry.ts'
import type { Step } from '../registry/workflow.ts'
import { filesFolder, type HomeContext, instanceFolder, sealCredentials, type TenantConnection } from './context.ts'
import { connect, newEntry, type TenantEntry } from './entry.ts'

/** What a new tenant starts from. */
export interface ProvisionOptions {
  readonly name: string
  /** Key of a prepared template; without it the database has no application. */
  readonly template?: string
  /** Runs when the instance answers and before anybody else can reach it; when it throws, nothing is left of the tenant. */
  readonly prepare?: (connection: TenantConnection) => Promise<void>
  /** Id of a tenant whose attachments keep their names in the new one (a copy of its database). */
  readonly fileNamesOf?: string
}

/** Makes a tenant by recorded steps: name, keys, instance, files, start, preparation, service. Undone whole when one fails. */
export async function provision(context: HomeContext, options: ProvisionOptions): Promise<TenantEntry> {
  const template = await templateOf(context, options.template ?? null)
  const id = randomUUID()
  const now = context.now()
  const instance = newInstanceName()
  await context.registry.reserve({ id, name: options.name, instance, template: options.template ?? null, now })
  const entry = newEntry({
    id,
    name: options.name,
    instance,
    state: 'creating',
    generation: 1,
    credential: null,
    credentialNext: null,
    template: options.template ?? null,
    createdAt: now,
    deleteAfter: null,
  })
  let connection: TenantConnection | null = null
  const steps: Step[] = [
    { name: 'keys', run: () => giveKeys(context, id, options.fileNamesOf ?? null) },
    {
      name: 'instance',
      run: async () => {
        entry.row = await giveInstance(context, entry.row, template)
      },
    },
    { name: 'files', run: () => giveFiles(context, id, template) },
    {
      name: 'start',
      run: async () => {
        connection = await connect(context, entry)
        await context.engine.start(id)
      },
    },
    {
      name: 'prepare',
      run: async () => {
        if (connection !== null) await options.prepare?.(connection)
      },
    },
    {
      name: 'serve',
      run: async () => {
        entry.row = await serve(context, entry.row)
      },
    },
  ]
  const stillHere = { ...entry.row }
  await context.workflows.run({
    kind: 'provision',
    tenantId: id,
    steps,
    undo: () => undoProvision(context, stillHere),
  })
  return entry
}

/** Removes what an unfinished provisioning made; its name is free at once. */
export async function undoProvision(context: HomeContext, row: TenantRow): Promise<void> {
  await context.engine.forget(row.id)?.stop('immediate')
  await discard(instanceFolder(context, row.instance), context.layout.staging)
  await removeFolder(filesFolder(context, row.id))
  await context.registry.release(row.id)
}

/** An opaque name for an instance's folder. */
export function newInstanceName(): string {
  return `i_${randomBytes(8).toString('hex')}`
}

/** Copies a template into the instance folder of that name, with new passwords, and returns these sealed. */
export async function cloneInstance(
  context: HomeContext,
  tenantId: string,
  name: string,
  generation: number,
  template: Template,
): Promise<Uint8Array> {
  // Keeps promise: databases/one-per-customer
  const credentials = newCredentials()
  const staged = join(context.layout.staging, name)
  await removeFolder(staged)
  try {
    await copyCluster(template.folder, staged)
    await renewCredentials(context.tools, staged, credentials)
    await publish(context.tools, staged, instanceFolder(context, name), {
      kind: 'instance',
      registry: context.registryId,
      phase: 'made',
    })
  } catch (error) {
    // Now and not at the next start: most often it is for want of space.
    await removeFolder(staged)
    throw error
  }
  return sealCredentials(context.kms, tenantId, generation, credentials)
}

/** @throws MissingError ERR_TEMPLATE_UNKNOWN */
export async function templateOf(context: HomeContext, key: string | null): Promise<Template> {
  const template = key === null ? await context.templates.base() : context.templates.find(key)
  if (template === null)
    throw new MissingError('ERR_TEMPLATE_UNKNOWN', 'No template was prepared under that key.', { detail: { key } })
  return template
}

async function giveKeys(context: HomeContext, tenantId: string, fileNamesOf: string | null): Promise<void> {
  if ((await context.registry.keys(tenantId)).length > 0) return
  const naming = fileNamesOf === null ? null : await namingKeyOf(context, fileNamesOf)
  await context.registry.saveKeys(tenantId, [
    await makeTenantKey(context.kms, tenantId, 'seal', 1),
    naming === null || fileNamesOf === null
      ? await makeTenantKey(context.kms, tenantId, 'names', 1)
      : await rewrapTenantKey(context.kms, naming, fileNamesOf, tenantId),
  ])
}

async function namingKeyOf(context: HomeContext, tenantId: string): Promise<WrappedTenantKey> {
  const key = (await context.registry.keys(tenantId)).find(({ purpose }) => purpose === 'names')
  if (key === undefined) throw new MissingError('ERR_KEY_DESTROYED', 'The database to copy from has no keys any more.')
  return key
}

async function giveInstance(context: HomeContext, row: TenantRow, template: Template): Promise<TenantRow> {
  if (row.credential !== null && existsSync(instanceFolder(context, row.instance))) return row
  const credential = await cloneInstance(context, row.id, row.instance, row.generation, template)
  await context.registry.announceCredential(row.id, credential)
  await context.registry.commitGeneration(row.id, row.generation)
  return { ...row, credential }
}

async function giveFiles(context: HomeContext, tenantId: string, template: Template): Promise<void> {
  const keys = await openTenantKeys(context.kms, tenantId, await context.registry.keys(tenantId))
  const files = openFileStore(filesFolder(context, tenantId), keys, () => 1)
  for await (const hash of template.files.list()) {
    const bytes = await template.files.get(hash)
    if (bytes !== null) await files.putAs(hash, bytes)
  }
}

async function serve(context: HomeContext, row: TenantRow): Promise<TenantRow> {
  await writeMarker(instanceFolder(context, row.instance), {
    kind: 'instance',
    registry: context.registryId,
    phase: 'serving',
  })
  await context.registry.setState(row.id, 'active', null)
  return { ...row, state: 'active' }
}

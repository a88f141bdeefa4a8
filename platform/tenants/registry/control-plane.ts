import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConflictError, ServerError } from '../../../framework/errors.ts'
import { openPool, type Pool } from '../../../framework/sql/index.ts'
import { writeDurably } from '../files/durable.ts'
import { type Instance, superviseInstance } from '../instances/instance.ts'
import type { Layout } from '../instances/layout.ts'
import type { Templates } from '../instances/templates.ts'
import type { KeyManagement } from '../keys/root-key.ts'
import { addressOf, openCredentials, sealCredentials } from '../lifecycle/context.ts'
import { newInstanceName } from '../lifecycle/provision.ts'
import {
  copyCluster,
  dataDirOf,
  newCredentials,
  publish,
  readMarker,
  removeFolder,
  renewCredentials,
  type Toolset,
  writeMarker,
} from '../postgres/cluster-folder.ts'
import { DATABASE, RUNTIME_ROLE } from '../postgres/settings.ts'
import { runSingleUser } from '../postgres/single-user.ts'

/** The control plane's own instance: a tenant like the others, but of no name and no host. */
export interface ControlPlane {
  readonly registryId: string
  readonly instance: Instance
  readonly pool: Pool
}

interface ControlFile {
  readonly registryId: string
  readonly instance: string
  readonly generation: number
  /** Sealed passwords, base64. */
  readonly credential: string
}

/** Whether the home was used before. */
export function hasControl(layout: Layout): boolean {
  return existsSync(controlPath(layout))
}

/** Starts the control plane of a home, making it at the first start. @throws ServerError ERR_CONTROL_FILE */
export async function openControlPlane(
  layout: Layout,
  tools: Toolset,
  kms: KeyManagement,
  templates: Templates,
): Promise<ControlPlane> {
  const path = controlPath(layout)
  const file = hasControl(layout) ? readControl(path) : await makeControl(path, layout, tools, kms, templates)
  const sealed = Buffer.from(file.credential, 'base64')
  // It holds the wrapped keys of all tenants: no sweep may ever take it for a half-made one.
  const folder = join(layout.instances, file.instance)
  checkMajor(folder, tools)
  if (readMarker(folder)?.phase !== 'serving')
    await writeMarker(folder, { kind: 'instance', registry: file.registryId, phase: 'serving' })
  const instance = superviseInstance({
    tools,
    name: file.instance,
    folder,
    sockets: layout.sockets,
    generation: file.generation,
    credentials: await openCredentials(kms, file.registryId, file.generation, sealed),
  })
  await instance.start()
  const pool = openPool({
    ...addressOf(instance.runtime),
    max: 4,
    applicationName: 'holdfast-control',
    beforeConnect: () => instance.start(),
  })
  return { registryId: file.registryId, instance, pool }
}

function controlPath(layout: Layout): string {
  return join(layout.home, 'control.json')
}

function readControl(path: string): ControlFile {
  try {
    const file = JSON.parse(readFileSync(path, 'utf8')) as ControlFile
    if (typeof file.instance === 'string' && typeof file.credential === 'string') return file
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw new ServerError('ERR_CONTROL_FILE', `${path} is damaged; put it back from a copy of the home.`)
}

/** The files of one major version cannot be read by another. */
function checkMajor(folder: string, tools: Toolset): void {
  const made = readFileSync(join(dataDirOf(folder), 'PG_VERSION'), 'utf8').trim()
  if (made === String(tools.binaries.major)) return
  throw new ConflictError(
    'ERR_POSTGRES_MAJOR',
    `This home was made with PostgreSQL ${made}, and this is ${tools.binaries.version}. Set or unset HOLDFAST_POSTGRES_BIN so that it is ${made} again, or use another HOLDFAST_HOME.`,
  )
}

// The job queue looks whether an index is being built. Here that tells about nobody: no tenant's statement ever runs in this
// instance.
const CONTROL_GRANTS = [`GRANT SELECT ON pg_catalog.pg_locks, pg_catalog.pg_database TO ${RUNTIME_ROLE}`]

async function makeControl(
  path: string,
  layout: Layout,
  tools: Toolset,
  kms: KeyManagement,
  templates: Templates,
): Promise<ControlFile> {
  const registryId = randomUUID()
  const instance = newInstanceName()
  const credentials = newCredentials()
  const staged = join(layout.staging, instance)
  await removeFolder(staged)
  await copyCluster((await templates.base()).folder, staged)
  await renewCredentials(tools, staged, credentials)
  await runSingleUser(tools.binaries, tools.account, dataDirOf(staged), DATABASE, CONTROL_GRANTS)
  // `made` until the file below names it: after a crash between the two the sweep removes it, for it is empty.
  await publish(tools, staged, join(layout.instances, instance), { kind: 'instance', registry: null, phase: 'made' })
  const credential = Buffer.from(await sealCredentials(kms, registryId, 1, credentials)).toString('base64')
  const file: ControlFile = { registryId, instance, generation: 1, credential }
  await writeDurably(path, JSON.stringify(file), 0o600)
  return file
}

/**
 * Tenants: a PostgreSQL instance, keys, credentials and files for each, provisioned, supervised, put to sleep, replaced
 * and deleted. This room knows no application and never looks at what stands in a tenant's tables.
 *
 * const home = await openHome({ path })                                   one process owns a home
 * await home.prepareTemplate('sales-1', ({ address, files }) => …)        once; then tenants are copied from it
 * const acme = await home.tenants.create({ name: 'acme', template: 'sales-1', prepare: (connection) => … })
 * const pool = openPool({ ...acme.address, beforeConnect: async () => void (await home.tenants.wake('acme')) })
 * home.tenants.watch((event) => …)                                        close a tenant's pools when it changes
 * await home.close()
 */

export { type Home, type HomeOptions, openHome, type TemplateConnection } from './directory.ts'
export type { ClusterEngine, DatabaseEndpoint, InstanceState, ReplicationLag } from './instances/engine.ts'
export type { Trial } from './instances/trial.ts'
export { type HandedConnection, handOver, takeOver } from './instances/hand-over.ts'
export type { FileStore, TenantFileStore } from './files/file-store.ts'
export { type KeyManagement, openRootKey } from './keys/root-key.ts'
export { CHUNK_BYTES, openBytes, openSealed, sealBytes, sealStream } from './keys/seal.ts'
export type { SealedKind, SealHeader } from './keys/seal-header.ts'
export { scramVerifier } from './keys/scram.ts'
export { randomPassword, Secret } from './keys/secret.ts'
export { keyVault } from './keys/key-vault.ts'
export { type TenantKeys, temporaryTenantKeys } from './keys/tenant-keys.ts'
export type { TenantConnection, TenantEvent } from './lifecycle/context.ts'
export type { ProvisionOptions } from './lifecycle/provision.ts'
export type { SweepReport } from './lifecycle/sweep.ts'
export type { TenantRecord, Tenants } from './lifecycle/tenants.ts'
export { REPORT_GROUP, RUNTIME_ROLE } from './postgres/settings.ts'
export { checkTenantName } from './lifecycle/tenant-name.ts'
export { type Owner, ownerOf } from './supervision/owner-lock.ts'

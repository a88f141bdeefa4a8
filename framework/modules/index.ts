/**
 * Applications in a tenant: found on disk, loaded, installed, upgraded; schema, records, rights and reflection follow.
 * It never decides who may do it, and never drops what a person may still need.
 */

import '../views/index.ts'

export { app, type AppManifest } from './app.ts'
export { appFolders, availableApps } from './discover/discover.ts'
export { loadApps, loadEveryApp } from './discover/load.ts'
export { installApps, type InstallOptions } from './install/install.ts'
export { planUninstall, uninstallApps, type UninstallPlan } from './install/uninstall/uninstall.ts'
export { loadedApps } from './install/upgrade/fingerprint.ts'
export { lacksUpgrade } from './install/upgrade/upgrade.ts'
export { readEveryModel } from './install/upgrade/checks.ts'
export {
  needsUpgrade,
  planUpgrade,
  type UpgradeOptions,
  type UpgradePlan,
  upgradeTenant,
} from './install/upgrade/upgrade.ts'
export { parseDomainLiteral } from './rights/domain-literal.ts'
export { constraintMessage } from './schema/constraint-message.ts'
export { type SchemaReport, syncSchema } from './schema/sync.ts'
export { findModules, installModules, uninstallModules, upgradeModules } from './services/apps.ts'
export { auditCheckpoint, auditConsistency, auditEntries, auditProof } from './services/audit.ts'
export { type ContentFacts, describeContent } from './services/attachment-content.ts'
export { applyRights, explainRight } from './services/rights.ts'
export { checkDomainText, domainOfText } from './services/domain-text.ts'
export { applyRunTimeModels } from './services/own-models/apply.ts'
export { moveChoices, removalOfFields, removalOfModels, renameOwnField } from './services/own-models/removal.ts'
export {
  dropCounters,
  nextByCode,
  nextById,
  numbersByCode,
  peekNumber,
  restartSequence,
  writtenNumber,
} from './services/sequences.ts'
export { tenantOf } from './tenant/open-tenants.ts'
export { type InitOptions, initTenant, openTenant, reopenTenant, type TenantOptions } from './tenant/open-tenant.ts'

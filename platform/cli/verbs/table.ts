/** All verbs, in the order in which help lists them. */

import type { Verb } from '../command/verb.ts'
import { appInstall } from './app/install.ts'
import { appList } from './app/list.ts'
import { appUninstall } from './app/uninstall.ts'
import { appUpgrade } from './app/upgrade.ts'
import { auditErase } from './audit/erase.ts'
import { auditList } from './audit/list.ts'
import { auditCheckpoint, auditProof } from './audit/prove.ts'
import { auditVerify } from './audit/verify.ts'
import { doctor } from '../doctor/doctor.ts'
import { doctorInside } from '../doctor/inside.ts'
import { up } from '../up/up.ts'
import { backupCreate } from './backup/create.ts'
import { backupList } from './backup/list.ts'
import { backupExport, backupVerify } from './backup/read.ts'
import { backupImport, restore, tenantUndoRestore } from './backup/restore.ts'
import { client } from './client.ts'
import { helpVerb, versionVerb } from './help.ts'
import { importOdooVerb } from './import-odoo.ts'
import { tenantRename, tenantResume, tenantSuspend, tenantUndelete } from './tenant/change.ts'
import { tenantCreate } from './tenant/create.ts'
import { tenantDelete } from './tenant/delete.ts'
import { tenantList } from './tenant/list.ts'
import { tenantSettings } from './tenant/settings.ts'
import { types } from './types.ts'
import { accessCosts, accessExplain } from './user/explain.ts'
import { reportingDisable, reportingEnable, reportingList, reportingRefresh } from './user/reporting.ts'
import { userResetPassword } from './user/reset-password.ts'

/** What people can type. */
export const verbs: readonly Verb[] = [
  up,
  restore,
  importOdooVerb,
  doctor,
  helpVerb(() => verbs),
  versionVerb,
  tenantCreate,
  tenantList,
  tenantSettings,
  tenantRename,
  tenantSuspend,
  tenantResume,
  tenantDelete,
  tenantUndelete,
  tenantUndoRestore,
  appList,
  appInstall,
  appUpgrade,
  appUninstall,
  backupCreate,
  backupList,
  backupVerify,
  backupExport,
  backupImport,
  auditVerify,
  auditList,
  auditProof,
  auditCheckpoint,
  auditErase,
  userResetPassword,
  accessExplain,
  accessCosts,
  reportingEnable,
  reportingList,
  reportingRefresh,
  reportingDisable,
  client,
  types,
]

/** What the owner of a home runs for a command line: the same, and what only programs ask for. */
export const controlVerbs: readonly Verb[] = [...verbs, doctorInside]

/** One import under way: what its steps share. */

import type { Env, ModelRegistry } from '../../../framework/orm/index.ts'
import type { Transaction } from '../../../framework/sql/index.ts'
import type { Aside } from './aside.ts'
import type { IdMaps } from './id-maps.ts'
import type { OdooArchive } from '../archive/odoo-archive.ts'
import type { StoredFile } from '../mapping/mapping.ts'
import type { TableTally } from '../report/import-report.ts'

export interface ImportRun {
  readonly tx: Transaction
  readonly env: Env
  readonly registry: ModelRegistry
  readonly archive: OdooArchive
  /** Identity of the Odoo database, under which hf_import_map remembers. */
  readonly source: string
  readonly importId: number
  readonly ids: IdMaps
  readonly aside: Aside
  /** By attachment id of the source. */
  readonly files: Map<number, StoredFile>
  readonly tallies: Map<string, TableTally>
  readonly notes: string[]
  readonly progress: (step: string) => void
}

/** The registry that a tenant will have: its applications as they are on disk, its own models with the names of then. */

import { buildRegistry, type ModelRegistry } from '../../../orm/index.ts'
import type { Queryable } from '../../../sql/index.ts'
import { linkTableOf, type OverlayRows } from '../../overlay/read-overlay.ts'
import { loadApps } from '../../discover/load.ts'
import { readCatalog } from '../../schema/catalog.ts'
import { wantedSchema } from '../../schema/desired.ts'
import { findRenames, type Renames } from '../../schema/plan/renames.ts'
import type { PreviousModels } from '../../schema/previous.ts'
import { registryOf } from '../../tenant/tenant-registry.ts'
import { renameInPath } from './rename-records.ts'

/**
 * Builds it without changing anything.
 * @param without fields of people that will be gone, as `model.field`, and models of people
 * @throws ValidationError ERR_MODEL_DEFINITION when the tenant's own models do not fit the applications
 */
export async function registryAhead(
  apps: readonly string[],
  db: Queryable,
  previous: PreviousModels,
  without: ReadonlySet<string> = new Set(),
): Promise<ModelRegistry> {
  const base = buildRegistry((await loadApps(apps)).map(({ name }) => name))
  if (previous.models.size === 0) return base
  const renames = findRenames(wantedSchema(base), await readCatalog(db), previous)
  return registryOf(apps, db, (rows) => adapt(rows, base, renames, without))
}

function adapt(rows: OverlayRows, base: ModelRegistry, renames: Renames, without: ReadonlySet<string>): OverlayRows {
  const modelNow = (name: string): string => renames.models.get(name) ?? name
  return {
    models: rows.models,
    fields: rows.fields
      .filter((field) => !without.has(`${field.model}.${field.name}`))
      .map((field) => {
        const model = modelNow(field.model)
        const relation = field.relation === null ? null : modelNow(field.relation)
        const info = base.models.get(model)
        const fieldNow = (of: string, name: string | null): string | null =>
          name === null ? null : (renames.fields.get(`${of}.${name}`) ?? name)
        return {
          ...field,
          relation_table: field.ttype === 'many2many' ? linkTableOf(field) : null,
          model,
          relation,
          relation_field: fieldNow(relation ?? '', field.relation_field),
          currency_field: fieldNow(model, field.currency_field),
          related: field.related && info ? renameInPath(field.related, info, renames, base).path : field.related,
        }
      }),
  }
}

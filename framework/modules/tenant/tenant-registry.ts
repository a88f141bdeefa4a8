/** Which registry a tenant has: that of its installed applications, with its own models on top. */

import { ValidationError } from '../../errors.ts'
import { buildRegistry, type ModelRegistry } from '../../orm/index.ts'
import { type Queryable, sql } from '../../sql/index.ts'
import { loadApps } from '../discover/load.ts'
import { hasFormulas, withFormulas, withoutFormulas } from '../overlay/formulas.ts'
import { type OverlayRows, readOverlay } from '../overlay/read-overlay.ts'

/** Names of the installed applications, in no order. */
export async function installedApps(db: Queryable): Promise<string[]> {
  const rows = await db.query<{ name: string }>(sql`SELECT name FROM ir_module_module WHERE state = 'installed'`)
  return rows.map(({ name }) => name)
}

/** Reads what is installed, loads those applications and builds the registry; tenants without own models share it. */
export async function readRegistry(db: Queryable): Promise<ModelRegistry> {
  return registryOf(await installedApps(db), db)
}

/**
 * The registry of these applications with the tenant's own models.
 * @throws ValidationError ERR_MODEL_DEFINITION when those do not fit together
 */
export async function registryOf(
  apps: readonly string[],
  db: Queryable,
  adapt?: (rows: OverlayRows) => OverlayRows,
): Promise<ModelRegistry> {
  const names = (await loadApps(apps)).map(({ name }) => name)
  const overlay = await readOverlay(db, adapt)
  if (overlay === undefined) return buildRegistry(names)
  try {
    if (!hasFormulas(overlay)) return buildRegistry(names, overlay)
    const plain = buildRegistry(names, withoutFormulas(overlay))
    return buildRegistry(names, withFormulas(overlay, plain))
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new ValidationError('ERR_MODEL_DEFINITION', `The models do not fit together: ${error.message}`, {
      cause: error,
    })
  }
}

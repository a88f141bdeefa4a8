/** Which changes an administrator's automations wait for; kept in memory under the epoch, so that all other models pay nothing. */

import type { Change, ModelRegistry } from '../orm/index.ts'
import { type Queryable, sql } from '../sql/index.ts'

export type Reactions = ReadonlyMap<string, ReadonlySet<Change>>

const changesOf: Readonly<Record<string, readonly Change[]>> = {
  on_create: ['create'],
  on_write: ['write'],
  on_create_or_write: ['create', 'write'],
  on_unlink: ['unlink'],
}

/** Reads them; nothing where the application of automations is not installed. */
export async function readReactions(registry: ModelRegistry, db: Queryable): Promise<Reactions> {
  const reactions = new Map<string, Set<Change>>()
  if (!registry.models.has('base.automation')) return reactions
  const rows = await db.query<{ model: string; trigger: string }>(
    sql`SELECT DISTINCT m.model, a.trigger FROM base_automation a JOIN ir_model m ON m.id = a.model_id WHERE a.active`,
  )
  for (const { model, trigger } of rows) {
    const changes = reactions.get(model) ?? new Set<Change>()
    for (const change of changesOf[trigger] ?? []) changes.add(change)
    if (changes.size > 0) reactions.set(model, changes)
  }
  return reactions
}

/** What models with a parent field share: no record may become its own ancestor, and a path for quick descent. */

import { type Env, ValidationError } from '#framework'

/**
 * Refuses a new parent that is one of the records or lies below one of them. Called before the write, so that nothing
 * that walks up the hierarchy ever meets a ring.
 * @throws ValidationError with `message`
 */
export async function refuseCycle(
  env: Env,
  model: string,
  ids: readonly number[],
  parentField: string,
  parent: unknown,
  message: string,
): Promise<void> {
  const moved = new Set(ids)
  let above = typeof parent === 'number' && parent > 0 ? parent : null
  const seen = new Set<number>()
  while (above !== null) {
    if (moved.has(above)) throw new ValidationError('ERR_RECURSION', message)
    if (seen.has(above)) return
    seen.add(above)
    const [record] = await env.model(model, [above]).load(parentField)
    const next = (record as Record<string, unknown> | undefined)?.[parentField]
    above = typeof next === 'number' ? next : null
  }
}

/** `1/7/12/`: the ids from the root down to the record. */
export function pathBelow(parentPath: string | null | undefined, id: number): string {
  return `${parentPath ?? ''}${id}/`
}

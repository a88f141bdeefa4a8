/** Which methods an entry of ir.cron may name. */

import { ValidationError } from '../../errors.ts'
import type { ModelRegistry } from '../../orm/index.ts'

/**
 * An entry runs what any caller may ask for: a method that an application exposes on a model as a whole and that needs no
 * argument. Never code, never a private method.
 * @throws ValidationError ERR_CRON_METHOD for anything else
 */
export function checkCronMethod(registry: ModelRegistry, model: unknown, method: unknown): void {
  const declared =
    typeof model === 'string' && typeof method === 'string' ? registry.models.get(model)?.api.get(method) : undefined
  const fits = declared?.on === 'model' && Object.values(declared.params).every(({ optional }) => optional)
  if (!fits)
    throw new ValidationError(
      'ERR_CRON_METHOD',
      'A scheduled action runs a public method of its model that needs no records and no arguments.',
    )
}

/** Templates about records of a model: what their names stand for, how they are checked for who writes them, how they are filled. */

import { InvalidRequestError } from '../../errors.ts'
import type { Env, ModelInfo, ModelRegistry } from '../../orm/index.ts'
import { fillTemplates, type Given } from './fill.ts'
import type { Kind } from './places.ts'
import { type LiquidTemplate, parseTemplate } from './template.ts'

/** A mail speaks of one `object` and leaves the house; a report speaks of `docs` and is shown to whoever asked for it. */
export type Use = 'mail' | 'report'

/** One text about records of a model. */
export interface DocumentText {
  readonly model: string
  readonly use: Use
  readonly kind: Kind
  readonly text: string
}

/**
 * Parses a text with the names that documents have: `object` or `docs`, `user`, `company`, `today`.
 * @throws ValidationError ERR_TEMPLATE
 */
export function parseDocument(registry: ModelRegistry, { model, use, kind, text }: DocumentText): LiquidTemplate {
  const main = { model: modelOf(registry, model) }
  return parseTemplate(text, {
    registry,
    kind,
    audience: use === 'mail' ? 'outside' : 'caller',
    roots: {
      ...(use === 'mail' ? { object: { is: 'record', ...main } } : { docs: { is: 'list', ...main } }),
      user: { is: 'record', model: modelOf(registry, 'res.users') },
      company: { is: 'record', model: modelOf(registry, 'res.company') },
      today: { is: 'value' },
    },
  })
}

/**
 * Fills texts about these records with what `env` may read.
 * @throws MissingError ERR_TEMPLATE_RECORD, AccessError ERR_TEMPLATE_FIELD, UserError ERR_TEMPLATE_LIMIT
 */
export function fillDocument(
  env: Env,
  templates: readonly LiquidTemplate[],
  { model, use, ids }: { readonly model: string; readonly use: Use; readonly ids: readonly number[] },
): Promise<string[]> {
  const given: Given = {
    ...(use === 'mail' ? { object: { model, ids, is: 'record' } } : { docs: { model, ids, is: 'list' } }),
    user: { model: 'res.users', ids: [env.uid], is: 'record', optional: true },
    company: { model: 'res.company', ids: [env.companyId], is: 'record', optional: true },
    today: env.now().toISOString().slice(0, 10),
  }
  return fillTemplates(env, templates, given)
}

/**
 * Refuses texts that read a field which `env` may not: nobody writes a template about what he does not see.
 * @throws AccessError ERR_TEMPLATE_FIELD
 */
export async function checkDocument(env: Env, templates: readonly LiquidTemplate[], model: string): Promise<void> {
  // No record has this number; what is asked for is checked all the same.
  const none = { ids: [0], is: 'list', optional: true } as const
  const given: Given = {
    object: { ...none, model },
    docs: { ...none, model },
    user: { ...none, model: 'res.users' },
    company: { ...none, model: 'res.company' },
  }
  const known = templates.map((template) => ({ ...template, render: () => '' }))
  await fillTemplates(env, known, given)
}

function modelOf(registry: ModelRegistry, name: string): ModelInfo {
  const model = registry.models.get(name)
  if (model !== undefined && model.options.abstract !== true) return model
  throw new InvalidRequestError('ERR_TEMPLATE_MODEL', 'A template is about records of a model that is there.')
}

/** Domains that administrators write as text outside of record rules: which records an automation is about. */

import { bindForCaller } from '../../access/index.ts'
import type { Domain, Env } from '../../orm/index.ts'
import { parseDomainLiteral } from '../rights/domain-literal.ts'
import { checkPaths } from '../rights/domain-shape.ts'

/** @throws ValidationError for text that is no domain, or that names a field which the model does not have or which is a secret */
export function checkDomainText(env: Env, model: string, text: string): void {
  const info = env.registry.models.get(model)
  if (info) checkPaths(env.registry, info, parseDomainLiteral(text))
}

/** The domain behind the text for the caller of this request; an empty text is the domain of all records. */
export function domainOfText(env: Env, text: string | null): Domain {
  return bindForCaller(env, parseDomainLiteral(text ?? ''))
}

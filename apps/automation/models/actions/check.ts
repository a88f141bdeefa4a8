/** What is refused when an action is saved, not when somebody's change runs into it. */

import { checkExpression, type Env, type Expression, readableBy, typeOfField, ValidationError } from '#framework'

interface Line {
  /** Model of the record that sets the action off: expressions speak of it. */
  readonly model: string
  /** Model whose field is filled in. */
  readonly target: string
  readonly field: { readonly name: string; readonly model: string } | null
  readonly value: string | null
  readonly isFormula: boolean
}

/** @throws ValidationError ERR_ACTION_FIELD, ERR_EXPRESSION_… */
export function checkLine(env: Env, { model, target, field, value, isFormula }: Line): void {
  const info = env.registry.models.get(target)?.fields.get(field?.name ?? '')
  if (!info || field?.model !== target)
    throw new ValidationError('ERR_ACTION_FIELD', `The action fills in a field that ${target} does not have.`)
  if (info.options.secret || info.options.readonly || info.kind === 'one2many' || info.kind === 'binary')
    throw new ValidationError('ERR_ACTION_FIELD', `An action cannot fill in the field ${info.name}.`)
  if (!isFormula) return
  const type = typeOfField(info)
  checkExpression(env.registry, model, value ?? '', {
    mayRead: readableBy(env),
    ...(type && type.is !== 'records' ? { type } : {}),
  })
}

/** @throws ValidationError ERR_ACTION for a model without messages; ERR_EXPRESSION_… */
export function checkMessage(env: Env, model: string, message: string | null): void {
  if (!env.registry.models.get(model)?.api.has('message_post'))
    throw new ValidationError('ERR_ACTION', 'Records of this model have no messages.')
  checkExpression(env.registry, model, message ?? '', { type: { is: 'string' }, mayRead: readableBy(env) })
}

/** The condition of an automation. */
export function conditionOf(env: Env, model: string, text: string): Expression {
  return checkExpression(env.registry, model, text, { type: { is: 'bool' } })
}

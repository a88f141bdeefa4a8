/**
 * Own computed fields: what an administrator wrote as `compute` becomes the function of the field, and its dependencies follow
 * from it. Whoever reads the field needs the right to all that it is made of.
 */

import { ValidationError } from '../../errors.ts'
import {
  checkExpression,
  type CheckOptions,
  evaluate,
  type Expression,
  type Type,
  typeOfField,
} from '../../expression/index.ts'
import type { AnyField, ComputedInfo, Env, FieldInfo, ModelRegistry, OverlayModels } from '../../orm/index.ts'

type OverlayField = OverlayModels['fields'][number]

/** Kinds of fields that can be computed so: html would bring text past its sanitiser, lists have no value. */
const kinds: ReadonlySet<string> = new Set([
  ...['char', 'text', 'boolean', 'integer', 'float', 'monetary', 'date', 'datetime', 'many2one'],
])

/** The same fields as if people filled them in: for the registry that formulas are checked against. */
export function withoutFormulas(overlay: OverlayModels): OverlayModels {
  return {
    ...overlay,
    fields: overlay.fields.map((one) =>
      one.field.options.formula === undefined ? one : { ...one, field: plain(one.field) },
    ),
  }
}

export function hasFormulas(overlay: OverlayModels): boolean {
  return overlay.fields.some(({ field }) => field.options.formula !== undefined)
}

/**
 * Gives fields with a formula their function. One that does not fit the models (any more) has no value, so that the tenant
 * opens; saving such a one is refused by `checkFormulas`.
 * @param registry made of `withoutFormulas`
 */
export function withFormulas(overlay: OverlayModels, registry: ModelRegistry): OverlayModels {
  const made = new Map<OverlayField, ComputedInfo>()
  for (const one of overlay.fields) {
    const formula = one.field.options.formula
    if (formula === undefined) continue
    made.set(one, computedBy(registry, one, formula))
  }
  const fields = overlay.fields.map((one) => {
    const computed = made.get(one)
    return computed === undefined ? one : { ...one, computed }
  })
  const circular = new Set(circlesOf(fields, registry))
  return { ...overlay, fields: fields.map((one) => (circular.has(keyOf(one)) ? { ...one, computed: none } : one)) }
}

const none: ComputedInfo = { on: [], fn: () => null }

function computedBy(registry: ModelRegistry, one: OverlayField, formula: string): ComputedInfo {
  const field = registry.models.get(one.model)?.fields.get(one.name)
  const expression = field ? formulaOf(registry, field, formula) : null
  if (!field || !expression) return none
  return {
    on: expression.paths,
    fn: ((record: Readonly<Record<string, unknown>>, env: Env) =>
      bounded(field, evaluate(expression, env, record))) as ComputedInfo['fn'],
  }
}

function formulaOf(registry: ModelRegistry, field: FieldInfo, formula: string): Expression | null {
  try {
    return checkFormula(registry, field, formula)
  } catch (error) {
    if (error instanceof ValidationError) return null
    throw error
  }
}

// A number that the column does not hold is as good as none.
function bounded(field: FieldInfo, value: unknown): unknown {
  const isTooLarge = field.kind === 'integer' && typeof value === 'number' && Math.abs(value) > 2_147_483_647
  return isTooLarge ? null : value
}

function plain(field: AnyField): AnyField {
  const { compute: _, formula: __, ...options } = field.options
  return { ...field, options }
}

/**
 * The formula of a field, checked.
 * @throws ValidationError ERR_FIELD_FORMULA for a field that cannot have one or cannot be stored, ERR_EXPRESSION_… with the position
 */
export function checkFormula(
  registry: ModelRegistry,
  field: FieldInfo,
  formula: string,
  options: Pick<CheckOptions, 'mayRead'> = {},
): Expression {
  const type: Type | null = typeOfField(field)
  if (type === null || !kinds.has(field.kind))
    throw refused(field, `a field of type ${field.kind} cannot be computed; use one of ${[...kinds].join(', ')}`)
  const expression = checkExpression(registry, field.model, formula, { ...options, type })
  if (field.column && field.options.formula !== undefined) checkStored(registry, field, expression)
  return expression
}

// A stored value is computed once for everybody and read by all who may read the field: it is made only of what stands in the
// same record and is the same for all.
function checkStored(registry: ModelRegistry, field: FieldInfo, { paths, asksCaller }: Expression): void {
  if (asksCaller) throw refused(field, 'what depends on the caller or the day cannot be stored; leave "Stored" off')
  for (const path of paths) {
    const part = registry.models.get(field.model)?.fields.get(path)
    if (part?.column && !part.options.translate && !part.options.companyDependent) continue
    throw refused(
      field,
      `what is made of '${path}' cannot be stored, because not everybody reads the same there; leave "Stored" off`,
    )
  }
}

/** `model.field` of formulas that are made of themselves. */
function circlesOf(fields: readonly OverlayField[], registry: ModelRegistry): string[] {
  const on = new Map(
    fields.flatMap((one) => (one.computed ? [[keyOf(one), reads(registry, one.model, one.computed.on)] as const] : [])),
  )
  const reaches = (from: string, wanted: string, seen: Set<string>): boolean =>
    (on.get(from) ?? []).some((next) => next === wanted || (!seen.has(next) && reaches(next, wanted, seen.add(next))))
  return [...on.keys()].filter((key) => reaches(key, key, new Set()))
}

function reads(registry: ModelRegistry, model: string, paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    const keys: string[] = []
    let at: string | undefined = model
    for (const part of path.split('.')) {
      const field: FieldInfo | undefined = registry.models.get(at ?? '')?.fields.get(part)
      if (field) keys.push(`${field.model}.${field.name}`, ...throughRelated(registry, field))
      at = field?.comodel
    }
    return keys
  })
}

function throughRelated(registry: ModelRegistry, field: FieldInfo): string[] {
  return field.related ? reads(registry, field.model, [field.related.join('.')]) : []
}

function keyOf({ model, name }: OverlayField): string {
  return `${model}.${name}`
}

/**
 * @param before formulas that were there are not the editor's, and are not checked against his rights again
 * @throws ValidationError ERR_FIELD_FORMULA, ERR_EXPRESSION_…, with the name of the field
 */
export function checkFormulas(registry: ModelRegistry, before: ModelRegistry, mayRead: CheckOptions['mayRead']): void {
  for (const model of registry.models.values())
    for (const field of model.fields.values()) {
      const { formula } = field.options
      if (formula === undefined || field.delegate !== undefined) continue
      const isKnown = before.models.get(model.name)?.fields.get(field.name)?.options.formula === formula
      try {
        checkFormula(registry, field, formula, isKnown || !mayRead ? {} : { mayRead })
      } catch (error) {
        if (!(error instanceof ValidationError) || error.code === 'ERR_FIELD_FORMULA') throw error
        throw new ValidationError(error.code, `The field ${field.name}: ${error.message}`, { cause: error })
      }
      if (field.computed?.fn === none.fn) throw refused(field, 'it is made of itself')
    }
}

function refused(field: FieldInfo, reason: string): ValidationError {
  return new ValidationError('ERR_FIELD_FORMULA', `The field ${field.name} cannot be computed like this: ${reason}.`)
}

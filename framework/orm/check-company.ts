/** Records of one company do not point at records of another: Odoo's `check_company`, as a constraint of the model. */

import { UserError } from '../errors.ts'
import type { ConstraintInfo, FieldInfo, ModelInfo } from './registry.ts'

/** The constraint of a model with fields that say `checkCompany`; `null` where none of them can be wrong. */
export function companyConstraint(model: ModelInfo, models: ReadonlyMap<string, ModelInfo>): ConstraintInfo | null {
  const checked = [...model.fields.values()].filter(
    (field) =>
      field.options.checkCompany && !field.delegate && models.get(field.comodel ?? '')?.fields.has('company_id'),
  )
  if (checked.length === 0 || !model.fields.has('company_id')) return null
  const check = (record: Readonly<Record<string, unknown>>) => {
    for (const field of checked) {
      const targets = [record[field.name] ?? []].flat() as unknown as readonly { readonly company_id: number | null }[]
      if (targets.some((target) => target.company_id !== null && target.company_id !== record.company_id))
        throw mismatch(model, field)
    }
  }
  return {
    on: ['company_id', ...checked.map((field) => `${field.name}.company_id`)],
    after: ['company_id', ...checked.map((field) => field.name)],
    // Who works in a single company reads no record of another one, and can point at none.
    matters: (env) => env.system || env.user.companyIds.length > 1,
    fn: check as ConstraintInfo['fn'],
  }
}

function mismatch(model: ModelInfo, field: FieldInfo): UserError {
  return new UserError(
    'ERR_COMPANY_MISMATCH',
    `Incompatible companies on records: '${field.label}' of this ${model.options.description} belongs to another company than the record itself. Choose one of the same company, or one that is shared by all.`,
  )
}

/** The choices of selection fields, in their order. */

import {
  applyRunTimeModels,
  behaviour,
  type Def,
  f,
  fields,
  model,
  moveChoices,
  UserError,
  type Values,
} from '#framework'

export const irModelFieldsSelection = fields({
  field_id: f.m2o('ir.model.fields', { label: 'Field', required: true, ondelete: 'cascade', index: true }),
  value: f.char({ label: 'Value', required: true }),
  name: f.char({ label: 'Name', required: true }),
  sequence: f.int({ label: 'Sequence', default: 1000 }),
})

declare module '#framework' {
  interface Registry {
    'ir.model.fields.selection': IrModelFieldsSelectionData
  }
  interface IrModelFieldsSelectionData extends Def<typeof irModelFieldsSelection> {}
}

model('ir.model.fields.selection', irModelFieldsSelection, {
  description: 'Fields Selection',
  audit: { as: 'models' },
  order: 'sequence, id',
  constraints: {
    selection_field_uniq: { unique: ['field_id', 'value'], message: 'Selections values must be unique per field.' },
  },
})

behaviour(
  'ir.model.fields.selection',
  (Base) =>
    class extends Base {
      override async create(values: Values<string> | readonly Values<string>[]): Promise<this> {
        const made = await super.create(values)
        await settle(made)
        return made
      }

      override async write(values: Values<string>): Promise<boolean> {
        await this.check_access('write')
        await refuseBase(this)
        if (!this.env.system && typeof values.value === 'string') await moveChoices(this.env, this.ids, values.value)
        const done = await super.write(values)
        await settle(this)
        return done
      }

      override async unlink(): Promise<boolean> {
        await this.check_access('unlink')
        await refuseBase(this)
        if (!this.env.system) await moveChoices(this.env, this.ids, null)
        const done = await super.unlink()
        if (!this.env.system) await applyRunTimeModels(this.env)
        return done
      }
    },
)

type Records = Pick<import('#framework').RecordSet, 'env' | 'ids'>

async function settle(records: Records): Promise<void> {
  if (records.env.system) return
  await refuseBase(records)
  await applyRunTimeModels(records.env)
}

async function refuseBase({ env, ids }: Records): Promise<void> {
  if (env.system) return
  const choices = await env.model('ir.model.fields.selection', ids).load('field_id.state')
  if (choices.some(({ field_id: field }) => field?.state !== 'manual'))
    throw new UserError('ERR_FIELD_OF_APP', 'The choices of this field belong to an application and cannot be changed.')
}

/** Models as records: those of applications for reading, those of administrators (`x_…`) for making. */

import {
  api,
  applyRunTimeModels,
  behaviour,
  computed,
  type Def,
  expose,
  f,
  fields,
  model,
  removalOfModels,
  t,
  UserError,
  ValidationError,
  type Values,
} from '#framework'

export const irModel = fields({
  name: f.char({ label: 'Model Description', required: true }),
  model: f.char({ label: 'Model', required: true, default: 'x_' }),
  order: f.char({ label: 'Order', default: 'id' }),
  info: f.text({ label: 'Information' }),
  field_id: f.o2m('ir.model.fields', 'model_id', { label: 'Fields' }),
  inherited_model_ids: f.m2m('ir.model', {
    label: 'Inherited models',
    table: 'ir_model_inherit_rel',
    column1: 'model_id',
    column2: 'parent_id',
  }),
  state: f.sel({ manual: 'Custom Object', base: 'Base Object' }, { label: 'Type', readonly: true, default: 'manual' }),
  access_ids: f.o2m('ir.model.access', 'model_id', { label: 'Access' }),
  rule_ids: f.o2m('ir.rule', 'model_id', { label: 'Record Rules' }),
  abstract: f.bool({ label: 'Abstract Model', readonly: true }),
  transient: f.bool({ label: 'Transient Model' }),
  modules: f.char({ label: 'In Apps', readonly: true }),
  audit_changes: f.bool({
    label: 'Audit Changes',
    help: 'The audit log keeps who changed which field of a record, with the old and the new value.',
  }),
  audit_reads: f.bool({ label: 'Audit Reads', help: 'The audit log keeps who read which records.' }),
  count: f.int({ label: 'Count (Incl. Archived)', compute: true }),
})

declare module '#framework' {
  interface Registry {
    'ir.model': IrModelData
  }
  interface IrModelData extends Def<typeof irModel> {}
}

model('ir.model', irModel, {
  description: 'Models',
  order: 'model',
  audit: { as: 'models' },
  nameSearch: ['name', 'model'],
  constraints: { obj_name_uniq: { unique: ['model'], message: 'Each model must have a unique name.' } },
})

expose('ir.model', {
  get_available_models: api({
    params: {},
    returns: t.json,
    access: 'read',
    on: 'model',
    readonly: true,
    doc: 'Models that the caller may read, with their names',
  }),
})

computed('ir.model', 'count', ['model'], async (record, env) => {
  const info = env.registry.models.get(record.model)
  if (!info || info.options.abstract) return 0
  const records = env.withContext({ active_test: false }).model(record.model)
  return (await records.has_access('read')) ? records.search_count([]) : 0
})

behaviour(
  'ir.model',
  (Base) =>
    class extends Base {
      override async create(values: Values<string> | readonly Values<string>[]): Promise<this> {
        if (this.env.system) return super.create(values)
        const list = Array.isArray(values) ? (values as readonly Values<string>[]) : [values as Values<string>]
        const made = await super.create(list.map(asManual))
        const ofFields = list.flatMap((item, i) => fieldsOf(item).map((field) => ({ ...field, model_id: made.ids[i] })))
        await this.env.model('ir.model.fields').create(ofFields as readonly Values<'ir.model.fields'>[])
        await applyRunTimeModels(this.env)
        return made
      }

      override async write(values: Values<string>): Promise<boolean> {
        // What the audit log keeps may be chosen of every model.
        if (Object.keys(values).every((key) => key === 'audit_changes' || key === 'audit_reads')) {
          const done = await super.write(values)
          await this.env.rightsChanged()
          return done
        }
        if (!this.env.system) {
          for (const key of ['model', 'state', 'abstract', 'transient', 'modules']) {
            if (key in values)
              throw new UserError(
                'ERR_MODEL_FIXED',
                'The technical name and kind of a model cannot be changed; make a new model.',
              )
          }
          await refuseBase(this)
        }
        const done = await super.write(values)
        if (!this.env.system) await applyRunTimeModels(this.env)
        return done
      }

      override async unlink(): Promise<boolean> {
        await this.check_access('unlink')
        const remove = await removalOfModels(this.env, this.ids)
        const done = await super.unlink()
        await remove()
        await applyRunTimeModels(this.env)
        return done
      }

      async get_available_models(): Promise<{ model: string; display_name: string }[]> {
        const models = await this.env
          .model('ir.model', (await this.env.model('ir.model').search([['abstract', '=', false]])).ids)
          .load('model', 'name')
        const readable = await Promise.all(
          models.map(
            ({ model: name }) => this.env.registry.models.has(name) && this.env.model(name).has_access('read'),
          ),
        )
        return models.filter((_, i) => readable[i]).map((m) => ({ model: m.model, display_name: m.name }))
      }
    },
)

async function refuseBase(records: {
  readonly env: import('#framework').Env
  readonly ids: readonly number[]
}): Promise<void> {
  const states = await records.env.model('ir.model', records.ids).load('state')
  if (states.some(({ state }) => state !== 'manual'))
    throw new UserError(
      'ERR_MODEL_OF_APP',
      'This model belongs to an application; only models that were made by hand (x_…) can be changed.',
    )
}

function asManual(values: Values<string>): Values<string> {
  const name = values.model
  if (typeof name !== 'string' || !name.startsWith('x_'))
    throw new ValidationError('ERR_MODEL_NAME', "The model name must start with 'x_'.")
  if (!/^x_[a-z0-9_]+(\.[a-z0-9_]+)*$/.test(name) || name.length > 50) {
    throw new ValidationError(
      'ERR_MODEL_NAME',
      'The model name may hold lower-case letters, digits, _ and dots, at most 50 in all.',
    )
  }
  const { field_id: _, ...rest } = values
  return { ...rest, state: 'manual', abstract: false, modules: null }
}

// The new model's own fields; a model without any gets a name.
function fieldsOf(values: Values<string>): Values<string>[] {
  const commands = Array.isArray(values.field_id) ? (values.field_id as readonly unknown[]) : []
  const given = commands.map((command) => {
    if (!Array.isArray(command) || command[0] !== 0)
      throw new ValidationError('ERR_MODEL_FIELDS', 'The fields of a new model are given as [0, 0, values].')
    return command[2] as Values<string>
  })
  return given.length > 0 ? given : [{ name: 'x_name', field_description: 'Name', ttype: 'char' }]
}

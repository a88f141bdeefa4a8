/** Fields as records: those of applications for reading, those of administrators (`x_…`) for making. */

import {
  applyRunTimeModels,
  behaviour,
  type Def,
  type Env,
  f,
  fields,
  model,
  removalOfFields,
  renameOwnField,
  UserError,
  ValidationError,
  type Values,
} from '#framework'

const kinds = {
  binary: 'binary',
  boolean: 'boolean',
  char: 'char',
  date: 'date',
  datetime: 'datetime',
  float: 'float',
  html: 'html',
  integer: 'integer',
  json: 'json',
  many2many: 'many2many',
  many2one: 'many2one',
  monetary: 'monetary',
  one2many: 'one2many',
  reference: 'reference',
  selection: 'selection',
  text: 'text',
} as const

export const irModelFields = fields({
  name: f.char({ label: 'Field Name', required: true, index: true, default: 'x_' }),
  complete_name: f.char({ label: 'Complete Name', index: true }),
  model: f.char({ label: 'Model Name', required: true, index: true }),
  model_id: f.m2o('ir.model', { label: 'Model', required: true, index: true, ondelete: 'cascade' }),
  relation: f.char({ label: 'Related Model' }),
  relation_field: f.char({ label: 'Relation Field' }),
  field_description: f.char({ label: 'Field Label', required: true, default: '' }),
  help: f.text({ label: 'Field Help' }),
  ttype: f.sel(kinds, { label: 'Field Type', required: true }),
  selection: f.char({ label: 'Selection Options (Deprecated)', readonly: true }),
  selection_ids: f.o2m('ir.model.fields.selection', 'field_id', { label: 'Selection Options', copy: true }),
  copied: f.bool({ label: 'Copied', default: true }),
  related: f.char({ label: 'Related Field Definition' }),
  required: f.bool({ label: 'Required' }),
  readonly: f.bool({ label: 'Readonly' }),
  index: f.bool({ label: 'Indexed' }),
  translate: f.bool({ label: 'Translatable' }),
  company_dependent: f.bool({ label: 'Company Dependent', readonly: true }),
  size: f.int({ label: 'Size' }),
  state: f.sel(
    { manual: 'Custom Field', base: 'Base Field' },
    { label: 'Type', required: true, readonly: true, default: 'manual' },
  ),
  on_delete: f.sel(
    { cascade: 'Cascade', 'set null': 'Set NULL', restrict: 'Restrict' },
    { label: 'On Delete', default: 'set null' },
  ),
  domain: f.char({ label: 'Domain', default: '[]' }),
  relation_table: f.char({ label: 'Relation Table', readonly: true }),
  column1: f.char({ label: 'Column 1', readonly: true }),
  column2: f.char({ label: 'Column 2', readonly: true }),
  depends: f.char({ label: 'Dependencies', readonly: true }),
  compute: f.text({ label: 'Compute', help: 'An expression; docs/expression-language.md.' }),
  store: f.bool({ label: 'Stored', default: true }),
  currency_field: f.char({ label: 'Currency field' }),
  modules: f.char({ label: 'In Apps', readonly: true }),
})

declare module '#framework' {
  interface Registry {
    'ir.model.fields': IrModelFieldsData
  }
  interface IrModelFieldsData extends Def<typeof irModelFields> {}
}

model('ir.model.fields', irModelFields, {
  description: 'Fields',
  audit: { as: 'models' },
  order: 'name, id',
  displayName: 'field_description',
  nameSearch: ['field_description', 'name'],
  constraints: { name_unique: { unique: ['model', 'name'], message: 'Field names must be unique per model.' } },
})

behaviour(
  'ir.model.fields',
  (Base) =>
    class extends Base {
      override async create(values: Values<string> | readonly Values<string>[]): Promise<this> {
        if (this.env.system) return super.create(values)
        const list = Array.isArray(values) ? (values as readonly Values<string>[]) : [values as Values<string>]
        const rows: Values<string>[] = []
        for (const item of list) rows.push(await asManual(this.env, item))
        const made = await super.create(rows)
        await applyRunTimeModels(this.env)
        return made
      }

      override async write(values: Values<string>): Promise<boolean> {
        if (this.env.system) return super.write(values)
        await this.check_access('write')
        const fixed = Object.keys(values).find((key) => unchangeable.has(key))
        if (fixed !== undefined)
          throw new UserError(
            'ERR_FIELD_FIXED',
            'The type, relation and model of a field cannot be changed; make a new field.',
          )
        const states = await this.env.model('ir.model.fields', this.ids).load('state')
        if (states.some(({ state }) => state !== 'manual'))
          throw new UserError(
            'ERR_FIELD_OF_APP',
            'This field belongs to an application; only fields that were made by hand (x_…) can be changed.',
          )
        if ('compute' in values) await checkFormulaChange(this.env, this.ids, values.compute)
        if ('name' in values) await renameField(this.env, this.ids, values.name)
        const done = await super.write(
          'translate' in values ? { ...values, translate: isTranslated(values.translate) } : values,
        )
        await applyRunTimeModels(this.env)
        return done
      }

      override async unlink(): Promise<boolean> {
        await this.check_access('unlink')
        const remove = await removalOfFields(this.env, this.ids)
        const done = await super.unlink()
        await remove()
        await applyRunTimeModels(this.env)
        return done
      }
    },
)

// The framework names link tables, applications and kinds; the rest would need other columns.
const unchangeable: ReadonlySet<string> = new Set([
  ...['model', 'model_id', 'ttype', 'relation', 'relation_field', 'state', 'store', 'related', 'company_dependent'],
  ...['relation_table', 'column1', 'column2', 'modules', 'complete_name', 'depends', 'selection'],
])

// A field that people fill in stays one, and a computed one stays computed: the values of the one are not those of the other.
async function checkFormulaChange(env: Env, ids: readonly number[], to: unknown): Promise<void> {
  const found = await env.model('ir.model.fields', ids).load('compute')
  const isText = typeof to === 'string' && to.trim() !== ''
  if (!isText || found.some(({ compute }) => !compute))
    throw new UserError('ERR_FIELD_FIXED', 'Whether a field is computed cannot be changed; make a new field.')
}

async function renameField(env: Env, ids: readonly number[], to: unknown): Promise<void> {
  const name = checkName(to)
  const [field, ...others] = await env.model('ir.model.fields', ids).load('model', 'name')
  if (!field || others.length > 0)
    throw new UserError('ERR_FIELD_FIXED', 'Only one field at a time can be given another name.')
  if (field.name === name) return
  if (env.registry.models.get(field.model)?.fields.get(name))
    throw new ValidationError('ERR_FIELD_NAME', 'Field names must be unique per model.')
  await renameOwnField(env, field.id, name)
}

function checkName(name: unknown): string {
  if (typeof name !== 'string' || !name.startsWith('x_'))
    throw new ValidationError('ERR_FIELD_NAME', "Custom fields must have a name that starts with 'x_'!")
  if (!/^x_[a-z0-9_]+$/.test(name) || name.length > 60)
    throw new ValidationError(
      'ERR_FIELD_NAME',
      'Field names may hold lower-case letters, digits and _, at most 60 in all.',
    )
  return name
}

async function asManual(env: Env, values: Values<string>): Promise<Values<string>> {
  const { ttype } = values
  const name = checkName(values.name)
  if (typeof ttype !== 'string' || !(ttype in kinds))
    throw new ValidationError('ERR_FIELD_TYPE', `'${String(ttype)}' is not a type of field.`)
  if (values.default)
    throw new UserError('ERR_FIELD_CODE', 'Fields that are made by hand hold values; they cannot carry program code.')
  const isComputed = typeof values.compute === 'string' && values.compute.trim() !== ''
  const owner = await ownerOf(env, values)
  if (env.registry.models.get(owner.model)?.fields.get(name))
    throw new ValidationError('ERR_FIELD_NAME', 'Field names must be unique per model.')
  const label =
    typeof values.field_description === 'string' && values.field_description !== '' ? values.field_description : name
  return {
    ...values,
    model_id: owner.id,
    model: owner.model,
    complete_name: `${owner.model}.${name}`,
    field_description: label,
    state: 'manual',
    translate: isTranslated(values.translate),
    relation_table: null,
    column1: null,
    column2: null,
    company_dependent: false,
    modules: null,
    ...(values.related ? { readonly: true, store: false } : {}),
    compute: isComputed ? String(values.compute).trim() : null,
    // Dependencies follow from the expression.
    depends: null,
    ...(isComputed
      ? { readonly: true, required: false, copied: false, related: null, store: values.store === true }
      : {}),
  }
}

async function ownerOf(env: Env, values: Values<string>): Promise<{ id: number; model: string }> {
  const found =
    typeof values.model_id === 'number'
      ? env.model('ir.model', [values.model_id])
      : await env.model('ir.model').search([['model', '=', typeof values.model === 'string' ? values.model : '']])
  const [owner] = await found.load('model')
  if (!owner) throw new ValidationError('ERR_FIELD_MODEL', 'The model of the new field does not exist.')
  return owner
}

// Clients send `standard` or `html_translate` where older ones send true.
function isTranslated(value: unknown): boolean {
  return value === true || value === 'standard' || value === 'html_translate' || value === 'xml_translate'
}

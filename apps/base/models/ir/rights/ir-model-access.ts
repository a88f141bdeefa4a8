/** Who may read, write, create or delete records of a model: permissions of groups, which add up. */

import {
  api,
  applyRights,
  behaviour,
  type Def,
  explainRight,
  expose,
  f,
  fields,
  model,
  t,
  type Values,
} from '#framework'

export const irModelAccess = fields({
  name: f.char({ label: 'Name', required: true, index: true }),
  active: f.bool({ label: 'Active', default: true }),
  model_id: f.m2o('ir.model', { label: 'Model', required: true, index: true, ondelete: 'cascade' }),
  group_id: f.m2o('res.groups', { label: 'Group', index: true, ondelete: 'restrict' }),
  perm_read: f.bool({ label: 'Read Access' }),
  perm_write: f.bool({ label: 'Write Access' }),
  perm_create: f.bool({ label: 'Create Access' }),
  perm_unlink: f.bool({ label: 'Delete Access' }),
  field_names: f.char({ label: 'Only Fields', help: 'Names of fields, separated by commas; empty for all fields.' }),
})

declare module '#framework' {
  interface Registry {
    'ir.model.access': IrModelAccessData
  }
  interface IrModelAccessData extends Def<typeof irModelAccess> {}
}

model('ir.model.access', irModelAccess, {
  description: 'Model Access',
  order: 'model_id, group_id, name, id',
  affectsRights: true,
  audit: { as: 'rights' },
})

expose('ir.model.access', {
  explain: api({
    on: 'model',
    params: {
      login: t.str,
      model: t.str,
      operation: t.str.or('read'),
      record: t.int.or(null),
      analyze: t.bool.or(false),
    },
    returns: t.json,
    access: 'read',
    readonly: true,
    doc: 'Why a user may, or may not: permissions, what each rule says of a record, fields kept back, the SQL and its cost. The answer tells whether the record exists, so only who administers rights gets one.',
  }),
})

behaviour(
  'ir.model.access',
  (Base) =>
    class extends Base {
      override async create(values: Values<string> | readonly Values<string>[]): Promise<this> {
        const made = await super.create(values)
        await applyRights(this.env, 'ir.model.access', made.ids)
        return made
      }

      override async write(values: Values<string>): Promise<boolean> {
        const done = await super.write(values)
        await applyRights(this.env, 'ir.model.access', this.ids)
        return done
      }

      override async unlink(): Promise<boolean> {
        const done = await super.unlink()
        await applyRights(this.env, 'ir.model.access', this.ids)
        return done
      }

      async explain(
        login: string,
        model: string,
        operation: string,
        record: number | null,
        analyze: boolean,
      ): Promise<unknown> {
        return explainRight(this.env, { login, model, operation, record, analyze })
      }
    },
)

/** Which records of a model count: rules of groups (any of the user's holds) and of everybody (all hold). */

import {
  applyRights,
  behaviour,
  computed,
  constrain,
  type Def,
  f,
  fields,
  model,
  ValidationError,
  type Values,
} from '#framework'

export const irRule = fields({
  name: f.char({ label: 'Name' }),
  active: f.bool({ label: 'Active', default: true }),
  model_id: f.m2o('ir.model', { label: 'Model', required: true, index: true, ondelete: 'cascade' }),
  groups: f.m2m('res.groups', {
    label: 'Groups',
    table: 'rule_group_rel',
    column1: 'rule_group_id',
    column2: 'group_id',
  }),
  domain_force: f.text({ label: 'Domain' }),
  perm_read: f.bool({ label: 'Read', default: true }),
  perm_write: f.bool({ label: 'Write', default: true }),
  perm_create: f.bool({ label: 'Create', default: true }),
  perm_unlink: f.bool({ label: 'Delete', default: true }),
  global: f.bool({ label: 'Global', compute: true, store: true }),
})

declare module '#framework' {
  interface Registry {
    'ir.rule': IrRuleData
  }
  interface IrRuleData extends Def<typeof irRule> {}
}

model('ir.rule', irRule, {
  description: 'Record Rule',
  order: 'model_id desc, id',
  affectsRights: true,
  audit: { as: 'rights' },
})

computed('ir.rule', 'global', ['groups'], (rule) => rule.groups.length === 0)

constrain('ir.rule', ['perm_read', 'perm_write', 'perm_create', 'perm_unlink'], (rule) => {
  if (!rule.perm_read && !rule.perm_write && !rule.perm_create && !rule.perm_unlink) {
    throw new ValidationError('ERR_RULE_EMPTY', 'Rule must have at least one checked access right!')
  }
})

behaviour(
  'ir.rule',
  (Base) =>
    class extends Base {
      override async create(values: Values<string> | readonly Values<string>[]): Promise<this> {
        const made = await super.create(values)
        await applyRights(this.env, 'ir.rule', made.ids)
        return made
      }

      override async write(values: Values<string>): Promise<boolean> {
        const done = await super.write(values)
        await applyRights(this.env, 'ir.rule', this.ids)
        return done
      }

      override async unlink(): Promise<boolean> {
        const done = await super.unlink()
        await applyRights(this.env, 'ir.rule', this.ids)
        return done
      }
    },
)

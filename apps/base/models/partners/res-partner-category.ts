/** Tags for partners, in a hierarchy. */

import { behaviour, computed, type Def, f, fields, model } from '#framework'
import { pathBelow, refuseCycle } from '../hierarchy.ts'
import { copiesName } from '../naming.ts'

export const partnerCategory = fields({
  name: f.char({ label: 'Name', required: true, translate: true }),
  display_name: f.char({ label: 'Display Name', compute: true, store: true, translate: true }),
  color: f.int({ label: 'Color', default: (_env: unknown) => 1 + Math.floor(Math.random() * 11) }),
  parent_id: f.m2o('res.partner.category', { label: 'Category', index: true, ondelete: 'cascade' }),
  child_ids: f.o2m('res.partner.category', 'parent_id', { label: 'Child Tags' }),
  active: f.bool({ label: 'Active', default: true }),
  parent_path: f.char({ label: 'Parent Path', compute: true, store: true, index: true }),
  partner_ids: f.m2m('res.partner', {
    label: 'Partners',
    copy: false,
    table: 'res_partner_res_partner_category_rel',
    column1: 'category_id',
    column2: 'partner_id',
  }),
})

declare module '#framework' {
  interface Registry {
    'res.partner.category': ResPartnerCategoryData
  }
  interface ResPartnerCategoryData extends Def<typeof partnerCategory> {}
}

model('res.partner.category', partnerCategory, {
  description: 'Partner Tags',
  order: 'name, id',
  nameSearch: ['display_name', 'name'],
})

computed('res.partner.category', 'parent_path', ['parent_id.parent_path'], (tag) =>
  pathBelow(tag.parent_id?.parent_path, tag.id),
)

computed('res.partner.category', 'display_name', ['name', 'parent_id.display_name'], (tag) => {
  return tag.parent_id?.display_name ? `${tag.parent_id.display_name} / ${tag.name}` : tag.name
})

behaviour('res.partner.category', copiesName)
behaviour(
  'res.partner.category',
  (Base) =>
    class extends Base {
      override async write(values: Readonly<Record<string, unknown>>): Promise<boolean> {
        if ('parent_id' in values) {
          await refuseCycle(
            this.env,
            'res.partner.category',
            this.ids,
            'parent_id',
            values['parent_id'],
            'You can not create recursive tags.',
          )
        }
        return super.write(values)
      }
    },
)

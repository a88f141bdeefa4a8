/** Categories of products, in a hierarchy. */

import { behaviour, computed, type Def, f, fields, model } from '#framework'
import { pathBelow, refuseCycle } from '#apps/base/index.ts'

export const productCategory = fields({
  name: f.char({ label: 'Name', required: true, index: 'trigram' }),
  complete_name: f.char({ label: 'Complete Name', compute: true, store: true }),
  parent_id: f.m2o('product.category', { label: 'Parent Category', index: true, ondelete: 'cascade' }),
  parent_path: f.char({ label: 'Parent Path', compute: true, store: true, index: true }),
  child_id: f.o2m('product.category', 'parent_id', { label: 'Child Categories' }),
  product_count: f.int({ label: '# Products', compute: true }),
})

declare module '#framework' {
  interface Registry {
    'product.category': ProductCategoryData
  }
  interface ProductCategoryData extends Def<typeof productCategory> {}
}

model('product.category', productCategory, {
  description: 'Product Category',
  order: 'complete_name',
  displayName: 'complete_name',
  nameSearch: ['complete_name'],
})

computed('product.category', 'complete_name', ['name', 'parent_id.complete_name'], (category) => {
  return category.parent_id?.complete_name ? `${category.parent_id.complete_name} / ${category.name}` : category.name
})

computed('product.category', 'parent_path', ['parent_id.parent_path'], (category) =>
  pathBelow(category.parent_id?.parent_path, category.id),
)

computed('product.category', 'product_count', ['child_id'], async (category, env) => {
  return env.model('product.template').search_count([['categ_id', 'child_of', category.id]])
})

behaviour(
  'product.category',
  (Base) =>
    class extends Base {
      override async write(values: Readonly<Record<string, unknown>>): Promise<boolean> {
        if ('parent_id' in values) {
          await refuseCycle(
            this.env,
            'product.category',
            this.ids,
            'parent_id',
            values['parent_id'],
            'You cannot create recursive categories.',
          )
        }
        return super.write(values)
      }
    },
)

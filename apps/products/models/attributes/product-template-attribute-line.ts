/** Which values of an attribute a product comes in. */

import { behaviour, computed, constrain, type Def, f, fields, model, ValidationError } from '#framework'
import { makeVariants } from './variants.ts'

export const attributeLine = fields({
  display_name: f.char({ label: 'Display Name', compute: true, store: true }),
  active: f.bool({ label: 'Active', default: true }),
  product_tmpl_id: f.m2o('product.template', {
    label: 'Product Template',
    required: true,
    ondelete: 'cascade',
    index: true,
  }),
  sequence: f.int({ label: 'Sequence', default: 10 }),
  attribute_id: f.m2o('product.attribute', { label: 'Attribute', required: true, ondelete: 'restrict', index: true }),
  value_ids: f.m2m('product.attribute.value', {
    label: 'Values',
    table: 'product_attribute_value_product_template_attribute_line_rel',
    column1: 'product_template_attribute_line_id',
    column2: 'product_attribute_value_id',
  }),
  value_count: f.int({ label: 'Value Count', compute: true, store: true }),
  product_template_value_ids: f.o2m('product.template.attribute.value', 'attribute_line_id', {
    label: 'Product Attribute Values',
  }),
})

declare module '#framework' {
  interface Registry {
    'product.template.attribute.line': ProductTemplateAttributeLineData
  }
  interface ProductTemplateAttributeLineData extends Def<typeof attributeLine> {}
}

model('product.template.attribute.line', attributeLine, {
  description: 'Product Template Attribute Line',
  order: 'sequence, attribute_id, id',
})

computed(
  'product.template.attribute.line',
  'display_name',
  ['attribute_id.name'],
  (line) => line.attribute_id?.name ?? null,
)
computed('product.template.attribute.line', 'value_count', ['value_ids'], (line) => line.value_ids.length)

constrain('product.template.attribute.line', ['value_ids.attribute_id', 'attribute_id', 'active'], (line) => {
  if (line.active && line.value_ids.length === 0)
    throw new ValidationError('ERR_ATTRIBUTE_EMPTY', 'An attribute of a product needs at least one value.')
  if (line.value_ids.some((value) => value.attribute_id !== line.attribute_id)) {
    throw new ValidationError('ERR_ATTRIBUTE_VALUE', 'Each value has to belong to the attribute of its line.')
  }
})

behaviour(
  'product.template.attribute.line',
  (Base) =>
    class extends Base {
      override async create(
        values: Readonly<Record<string, unknown>> | readonly Readonly<Record<string, unknown>>[],
      ): Promise<this> {
        const lines = await super.create(values)
        await makeVariants(this.env, await lines.templates())
        return lines
      }

      override async write(values: Readonly<Record<string, unknown>>): Promise<boolean> {
        const done = await super.write(values)
        if ('value_ids' in values || 'active' in values) await makeVariants(this.env, await this.templates())
        return done
      }

      override async unlink(): Promise<boolean> {
        const templates = await this.templates()
        const done = await super.unlink()
        await makeVariants(this.env, templates)
        return done
      }

      async templates(): Promise<number[]> {
        const lines = await this.env.model('product.template.attribute.line', this.ids).load('product_tmpl_id')
        return [...new Set(lines.flatMap((line) => line.product_tmpl_id ?? []))]
      }
    },
)

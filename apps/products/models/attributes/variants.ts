/** Makes the variants of a product from its attributes, and archives those that no combination calls for any more. */

import { type Env, UserError } from '#framework'

/** More combinations than this are a mistake: nobody orders from such a list, and making them would take minutes. */
const mostVariants = 1000

/** Brings the variants of the templates in line with their attributes. A variant is never deleted: orders refer to it. */
export async function makeVariants(env: Env, templates: readonly number[]): Promise<void> {
  for (const template of templates) {
    const axes = await templateValues(env, template)
    const wanted = new Map(combinations(axes).map((values) => [key(values), values]))
    const all = await env
      .withContext({ active_test: false })
      .model('product.product')
      .search([['product_tmpl_id', '=', template]])
    const variants = await env.model('product.product', all.ids).load('active', 'product_template_attribute_value_ids')
    for (const variant of variants) {
      const isWanted = wanted.delete(key(variant.product_template_attribute_value_ids))
      if (variant.active !== isWanted) await env.model('product.product', [variant.id]).write({ active: isWanted })
    }
    for (const values of wanted.values()) {
      await env
        .model('product.product')
        .create({ product_tmpl_id: template, product_template_attribute_value_ids: [[6, 0, values]] })
    }
  }
}

// One axis per attribute that makes variants; makes the missing product.template.attribute.value records on the way.
async function templateValues(env: Env, template: number): Promise<number[][]> {
  const found = await env.model('product.template.attribute.line').search([['product_tmpl_id', '=', template]])
  const lines = await env
    .model('product.template.attribute.line', found.ids)
    .load(
      'value_ids',
      'attribute_id.create_variant',
      'product_template_value_ids.product_attribute_value_id',
      'product_template_value_ids.ptav_active',
    )
  const axes: number[][] = []
  for (const line of lines) {
    const axis: number[] = []
    for (const value of line.value_ids) {
      const known = line.product_template_value_ids.find((ptav) => ptav.product_attribute_value_id === value)
      axis.push(
        known?.id ??
          (
            await env
              .model('product.template.attribute.value')
              .create({ attribute_line_id: line.id, product_attribute_value_id: value })
          ).id,
      )
    }
    if (line.attribute_id?.create_variant === 'always' && axis.length > 0) axes.push(axis)
  }
  return axes
}

function combinations(axes: readonly (readonly number[])[]): number[][] {
  const count = axes.reduce((n, axis) => n * axis.length, 1)
  if (count > mostVariants) {
    throw new UserError(
      'ERR_TOO_MANY_VARIANTS',
      `This would make ${count} variants; at most ${mostVariants} are possible. Let an attribute make no variants.`,
    )
  }
  return axes.reduce<number[][]>((all, axis) => all.flatMap((values) => axis.map((value) => [...values, value])), [[]])
}

function key(values: readonly number[]): string {
  return [...values].sort((a, b) => a - b).join(',')
}

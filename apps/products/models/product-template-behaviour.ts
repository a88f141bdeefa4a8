/** Keeps a template and its variants together: making, changing, archiving. */

import { behaviour, type Env } from '#framework'
import { copiesName } from '#apps/base/index.ts'
import { makeVariants } from './attributes/variants.ts'

type Values = Readonly<Record<string, unknown>>

/** Fields that people see on the template and that are kept on its variant. */
const onVariant = ['default_code', 'barcode', 'standard_price', 'volume', 'weight'] as const

behaviour('product.template', copiesName)
behaviour(
  'product.template',
  (Base) =>
    class extends Base {
      override async create(given: Values | readonly Values[]): Promise<this> {
        const list = (Array.isArray(given) ? given : [given]) as readonly Values[]
        const templates = await super.create(list)
        for (const [i, id] of templates.ids.entries()) {
          await makeVariants(this.env, [id])
          await writeVariant(this.env, [id], list[i] ?? {})
        }
        return templates
      }

      override async write(values: Values): Promise<boolean> {
        const done = await super.write(values)
        await writeVariant(this.env, this.ids, values)
        if ('active' in values) await this.archiveVariants(values['active'] === true)
        return done
      }

      async archiveVariants(active: boolean): Promise<void> {
        if (active) return makeVariants(this.env, this.ids)
        const variants = await this.env.model('product.product').search([['product_tmpl_id', 'in', this.ids]])
        if (variants.length > 0) await variants.write({ active: false })
      }
    },
)

async function writeVariant(env: Env, templates: readonly number[], values: Values): Promise<void> {
  const own = Object.fromEntries(onVariant.filter((name) => name in values).map((name) => [name, values[name]]))
  if (Object.keys(own).length === 0) return
  const all = env.withContext({ active_test: false })
  for (const template of await all.model('product.template', templates).load('product_variant_ids')) {
    const [only, second] = template.product_variant_ids
    if (only !== undefined && second === undefined) await env.model('product.product', [only]).write(own)
  }
}

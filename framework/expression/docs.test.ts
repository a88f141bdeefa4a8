import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { type Tenant, withSystemEnv } from '../access/index.ts'
import { Scope } from '../orm/index.ts'
import { sql } from '../sql/index.ts'
import { testTenant } from '../testing/index.ts'
import { toPlain } from './run/values.ts'
import { run } from './run/evaluate.ts'
import { compileCondition, compileExpression } from './sql/compile.ts'
import { checkExpression } from './types/check.ts'
import { named } from './types/type.ts'

const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'expression-language.md'), 'utf8')
const blocks = [...page.matchAll(/^```expression ?(\S*)\n([\s\S]*?)^```/gm)].map(([, model = '', text = '']) => ({
  model: model === '' ? null : model,
  lines: text
    .trim()
    .split('\n')
    .map((line) => line.split(/ {2,}/) as [string, string]),
}))

let tenant: Tenant
before(async () => {
  tenant = await testTenant({ apps: ['sales'], demo: true })
})

test('the examples of the documentation have the types and results that stand beside them', () =>
  withSystemEnv(tenant, 'test.docs', {}, async (env) => {
    assert.equal(blocks.length, 2)
    for (const { model, lines } of blocks)
      for (const [text, wanted] of lines) {
        const expression = checkExpression(env.registry, model, text)
        if (model !== null) {
          assert.equal(named(expression.type), wanted, text)
          const info = env.registry.models.get(model)
          assert.ok(info)
          const value = compileExpression(new Scope(env), info, 't', expression)
          await env.db.query(sql`SELECT ${value} FROM sale_order t LIMIT 1`)
          continue
        }
        const value = run(expression, env)
        const shown = value === undefined ? 'no result' : JSON.stringify(toPlain(expression.type, value))
        assert.equal(shown, wanted, text)
      }
  }))

test('a condition finds the orders that it speaks of', () =>
  withSystemEnv(tenant, 'test.docs', {}, async (env) => {
    const info = env.registry.models.get('sale.order')
    assert.ok(info)
    const find = async (text: string) => {
      const condition = compileCondition(new Scope(env), info, 't', checkExpression(env.registry, 'sale.order', text))
      return (await env.db.query<{ id: number }>(sql`SELECT t.id FROM sale_order t WHERE ${condition}`)).length
    }
    const all = await find('true')
    const some = await find('order_line.any(product_uom_qty > 1)')
    assert.ok(some > 0 && some < all, `${some} of ${all}`)
    assert.equal((await find('order_line.all(product_uom_qty <= 1)')) + some, all)
  }))

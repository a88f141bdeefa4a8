import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { ValidationError } from '../errors.ts'
import { type Tenant, withSystemEnv } from '../access/index.ts'
import { type Env, Scope } from '../orm/index.ts'
import { type Sql, sql } from '../sql/index.ts'
import { testTenant } from '../testing/index.ts'
import { checkExpression } from './types/check.ts'
import type { Expression } from './types/checked.ts'
import { toPlain } from './run/values.ts'
import { run } from './run/evaluate.ts'
import { compileExpression } from './sql/compile.ts'

/** The shared subset of CEL: inputs and results of the published conformance data, for the interpreter and for PostgreSQL. */
const { cases } = JSON.parse(readFileSync(join(import.meta.dirname, 'cel-cases.json'), 'utf8')) as {
  cases: readonly (readonly [string, unknown])[]
}

let tenant: Tenant
before(async () => {
  tenant = await testTenant({ apps: ['base'] })
})

const inside = (fn: (env: Env) => Promise<void>) => withSystemEnv(tenant, 'test.cel', {}, fn)

function checkOf(env: Env, text: string): Expression | 'refused' {
  try {
    return checkExpression(env.registry, null, text)
  } catch (error) {
    assert.ok(error instanceof ValidationError, String(error))
    return 'refused'
  }
}

test('the interpreter gives what CEL gives', () =>
  inside(async (env) => {
    assert.ok(cases.length >= 250, `${cases.length} cases`)
    for (const [text, wanted] of cases) {
      const expression = checkOf(env, text)
      if (expression === 'refused') {
        assert.equal(wanted, 'refused', text)
        continue
      }
      const value = run(expression, env)
      assert.deepEqual(value === undefined ? 'error' : toPlain(expression.type, value), wanted, text)
    }
  }))

test('PostgreSQL gives what CEL gives, and NULL for errors', () =>
  inside(async (env) => {
    const model = env.registry.models.get('res.users')
    assert.ok(model)
    for (const [text, wanted] of cases) {
      const expression = checkOf(env, text)
      if (expression === 'refused') continue
      const value: Sql = compileExpression(new Scope(env), model, 'none', expression)
      const [row] = await env.db.query<{ v: unknown }>(sql`SELECT to_json(${value}) AS v`)
      assert.deepEqual(row?.v ?? null, wanted === 'error' ? null : wanted, text)
    }
  }))

import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { AccessError, AppError } from '#framework'
import { type Tenant, withEnv } from '#framework/access/index.ts'
import type { Env, FieldInfo, ModelInfo } from '#framework/orm/index.ts'
import { id, sql } from '#framework/sql/index.ts'
import { tellProof } from '#framework/testing/index.ts'
import { type HalfBlind, halfBlindUsers } from './half-blind.ts'

interface Target {
  readonly model: ModelInfo
  readonly field: FieldInfo
  readonly id: number
  readonly value: unknown
}

type Records = Record<string, (...args: readonly unknown[]) => Promise<unknown>>
const records = (env: Env, { model, id: one }: Target, isEmpty = false) =>
  env.model(model.name, isEmpty ? [] : [one]) as unknown as Records

/** The ways to give a field a value; `create` and `write` say which right each takes. */
const ways: Readonly<
  Record<string, { readonly right: 'write' | 'create'; readonly call: (env: Env, target: Target) => Promise<unknown> }>
> = {
  write: { right: 'write', call: async (env, one) => records(env, one)['write']?.({ [one.field.name]: one.value }) },
  web_save: {
    right: 'write',
    call: async (env, one) => records(env, one)['web_save']?.({ [one.field.name]: one.value }, {}),
  },
  web_save_multi: {
    right: 'write',
    call: async (env, one) => records(env, one)['web_save_multi']?.([{ [one.field.name]: one.value }], {}),
  },
  web_resequence: {
    right: 'write',
    call: async (env, one) => records(env, one)['web_resequence']?.({}, one.field.name, 7),
  },
  update_field_translations: {
    right: 'write',
    call: async (env, one) => records(env, one)['update_field_translations']?.(one.field.name, { en_US: 'forged' }),
  },
  create: {
    right: 'create',
    call: async (env, one) => records(env, one, true)['create']?.({ [one.field.name]: one.value }),
  },
  'create, as a default': {
    right: 'create',
    call: async (env, one) =>
      (env.withContext({ [`default_${one.field.name}`]: one.value }).model(one.model.name) as unknown as Records)[
        'create'
      ]?.({}),
  },
  'copy, with another value': {
    right: 'create',
    call: async (env, one) => records(env, one)['copy']?.({ [one.field.name]: one.value }),
  },
  load: {
    right: 'create',
    call: async (env, one) => records(env, one, true)['load_rows']?.([one.field.name], [[String(one.value)]]),
  },
}

/** Every field through every way of writing, for a user who may not write it: refused, or nothing of it arrives. */
describe('every field through every way of writing', () => {
  let tenant: Tenant
  let users: readonly HalfBlind[]
  before(async () => {
    ;({ tenant, users } = await halfBlindUsers())
  })

  for (const [way, { right, call }] of Object.entries(ways))
    it(`takes no value from who may not give it: ${way}`, async (t) => {
      const faults: string[] = []
      const tried = { refused: 0, ignored: 0 }
      for (const { uid, policy } of users)
        for (const model of tenant.registry.models.values()) {
          if (model.options.abstract) continue
          const first = policy.visible(model)[0]?.id ?? 0
          const targets = [...model.fields.values()]
            .filter(({ name }) => name !== 'id' && !policy.mayField(model, name, right))
            .map((field): Target => ({ model, field, id: first, value: forged(field) }))
          while (targets.length > 0) faults.push(...(await attempt(tenant, uid, targets, call, tried)))
        }
      tellProof(t, { suite: 'every field through every way of writing', cases: tried.refused + tried.ignored })
      assert.deepEqual(faults, [])
      assert.ok(tried.refused + tried.ignored > 250, JSON.stringify(tried))
    })
})

class Undo extends Error {}

// As many as one transaction takes: a refusal leaves it as it was, any other error ends it. Nothing of it stays.
async function attempt(
  tenant: Tenant,
  uid: number,
  targets: Target[],
  call: (env: Env, target: Target) => Promise<unknown>,
  tried: Record<'refused' | 'ignored', number>,
): Promise<string[]> {
  const faults: string[] = []
  await withEnv(tenant, uid, { mode: 'write' }, async (env) => {
    for (let target = targets.pop(); target; target = targets.pop()) {
      try {
        const result = await call(env, target)
        tried.ignored++
        // Whoever was not refused gave no value: the forged one stands in no row.
        if (await arrived(env, target))
          faults.push(`${target.model.name}.${target.field.name}: ${JSON.stringify(result)}`)
      } catch (error) {
        if (!(error instanceof AppError) || error.status >= 500) throw error
        if (!(error instanceof AccessError)) break
        tried.refused++
      }
    }
    throw new Undo()
  }).catch((error: unknown) => {
    if (!(error instanceof Undo)) throw error
  })
  return faults
}

// Of values that nothing else has it can be told.
const telling = new Set(['char', 'text', 'html', 'integer', 'float', 'monetary', 'date', 'datetime', 'reference'])

async function arrived(env: Env, { model, field, value }: Target): Promise<boolean> {
  if (!field.column || field.options.companyDependent || !telling.has(field.kind)) return false
  const [row] = await env.db.query<{ n: number }>(
    sql`SELECT count(*)::int4 AS n FROM ${id(model.table)} t WHERE to_jsonb(t) ->> ${field.name} LIKE ${`%${String(value)}%`}`,
  )
  return (row?.n ?? 0) > 0
}

// A value that fits the field and that nothing in the tenant has.
function forged(field: FieldInfo): unknown {
  switch (field.kind) {
    case 'integer':
    case 'float':
    case 'monetary':
      return 7_654_321
    case 'boolean':
      return field.name !== 'active'
    case 'date':
      return '1987-06-05'
    case 'datetime':
      return '1987-06-05 04:03:02'
    case 'many2one':
      return 1
    case 'one2many':
    case 'many2many':
      return [[5, 0, 0]]
    case 'selection':
      return field.selection?.at(-1)?.[0] ?? 'forged'
    default:
      return 'forged-value'
  }
}

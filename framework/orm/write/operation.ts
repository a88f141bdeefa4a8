/** The frame of every change: nested changes settle once, at the outermost one. */

import { AccessError, MissingError, ValidationError } from '../../errors.ts'
import { ConstraintViolation, id, sql } from '../../sql/index.ts'
import type { Env } from '../env.ts'
import type { Operation } from '../grant.ts'
import type { FieldInfo, ModelInfo } from '../registry.ts'
import { fieldDenied, Scope } from '../query/scope.ts'
import { flush, takeConstraints } from './recompute.ts'
import { all, allWithin, unlessHolds } from './row-rule.ts'

/** Runs a change; the outermost one computes stored fields, checks constraints and then access to the result. */
export async function change<T>(env: Env, fn: () => Promise<T>): Promise<T> {
  const { state } = env
  state.depth++
  try {
    const result = await fn()
    if (state.depth === 1) await settle(env)
    return result
  } catch (error) {
    throw error instanceof ConstraintViolation ? explained(env, error) : error
  } finally {
    state.depth--
  }
}

/** Stored fields, constraints, access after the change: everything that is owed. */
export async function settle(env: Env): Promise<void> {
  for (let round = 0; round < 100; round++) {
    await flush(env)
    const constraints = takeConstraints(env)
    if (constraints.length === 0) break
    await env.elevate('orm.constraints', { models: '*', ops: ['read'] }, async (kernel) => {
      for (const { model, index, ids } of constraints) {
        const constraint = model.constraints[index]
        if (!constraint || constraint.matters?.(env) === false) continue
        const records = await kernel
          .withContext({ active_test: false })
          .model(model.name, ids)
          .loadExisting([...constraint.on])
        const check = constraint.fn as unknown as (record: unknown, env: Env) => void | Promise<void>
        for (const record of records) await check(record, kernel)
      }
    })
  }
  await checkAfter(env)
}

// All that is left to ask is asked at once, on the way to the COMMIT; one by one only to say what is wrong.
async function checkAfter({ state, tx }: Env): Promise<void> {
  const checks = state.afterChecks.splice(0)
  if (tx?.mayShorten) {
    const doubts = checks
      .map((check) => allWithin(check.env, check.model, check.operation, check.ids))
      .filter((doubt) => doubt !== null)
    if (doubts.length > 0) tx.postpone((guard) => sql`SELECT ${unlessHolds(all([...doubts, guard]))} AS ok`)
    return
  }
  for (const check of checks) await requireRecords(check.env, check.model, check.operation, check.ids, { after: true })
}

/** @throws AccessError ERR_ACCESS_<OP> when the caller may not do this with the model at all */
export function requireModel(env: Env, model: ModelInfo, operation: Operation): void {
  if (env.grant.records(model.name, operation) === false) throw modelDenied(model, operation)
}

export function modelDenied(model: ModelInfo, operation: Operation): AccessError {
  const verb = { read: 'access', write: 'modify', create: 'create', unlink: 'delete' }[operation]
  return new AccessError(
    `ERR_ACCESS_${operation.toUpperCase()}`,
    `You are not allowed to ${verb} '${model.options.description}' (${model.name}) records. Ask your administrator if you need it.`,
  )
}

/**
 * All of these records must be within what the caller may do.
 * An absent record and a forbidden one look the same to a caller whose records are limited; who may see all is told that it is missing.
 */
export async function requireRecords(
  env: Env,
  modelName: string,
  operation: Operation,
  ids: readonly number[],
  options: { readonly after?: boolean } = {},
): Promise<void> {
  if (ids.length === 0) return
  const scope = new Scope(env)
  const model = scope.model(modelName)
  requireModel(env, model, operation)
  const unique = [...new Set(ids)]
  const alias = scope.alias()
  const condition = scope.condition(model, alias, operation)
  if (condition === null && options.after) return
  const rows = await env.db.query<{ n: number }>(
    sql`SELECT count(*)::int4 AS n FROM ${id(model.table)} ${id(alias)} WHERE ${id(alias)}.id = ANY(${unique}::int4[])${condition === null ? sql`` : sql` AND ${condition}`}`,
  )
  if (rows[0]?.n !== unique.length) throw await notAllThere(env, model, operation, unique, options)
}

/** The error for records of which some are not the caller's, or not there at all. */
export async function notAllThere(
  env: Env,
  model: ModelInfo,
  operation: Operation,
  ids: readonly number[],
  options: { readonly after?: boolean } = {},
): Promise<AccessError | MissingError> {
  const isUnlimited = env.grant.records(model.name, operation) === true && (env.system || !model.options.transient)
  if (
    isUnlimited ||
    (env.grant.seesExistence && !options.after && (await countExisting(env, model, ids)) < new Set(ids).size)
  )
    return missing(model)
  return recordsDenied(model, operation)
}

/** How many of these records there are, whoever may read them; only for callers who may know. */
export async function countExisting(env: Env, model: ModelInfo, ids: readonly number[]): Promise<number> {
  const [row] = await env.db.query<{ n: number }>(
    sql`SELECT count(*)::int4 AS n FROM ${id(model.table)} WHERE id = ANY(${[...ids]}::int4[])`,
  )
  return row?.n ?? 0
}

export function missing(model: ModelInfo): MissingError {
  return new MissingError(
    'ERR_MISSING',
    `A record of '${model.options.description}' (${model.name}) does not exist or has been deleted.`,
  )
}

export function recordsDenied(model: ModelInfo, operation: Operation): AccessError {
  return new AccessError(
    `ERR_ACCESS_${operation.toUpperCase()}_RECORDS`,
    `You do not have '${operation}' access to all of these '${model.options.description}' (${model.name}) records, or they do not exist. Ask your administrator if you need them.`,
  )
}

/** @throws AccessError for a field that the caller may not write */
export function requireFieldWrite(env: Env, field: FieldInfo, operation: 'write' | 'create'): void {
  if (!env.grant.field(field.model, field.name, operation)) throw fieldDenied(field, 'write')
}

// PostgreSQL names the constraint; the model has the sentence for it.
function explained(env: Env, violation: ConstraintViolation): Error {
  const name = violation.constraint
  if (violation.kind === 'not-null' && violation.table && violation.column) {
    const model = [...env.registry.models.values()].find((m) => m.table === violation.table)
    const label = model?.fields.get(violation.column)?.label ?? violation.column
    return new ValidationError(
      'ERR_REQUIRED',
      `The operation cannot be completed: '${label}' of ${model?.options.description ?? 'the record'} is required.`,
      { cause: violation },
    )
  }
  for (const model of env.registry.models.values()) {
    for (const [key, constraint] of model.tableConstraints) {
      if (name === constraintName(model.table, key))
        return new ValidationError('ERR_CONSTRAINT', `The operation cannot be completed: ${constraint.message}`, {
          cause: violation,
        })
    }
  }
  return violation
}

/** Name of a table constraint in the database: `<table>_<key>`, at most 63 bytes. */
export function constraintName(table: string, key: string): string {
  return `${table}_${key}`.slice(0, 63)
}

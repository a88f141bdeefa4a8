/** The one way from any protocol to a method: looks it up among the exposed ones, binds, checks and runs it as the user. */

import type { RequestOrigin } from '../../audit/index.ts'
import type { Cancellation } from '../../sql/index.ts'
import { type CheckedCredential, type Tenant, withEnv } from '../../access/index.ts'
import { type ApiMethod, type Env, JsonResult, type ModelInfo, RecordSet } from '../../orm/index.ts'
import { UserError } from '../../errors.ts'
import { bind } from './bind.ts'
import { isDictionary } from './check-type.ts'
import { methodRefused, modelRefused } from './refusal.ts'

export interface CallOptions {
  /** What the caller showed; checked again when rights moved on since. */
  readonly credential?: CheckedCredential
  readonly signal?: Cancellation
  /** Where the call came from. */
  readonly origin?: RequestOrigin
  /** Records always leave as a list of ids; default: `create` of one dictionary gives one id. */
  readonly lists?: boolean
}

/**
 * Calls an exposed method as a user. Rows that PostgreSQL made into JSON come back as `JsonResult`; a method that returns
 * nothing gives `undefined`; records give their ids.
 * @throws AccessError ERR_RPC_METHOD for everything that is not exposed, in one and the same way
 * @throws MissingError ERR_RPC_MODEL for a model that is not there
 * @throws InvalidRequestError when the arguments do not fit the declaration
 */
export async function callMethod(
  tenant: Tenant,
  uid: number,
  model: unknown,
  method: unknown,
  args: readonly unknown[],
  kwargs: Readonly<Record<string, unknown>>,
  options: CallOptions = {},
): Promise<unknown> {
  const info = findModel(tenant, model)
  const declared = findMethod(info, method)
  const name = method as string
  const bound = bind(`${info.name}.${name}`, declared, args, kwargs)
  const envOptions = {
    context: bound.context,
    mode: declared.readonly === true ? 'read' : 'write',
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    ...(options.origin === undefined ? {} : { origin: options.origin }),
    ...(options.credential === undefined ? {} : { credential: options.credential }),
  } as const
  return withEnv(tenant, uid, envOptions, async (env) => {
    const { records, run } = await methodOn(env, info, declared, name, bound.ids)
    env.state.isOnlyCall = run === RecordSet.prototype.create
    const result: unknown = await run.apply(records, bound.values)
    return shape(declared, result, options.lists !== true && createdOne(declared, bound.values))
  })
}

/**
 * The same door for a call that belongs to a request which is under way: as its user, in its transaction. The result is plain JSON.
 * @throws what `callMethod` throws; UserError ERR_CALL_ALONE for a method that needs a transaction of its own
 */
export async function callWithin(
  env: Env,
  model: unknown,
  method: unknown,
  args: readonly unknown[],
  kwargs: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  const info = findModel(env, model)
  const declared = findMethod(info, method)
  const name = method as string
  if (declared.readonly === true && declared.access !== 'read' && declared.access !== 'none')
    throw new UserError('ERR_CALL_ALONE', `${info.name}.${name} cannot be called from a script; call it by itself.`)
  const bound = bind(`${info.name}.${name}`, declared, args, kwargs)
  const within = env.withContext(bound.context)
  const { records, run } = await methodOn(within, info, declared, name, bound.ids)
  const result = shape(declared, await run.apply(records, bound.values), createdOne(declared, bound.values))
  return result instanceof JsonResult ? result.parse() : JSON.parse(JSON.stringify(result ?? null))
}

async function methodOn(env: Env, info: ModelInfo, declared: ApiMethod, name: string, ids: readonly number[]) {
  const records = env.model(info.name, ids)
  if (declared.access !== 'none' && env.grant.records(info.name, declared.access) === false)
    await env.model(info.name).check_access(declared.access)
  const run = (records as unknown as Record<string, unknown>)[declared.implementation ?? name]
  // An app that exposes a method without writing it is a fault of the app; the caller learns no more than usual.
  if (typeof run !== 'function') throw methodRefused()
  return { records, run }
}

function findModel({ registry }: Pick<Tenant, 'registry'>, model: unknown): ModelInfo {
  const info = typeof model === 'string' ? registry.models.get(model) : undefined
  if (info === undefined || info.api.size === 0) throw modelRefused()
  return info
}

// `api` is a Map: names that every JavaScript object has are not in it, and neither lists nor objects can be a key that matches.
function findMethod(info: ModelInfo, method: unknown): ApiMethod {
  const declared = typeof method === 'string' ? info.api.get(method) : undefined
  if (declared === undefined) throw methodRefused()
  return declared
}

function createdOne(method: ApiMethod, values: readonly unknown[]): boolean {
  return Object.values(method.params)[0]?.kind === 'valuesList' && isDictionary(values[0])
}

function shape(method: ApiMethod, result: unknown, one: boolean): unknown {
  if (result instanceof JsonResult) return result
  if (result instanceof RecordSet) return one ? result.ids[0] : result.ids
  if (method.returns.kind === 'void') return undefined
  return result
}

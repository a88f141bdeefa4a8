import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { AccessError, AppError } from '#framework'
import { type Tenant, withEnv } from '#framework/access/index.ts'
import { baseApi, type Env, type ModelInfo, RecordSet } from '#framework/orm/index.ts'
import { id, sql } from '#framework/sql/index.ts'
import { type Channel, channels, noChannel, type Place } from './channels.ts'
import { tellProof } from '#framework/testing/index.ts'
import { type HalfBlind, halfBlindUsers } from './half-blind.ts'

type Tried = Record<'denied' | 'allowed' | 'unfit', number>
/** What came of a call: an answer, a refusal for a lack of rights, or another one (the kind of field does not fit). */
type Outcome =
  | { readonly is: 'answer'; readonly value: unknown }
  | { readonly is: 'denied' | 'unfit'; readonly why: string }

/**
 * Every field of every model through every channel, for a user who may read it and for one who may not, as an evaluator in
 * memory says. Secret fields leave through none, for nobody.
 */
describe('every field through every channel', () => {
  let tenant: Tenant
  let watched: Tenant
  let users: readonly HalfBlind[]
  before(async () => {
    const made = await halfBlindUsers()
    users = made.users
    tenant = made.tenant
    const query: Tenant['pool']['query'] = (...args) =>
      isHalted ? Promise.reject(new Reached()) : made.tenant.pool.query(...args)
    watched = { ...made.tenant, pool: Object.assign(Object.create(made.tenant.pool), { query }) }
  })

  it('goes through every parameter of the common methods that can name a field', () => {
    const kinds = new Set(['domain', 'strings', 'spec', 'str', 'json', 'values', 'valuesList'])
    const parameters = Object.entries(baseApi).flatMap(([method, { params }]) =>
      Object.entries(params).flatMap(([name, { kind }]) => (kinds.has(kind) ? [`${method}.${name}`] : [])),
    )
    const known = new Set([...channels.flatMap(({ covers }) => covers), ...noChannel])
    assert.deepEqual(
      parameters.filter((one) => !known.has(one)),
      [],
    )
  })

  for (const half of [0, 1])
    for (const channel of channels)
      it(`shows a field to who may read it and to nobody else: ${channel.name}, user ${half}`, async (t) => {
        const user = users[half]
        assert.ok(user)
        const tried = { denied: 0, allowed: 0, unfit: 0 }
        const faults = await faultsIn(channel.isWrite ? tenant : watched, user, channel, tried)
        tellProof(t, { suite: 'every field through every channel', cases: tried.allowed + tried.denied + tried.unfit })
        assert.deepEqual(faults, [])
        assert.ok(tried.denied + tried.allowed > 50, JSON.stringify(tried))
      })

  it('answers the same whatever a secret field holds, in every channel, and never its value', async () => {
    const secrets = [...tenant.registry.models.values()].flatMap((model) =>
      [...model.fields.values()]
        .filter(({ options, column }) => options.secret && column)
        .map((field) => ({ model, field })),
    )
    assert.ok(secrets.length >= 2)
    const admin = { uid: 2, policy: users[1]?.policy as HalfBlind['policy'] }
    const rounds: string[][] = []
    for (const value of [sql`${canary} || id`, sql`${canary} || (5000000 - id)`, sql`NULL`]) {
      for (const { model, field } of secrets)
        await tenant.pool.query(sql`UPDATE ${id(model.table)} SET ${id(field.name)} = ${value}`)
      const said: string[] = []
      for (const user of [...users, admin])
        for (const channel of channels) said.push(...(await secretAnswers(tenant, user, channel, secrets)))
      rounds.push(said)
    }
    const [first = [], ...others] = rounds
    assert.ok(first.length > 200)
    for (const other of others) assert.deepEqual(other, first)
    assert.doesNotMatch(JSON.stringify(rounds), new RegExp(canary))
  })
})

const canary = 'CANARY-of-a-secret-'

async function secretAnswers(
  tenant: Tenant,
  { uid, policy }: HalfBlind,
  channel: Channel,
  secrets: readonly Pick<Place, 'model' | 'field'>[],
): Promise<string[]> {
  const said: string[] = []
  await withEnv(tenant, uid, { mode: channel.isWrite ? 'write' : 'read' }, async (env) => {
    for (const { model, field } of secrets) {
      const link = channel.isFar ? linkTo(env, policy, model, channel.isFar) : null
      if (channel.isFar && !link) continue
      const outcome = await tryOut(env, channel, { model, field, id: policy.visible(model)[0]?.id ?? 0, link }, false)
      const told = outcome.is === 'answer' ? sameEachTime(outcome.value) : outcome.why
      said.push(`${uid} ${channel.name} ${model.name}.${field.name} ${outcome.is}: ${told}`)
    }
    if (channel.isWrite) throw new Undo()
  }).catch((error: unknown) => {
    if (!(error instanceof Undo)) throw error
  })
  return said
}

// Records leave as their ids; environments and moments are no answer.
function sameEachTime(value: unknown): string {
  const ids = value instanceof RecordSet ? value.ids : value
  return (JSON.stringify(ids) ?? '').replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, '<time>')
}

class Undo extends Error {}

async function faultsIn(tenant: Tenant, user: HalfBlind, channel: Channel, tried: Tried): Promise<string[]> {
  const context = { active_test: false }
  let faults: string[] = []
  const mode = channel.isWrite ? 'write' : 'read'
  await withEnv(tenant, user.uid, { mode, context }, async (env) => {
    faults = await faultsOf(env, user, channel, tried)
    if (channel.isWrite) throw new Undo()
  }).catch((error: unknown) => {
    if (!(error instanceof Undo)) throw error
  })
  return faults
}

async function faultsOf(env: Env, { policy }: HalfBlind, channel: Channel, tried: Tried): Promise<string[]> {
  const faults: string[] = []
  for (const model of env.registry.models.values()) {
    if (model.options.abstract) continue
    const link = channel.isFar ? linkTo(env, policy, model, channel.isFar) : null
    const first = policy.visible(model)[0]?.id ?? 0
    if ((channel.isFar && !link) || (channel.needsRecord && first === 0)) continue
    for (const field of model.fields.values()) {
      const place: Place = { model, field, id: first, link }
      // The name of a record whose naming field is hidden is its number: it tells nothing.
      if (field.name === 'display_name' && !policy.mayUse(model, [model.displayName])) continue
      if (field.options.secret) continue
      const may = channel.asks === 'know' ? policy.mayField(model, field.name) : policy.mayUse(model, [field.name])
      const outcome = await tryOut(env, channel, place, may)
      const shown = outcome.is === 'answer' && (channel.shows?.(outcome.value, place) ?? true)
      if (outcome.is === 'unfit') tried.unfit++
      else tried[may ? 'allowed' : 'denied']++
      const isOwn =
        (channel.asks === 'use' && !channel.isWrite) ||
        (outcome.is === 'denied' && outcome.why.includes(`"${field.name}" on`))
      if (may && outcome.is === 'denied' && isOwn) faults.push(`${model.name}.${field.name} is refused: ${outcome.why}`)
      if (!may && shown)
        faults.push(`${model.name}.${field.name} is shown: ${JSON.stringify(outcome.value)?.slice(0, 150)}`)
    }
  }
  return faults
}

// A query that is on its way to the database has passed all checks: it need not run to be known as allowed.
class Reached extends Error {}
let isHalted = false

async function tryOut(env: Env, channel: Channel, place: Place, may: boolean): Promise<Outcome> {
  isHalted = may && channel.shows === undefined
  try {
    return { is: 'answer', value: await channel.call(env, place) }
  } catch (error) {
    if (error instanceof Reached) return { is: 'answer', value: null }
    if (error instanceof AccessError) return { is: 'denied', why: error.message }
    if (error instanceof AppError && error.status < 500) return { is: 'unfit', why: error.message }
    throw new Error(`${channel.name} of ${place.model.name}.${place.field.name}: ${String(error)}`, { cause: error })
  } finally {
    isHalted = false
  }
}

// A relation that the user may use, of any model, to this one.
function linkTo(env: Env, policy: HalfBlind['policy'], model: ModelInfo, kind: 'many2one' | 'list'): Place['link'] {
  for (const holder of env.registry.models.values()) {
    if (holder.options.abstract) continue
    for (const via of holder.fields.values()) {
      const fits = kind === 'many2one' ? via.kind === kind && via.column : via.kind.endsWith('2many') && !via.computed
      if (via.comodel === model.name && fits && policy.mayUse(holder, [via.name]))
        return { holder, via, id: policy.visible(holder)[0]?.id ?? 0 }
    }
  }
  return null
}

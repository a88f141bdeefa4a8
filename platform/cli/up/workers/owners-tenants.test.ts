import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { MissingError, UnavailableError } from '../../../../framework/errors.ts'
import { handOver, temporaryTenantKeys, type TenantConnection, takeOver } from '../../../tenants/index.ts'
import { openChannel } from './channel.ts'
import type { OwnerAsks, WorkerAsks } from './messages.ts'
import { ownersTenants } from './owners-tenants.ts'

function connectionTo(name: string, generation: number): TenantConnection {
  return takeOver({
    id: `id-${name}`,
    name,
    generation,
    database: { socketDir: '/nowhere', port: 5432, database: 'db', user: 'app', password: `pw-${name}` },
    filesFolder: '/nowhere',
    keys: temporaryTenantKeys(`id-${name}`).material(),
  })
}

/** Owner and worker in one process, with messages that are copied as between two. */
function pair(answer: (question: WorkerAsks) => unknown) {
  const [up, down] = [new EventEmitter(), new EventEmitter()]
  const end = (out: EventEmitter, back: EventEmitter) => ({
    send: (message: unknown) => void setImmediate(() => out.emit('message', structuredClone(message))),
    onMessage: (listener: (message: unknown) => void) => void back.on('message', listener),
  })
  const worker = openChannel<WorkerAsks, OwnerAsks>(end(up, down), (question) =>
    question.ask === 'happened' ? tenants.happened(question) : true,
  )
  const owner = openChannel<OwnerAsks, WorkerAsks>(end(down, up), answer)
  const tenants = ownersTenants(worker, [{ id: 'id-acme', name: 'acme', state: 'active' }])
  return { worker, owner, tenants }
}

test('a tenant that is awake costs no question; its secrets come when it is asked for, and nobody else’s', async () => {
  const asked: WorkerAsks[] = []
  const { tenants } = pair((question) => {
    asked.push(question)
    return question.ask === 'wake' ? handOver(connectionTo(question.name, 1)) : true
  })
  for (let i = 0; i < 3; i++) assert.equal((await tenants.wake('acme')).database.password.reveal(), 'pw-acme')
  assert.deepEqual(asked, [{ ask: 'wake', name: 'acme' }])
  await tenants.ensureAwake('acme')
  assert.equal(asked.length, 2, 'a new connection is never made on what is remembered')
  tenants.close()
})

test('use is told to the owner, so that nothing falls asleep under its users', async () => {
  const used: string[] = []
  const { tenants } = pair((question) => {
    if (question.ask === 'used') used.push(...question.names)
    return question.ask === 'wake' ? handOver(connectionTo(question.name, 1)) : true
  })
  for (let i = 0; i < 5; i++) await tenants.wake('acme')
  await delay(1_500, undefined)
  assert.deepEqual(used, ['acme'])
  tenants.close()
})

test('what happened to a tenant is over when the owner is answered, also for an answer that was on its way', async () => {
  let generation = 1
  let release = (): void => {}
  const held = new Promise<void>((resolve) => (release = resolve))
  const { owner, tenants } = pair(async (question) => {
    if (question.ask !== 'wake') return true
    const handed = handOver(connectionTo(question.name, generation))
    if (generation === 1) await held
    return handed
  })
  const told: string[] = []
  tenants.watch(async ({ kind }) => void told.push(kind))
  const early = tenants.wake('acme')
  await delay(20)
  generation = 2
  const event = { kind: 'generation', tenantId: 'id-acme' } as const
  await owner.ask({ ask: 'happened', event, tenants: [{ id: 'id-acme', name: 'acme', state: 'suspended' }] })
  assert.deepEqual(told, ['generation'])
  assert.equal(tenants.get('acme')?.state, 'suspended')
  release()
  assert.equal((await early).generation, 1)
  assert.equal((await tenants.wake('acme')).generation, 2)
  tenants.close()
})

test('errors of ours keep class and code on their way; a side that is gone fails what waits for it', async () => {
  const { worker, tenants } = pair(async (question) => {
    if (question.ask === 'wake') throw new MissingError('ERR_TENANT_UNKNOWN', 'There is no database of that name.')
    return new Promise(() => {})
  })
  await assert.rejects(
    tenants.wake('acme'),
    (error) => error instanceof MissingError && error.code === 'ERR_TENANT_UNKNOWN',
  )
  const waiting = worker.ask({ ask: 'begin' })
  worker.close()
  await assert.rejects(waiting, UnavailableError)
  await assert.rejects(worker.ask({ ask: 'begin' }), { code: 'ERR_HOME_CLOSED' })
  tenants.close()
})

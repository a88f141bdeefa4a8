import assert from 'node:assert/strict'
import { test } from 'node:test'
import { takeEntries, testTenant } from '../../../framework/testing/index.ts'
import type { Hosting } from '../hosting/hosting.ts'
import { verbs } from '../verbs/table.ts'
import { recordedVerbs } from './record-verb.ts'
import { runHomeVerb } from './run-home-verb.ts'
import { homeVerb, type HomeVerb } from './verb.ts'

/** Verbs on a home that change nothing of a tenant's and show nothing that is its people's. */
const harmless = [
  ...['tenant list', 'app list', 'backup list', 'backup verify', 'backup export', 'backup import', 'types', 'client'],
  ...['audit verify', 'audit proof', 'audit checkpoint', 'access costs', 'doctor'],
  ...['reporting list', 'reporting refresh'],
  // It tells the log by itself.
  'audit erase',
]

test('every verb that touches a tenant is recorded', () => {
  const names = verbs.filter(({ runs }) => runs === 'home').map(({ name }) => name)
  assert.deepEqual(
    names.filter((name) => !recordedVerbs.has(name) && !harmless.includes(name)),
    [],
  )
})

test('a command is told to the log of its tenant, with its options by name; a dry run and another tenant’s are not', async () => {
  const tenant = await testTenant({ apps: ['base'] })
  const hosting = {
    home: { tenants: { list: () => [{ name: tenant.name, state: 'active' }] } },
    tenants: { open: async () => tenant },
  } as unknown as Hosting
  const report = { progress: () => {}, warn: (text: string) => assert.fail(text) }
  const verb = homeVerb({
    ...{ name: 'user reset-password', summary: '', arguments: [], options: {}, home: 'need' as const },
    ...{ print: () => '', plan: async () => [], run: async () => 'done' },
  }) as HomeVerb<unknown>
  const args = (name: string) => ({ arguments: {}, options: { tenant: name, 'password-file': 'a secret line' } })
  await runHomeVerb(verb, hosting, args(tenant.name), true, report)
  await runHomeVerb(verb, hosting, args('another'), false, report)
  assert.deepEqual(await takeEntries(tenant), [])
  assert.equal(await runHomeVerb(verb, hosting, args(tenant.name), false, report), 'done')
  const [entry, ...rest] = await takeEntries(tenant)
  assert.equal(rest.length, 0)
  assert.deepEqual([entry?.kind, entry?.actor.channel], ['command.run', 'command'])
  assert.deepEqual(entry?.what, { verb: 'user reset-password', options: ['tenant', 'password-file'] })
})

import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, describe, it } from 'node:test'
import { liveGate } from '#framework/rpc/index.ts'
import { pageRoutes } from '#framework/http/index.ts'
import type { Tenant } from '#framework/access/index.ts'
import { testTenant } from '#framework/testing/index.ts'
import { readdirSync } from 'node:fs'

const root = join(import.meta.dirname, '../..')

/** What a feature shows itself by: models, routes and packages. Whoever builds it replaces the guard by the attack. */
interface Signs {
  readonly models?: RegExp
  readonly fields?: RegExp
  readonly routes?: RegExp
  readonly packages?: RegExp
}

describe('what is not built has no attack yet, and does not appear without one', () => {
  let models: readonly string[]
  let fields: readonly string[]
  let routes: readonly string[]
  const packages = Object.keys(
    (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { dependencies: Record<string, string> })
      .dependencies,
  )

  before(async () => {
    const apps = readdirSync(join(root, 'apps')).filter((name) => existsSync(join(root, 'apps', name, 'app.ts')))
    const tenant: Tenant = await testTenant({ apps })
    models = [...tenant.registry.models.keys()]
    fields = [...tenant.registry.models.values()].flatMap((one) =>
      [...one.fields.keys()].map((name) => `${one.name}.${name}`),
    )
    liveGate(() => {})
    routes = pageRoutes().map(({ kind, path }) => `${kind} ${path}`)
  })

  const assertAbsent = (signs: Signs) => {
    const found = [
      ...models.filter((name) => signs.models?.test(name)),
      ...fields.filter((name) => signs.fields?.test(name)),
      ...routes.filter((name) => signs.routes?.test(name)),
      ...packages.filter((name) => signs.packages?.test(name)),
    ]
    assert.deepEqual(found, [], 'built: write the attack, and take the guard away')
  }

  it('#13183: not built: a wizard that gives access to the portal', () => {
    assertAbsent({ models: /portal\.|\.wizard|share/, routes: /portal|\/my\// })
  })
  it('CVE-2018-15645: not built: inbound mail that makes records', () => {
    assertAbsent({ models: /mail\.(alias|gateway)|fetchmail/, packages: /imap|pop3|mailparser|smtp-server/ })
  })
  it('CVE-2021-23178: not built: saved means of payment', () => {
    assertAbsent({ models: /^payment\./, fields: /payment_token/, routes: /payment/, packages: /stripe|adyen|mollie/ })
  })
  it('CVE-2024-49575: not built: sign-in through another identity provider', () => {
    assertAbsent({
      models: /oauth|^auth\.|ldap|saml/,
      fields: /oauth|openid/,
      routes: /oauth|oidc|saml/,
      packages: /oidc|openid|oauth|saml|ldap|^jose$/,
    })
  })
  it('bypass 14: not built: a mail gateway acts with no rights, because there is none', () => {
    assertAbsent({ models: /mail\.(alias|gateway)|fetchmail/, packages: /imap|pop3|mailparser|smtp-server/ })
  })

  it('a guard notices its feature', () => {
    models = [...models, 'mail.alias']
    assert.throws(() => assertAbsent({ models: /mail\.(alias|gateway)/ }), /write the attack/)
  })
})

import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { findLayerFaults } from './layers.ts'

type Files = Readonly<Record<string, string>>

/** A small project in which everything is as it should be. */
const clean: Files = {
  'package.json': '{ "dependencies": { "pg": "1", "saxes": "1" }, "devDependencies": { "fast-check": "1" } }',
  'docs/dependencies.md': [
    '| package | why | imported by | touches |',
    '|---|---|---|---|',
    '| `pg` | driver | `framework/sql`, `tools/bench` | x |',
    '| `saxes` | xml | `framework/rpc` | x |',
    '| `fast-check` | tests | `tests` | x |',
  ].join('\n'),
  'framework/access/elevations.json': '{ "sales.stock": 1 }',
  'framework/errors.ts': 'export class AppError extends Error {}',
  'framework/sql/index.ts': `import pg from 'pg'\nexport const sql = pg`,
  'framework/orm/grant.ts': 'export const mintGrant = 1',
  'framework/orm/index.ts': `import { sql } from '../sql/index.ts'\nexport { mintGrant } from './grant.ts'\nexport { sql }`,
  'framework/access/index.ts': `import { mintGrant } from '../orm/index.ts'\nexport const a = mintGrant`,
  'framework/rpc/index.ts': `import { SaxesParser } from 'saxes'`,
  'framework/http/index.ts': `import { createServer } from 'node:https'`,
  'framework/testing/index.ts': `import { pool } from '../sql/pool.ts'\nimport { t } from '#platform/tenants/index.ts'`,
  'framework/index.ts': `export { sql } from './orm/index.ts'\nexport { AppError } from './errors.ts'`,
  'framework/sql/sql.test.ts': `import fc from 'fast-check'\nimport { x } from '../testing/index.ts'\nimport { sharedPath } from '../../tools/shared.ts'`,
  'apps/base/app.ts': `export default app({ name: 'base', depends: [] })`,
  'apps/base/models/partner.ts': `import { f } from '#framework'\nexport const p = f`,
  'apps/sales/app.ts': `import '#apps/base/models/partner.ts'\nexport default app({ name: 'sales', depends: ['base'] })`,
  'apps/sales/models/order.ts': `// eval and import 'pg' in words only\nenv.elevate('sales.stock', {}, fn)\nconst t = "eval(new Function('x'))"`,
  'platform/tenants/index.ts': `import { spawn } from 'node:child_process'\nimport { sql } from '#framework/sql/index.ts'`,
  'platform/cli/main.ts': `import { t } from '../tenants/index.ts'\nimport { createServer } from 'node:http'`,
  'tools/bench/main.ts': `import pg from 'pg'`,
}

/** One planted fault: the files that carry it, where it must be found and under which rule. */
const planted: readonly { title: string; files: Files; file: string; rule: string }[] = [
  fault('a room imports a higher room', 'framework/sql/pool.ts', `import { a } from '../orm/index.ts'`, 'order'),
  fault('a type counts as an import', 'framework/sql/pool.ts', `import type { A } from '../rpc/index.ts'`, 'order'),
  fault('a room imports the public face', 'framework/orm/x.ts', `import { f } from '#framework'`, 'order'),
  fault('a re-export points upwards', 'framework/access/x.ts', `export * from '../rpc/index.ts'`, 'order'),
  fault('a dynamic import points upwards', 'framework/sql/x.ts', `await import('../rpc/index.ts')`, 'order'),
  fault('platform rooms are ordered too', 'platform/tenants/x.ts', `import '../backups/index.ts'`, 'order'),
  fault('a room reaches behind a face', 'framework/access/x.ts', `import '../orm/grant.ts'`, 'face'),
  fault('the platform reaches behind a face', 'platform/cli/x.ts', `import '#framework/sql/pool.ts'`, 'face'),
  fault('the framework imports an app', 'framework/modules/x.ts', `import '#apps/base/app.ts'`, 'area'),
  fault(
    'the framework imports the platform',
    'framework/jobs/x.ts',
    `import '../../platform/tenants/index.ts'`,
    'area',
  ),
  fault('the platform imports an app', 'platform/cli/x.ts', `import '#apps/base/app.ts'`, 'area'),
  fault('an app imports the platform', 'apps/base/x.ts', `import '#platform/tenants/index.ts'`, 'area'),
  fault('an app imports a room of the framework', 'apps/base/x.ts', `import '#framework/orm/index.ts'`, 'area'),
  fault('an app imports errors past the face', 'apps/base/x.ts', `import '#framework/errors.ts'`, 'area'),
  fault('an app imports an app it does not list', 'apps/base/x.ts', `import '#apps/sales/app.ts'`, 'app-depends'),
  fault('an app imports a module of Node', 'apps/base/x.ts', `import 'node:fs'`, 'builtin'),
  fault('an app names a module of Node without its prefix', 'apps/base/x.ts', `import 'fs'`, 'builtin'),
  fault('the client imports the server', 'client/x.ts', `import '../framework/errors.ts'`, 'area'),
  fault('product code imports a tool', 'framework/orm/x.ts', `import '../../tools/shared.ts'`, 'area'),
  fault('product code imports the testing room', 'framework/http/x.ts', `import '../testing/index.ts'`, 'testing'),
  fault('a file imports from outside the project', 'framework/orm/x.ts', `import '../../../shared/x.ts'`, 'outside'),
  fault('a file imports by address', 'framework/orm/x.ts', `import 'file:///etc/x.ts'`, 'outside'),
  fault('a folder is no known room', 'framework/utils/x.ts', `export const a = 1`, 'unknown-room'),
  fault('a module name is computed', 'framework/orm/x.ts', `await import(name)`, 'computed-import'),
  fault('pg is used above its room', 'framework/orm/x.ts', `import pg from 'pg'`, 'door'),
  fault('a part of pg is used above its room', 'framework/orm/x.ts', `import 'pg/lib/client.js'`, 'door'),
  fault('a test uses pg directly', 'framework/orm/x.test.ts', `import pg from 'pg'`, 'door'),
  fault('a program is started in the framework', 'framework/orm/x.ts', `import 'node:child_process'`, 'door'),
  fault('a program is started by the old name', 'framework/orm/x.ts', `import 'child_process'`, 'door'),
  fault('a module is had from the process', 'framework/orm/x.ts', `process.getBuiltinModule('child_process')`, 'door'),
  fault('a virtual machine is used', 'tools/x.ts', `import 'node:vm'`, 'door'),
  fault('a sandbox package is used', 'platform/cli/x.ts', `import 'vm2'`, 'door'),
  fault(
    'a server is opened outside the pipeline',
    'framework/rpc/x.ts',
    `import { createServer } from 'node:http'`,
    'door',
  ),
  fault('a server hides in a namespace', 'framework/rpc/x.ts', `import * as http from 'node:https'`, 'door'),
  fault('a server hides in the default', 'framework/rpc/x.ts', `import http from 'http'`, 'door'),
  fault('XML is parsed elsewhere', 'framework/http/x.ts', `import { SaxesParser } from 'saxes'`, 'door'),
  fault('an outsider mints a grant', 'framework/auth/x.ts', `import { mintGrant } from '../orm/index.ts'`, 'door'),
  fault(
    'a grant is minted under another name',
    'framework/views/x.ts',
    `import { mintGrant as m } from '../orm/index.ts'`,
    'door',
  ),
  fault(
    'a grant is minted through a namespace',
    'framework/http/x.ts',
    `import * as orm from '../orm/index.ts'`,
    'door',
  ),
  fault(
    'a grant is handed on by a re-export',
    'framework/auth/x.ts',
    `export { mintGrant } from '../orm/index.ts'`,
    'door',
  ),
  fault(
    'the public face hands the grant on',
    'framework/index.ts',
    `export { mintGrant } from './orm/index.ts'`,
    'door',
  ),
  fault('the public face hands everything on', 'framework/index.ts', `export * from './orm/index.ts'`, 'door'),
  fault('modules are loaded by require', 'framework/orm/x.ts', `import { createRequire } from 'node:module'`, 'door'),
  fault('text becomes code by eval', 'framework/orm/x.ts', `eval('1')`, 'forbidden'),
  fault('eval hides behind an escape', 'framework/orm/x.ts', `globalThis.\\u0065val('1')`, 'forbidden'),
  fault('eval hides in a template', 'framework/orm/x.ts', 'const a = `${eval("1")}`', 'forbidden'),
  fault('text becomes code by new Function', 'apps/base/x.ts', `new Function('return 1')`, 'forbidden'),
  fault('text becomes code by Function', 'tools/x.ts', `Function('return 1')`, 'forbidden'),
  fault('text becomes code by a constructor', 'framework/orm/x.ts', `(() => 1).constructor('x')`, 'forbidden'),
  fault('an elevation is not in the budget', 'apps/base/x.ts', `env.elevate('base.x', {}, fn)`, 'elevation'),
  fault('an elevation occurs too often', 'apps/sales/x.ts', `env.elevate('sales.stock', {}, fn)`, 'elevation'),
  fault('an elevation has a computed name', 'apps/base/x.ts', `env.elevate(name, {}, fn)`, 'elevation'),
  fault(
    'raw HTML is not in the budget',
    'framework/http/x.ts',
    `import { unsafeHtml } from '../templates/index.ts'\nunsafeHtml('x', y)`,
    'unsafe-html',
  ),
  fault('raw HTML has a computed reason', 'framework/http/x.ts', `f(a, unsafeHtml(reason, y))`, 'unsafe-html'),
  fault(
    'raw HTML has another name',
    'framework/http/x.ts',
    `import { unsafeHtml as h } from '../templates/index.ts'`,
    'unsafe-html',
  ),
  fault('the budget is damaged', 'framework/access/elevations.json', `{ "sales.stock": "many" }`, 'elevation'),
  fault('a package has no row', 'framework/orm/x.ts', `import 'left-pad'`, 'dependency'),
  fault('a room is not in the row of a package', 'framework/orm/x.ts', `import 'fast-check'`, 'dependency'),
  fault(
    'a declared package has no row',
    'package.json',
    '{ "dependencies": { "pg": "1", "saxes": "1", "fast-check": "1", "y": "1" } }',
    'dependency',
  ),
  {
    title: 'a row has no package',
    files: { 'package.json': '{ "dependencies": { "pg": "1", "saxes": "1" } }' },
    file: 'docs/dependencies.md',
    rule: 'dependency',
  },
]

function fault(
  title: string,
  file: string,
  text: string,
  rule: string,
): { title: string; files: Files; file: string; rule: string } {
  return { title, files: { [file]: text }, file, rule }
}

function faultsIn(files: Files): { file: string; rule: string; message: string }[] {
  const root = mkdtempSync(join(tmpdir(), 'holdfast-layers-'))
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), text)
    }
    return findLayerFaults(root)
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

test('a clean project has no fault', () => {
  assert.deepEqual(faultsIn(clean), [])
})

for (const { title, files, file, rule } of planted) {
  test(`it is refused when ${title}`, () => {
    const faults = faultsIn({ ...clean, ...files })
    assert.ok(
      faults.some((one) => one.file === file && one.rule === rule),
      `expected [${rule}] in ${file}, found ${JSON.stringify(faults)}`,
    )
  })
}

test('a missing list of dependencies is a fault', () => {
  const { 'docs/dependencies.md': _, ...rest } = clean
  assert.ok(faultsIn(rest).some((one) => one.rule === 'dependency'))
})
